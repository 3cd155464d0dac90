"""The public training text: where each file comes from stands in docs/models.md; none of it lies in this repository."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import EncoderError
from embeddings.manifest import file_digest

FILES = {
    "arxiv": "arxiv_train.jsonl.gz",
    "csl": "csl_train.jsonl.gz",
    "categories": "csl_titles_cat_train.tsv.gz",
    "disciplines": "csl_disciplines_zh_en.tsv",
    "dictionary": "cedict.gz",
}
SUMMARY_PARTS = ("tldr", "motivation", "method", "result", "conclusion")
_LATIN = re.compile(r"[A-Za-z0-9$\\{}^_\-+./%]+")
_ENTRY = re.compile(r"(\S+) (\S+) \[[^]]*] /(.*)/")


@dataclass(frozen=True, slots=True)
class Paper:
    """One arXiv record: English title and abstract, machine-written Chinese summary parts (empty if left out)."""

    title: str
    abstract: str
    summary: dict[str, str]


@dataclass(frozen=True, slots=True)
class ChinesePaper:
    """One CSL record; title, keywords and discipline where the releases give them."""

    abstract: str
    title: str | None
    keywords: tuple[str, ...]
    discipline: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One dictionary entry: both spellings and the English glosses."""

    traditional: str
    simplified: str
    glosses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The training files in `folder`. `summaries=False` leaves out the machine-written Chinese text."""

    folder: Path
    summaries: bool = True

    def path(self, key: str) -> Path:
        """Where the file `key` lies; raises EncoderError naming the file if it is not there."""
        path = self.folder / FILES[key]
        if not path.is_file():
            raise EncoderError(f"The training file {path} is missing; docs/models.md says where it comes from.")
        return path

    def digests(self) -> dict[str, str]:
        """The sha256 of every training file."""
        return {name: file_digest(self.path(key)) for key, name in FILES.items()}

    def papers(self) -> Iterator[Paper]:
        """The arXiv records in file order."""
        for row in json_lines(self.path("arxiv")):
            summary = {part: row["zh"].get(part) or "" for part in SUMMARY_PARTS} if self.summaries else {}
            yield Paper(row["title"], row["abstract"], summary)

    def chinese_papers(self) -> Iterator[ChinesePaper]:
        """The CSL records in file order."""
        for row in json_lines(self.path("csl")):
            yield ChinesePaper(row["abstract"], row["title"], tuple(row["keywords"] or ()), row["discipline"])

    def titles_with_category(self) -> list[tuple[str, str]]:
        """CSL titles and the name of their category (13 of them)."""
        lines = gzip.decompress(self.path("categories").read_bytes()).decode("utf-8").splitlines()
        return [(title, category) for title, category in (line.split("\t") for line in lines)]

    def disciplines(self) -> dict[str, str]:
        """Chinese discipline names and their English names."""
        lines = self.path("disciplines").read_text("utf-8").splitlines()
        return dict(line.split("\t") for line in lines)

    def dictionary(self) -> Iterator[Entry]:
        """The dictionary entries whose glosses say something (no references to other entries, no surnames)."""
        with gzip.open(self.path("dictionary"), "rt", encoding="utf-8") as file:
            for line in file:
                match = _ENTRY.match(line)
                if match is None:
                    continue
                glosses = tuple(gloss for gloss in map(_plain_gloss, match[3].split("/")) if gloss)
                if glosses:
                    yield Entry(match[1], match[2], glosses)


def _plain_gloss(gloss: str) -> str:
    if gloss.startswith(
        ("CL:", "see ", "variant of", "old variant", "surname ", "used in", "also written", "abbr. for")
    ):
        return ""
    without_notes = re.sub(r"\([^)]*\)|\[[^]]*]|[\u3400-\u9fff|]+", " ", gloss)
    return " ".join(without_notes.split())


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a gzipped JSON-lines file; their shape differs by file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def without_latin(text: str) -> str:
    """The text without Latin words, numbers and formulas: only what must be understood across languages."""
    return " ".join(_LATIN.sub(" ", text).split())
