"""Step 1: the pieces of the static table and the tokenizer that finds them.

A Unigram tokenizer (Kudo 2018) over whole words of both languages, single characters and Latin n-grams; it prefers
the most probable cut, so unseen words fall into n-grams and characters instead of vanishing.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.encoder import Progress
from embeddings.training.corpus import Corpus

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile("[a-z]+")
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many pieces of each sort."""

    chinese: int = 36_000
    english: int = 30_000
    ngrams: int = 4_000
    jieba_count: int = 50  # a dictionary word that the corpus lacks must be this frequent in jieba's own count


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: its text, log score for the tokenizer, relative frequency in its language."""

    text: str
    score: float
    frequency: float

    @property
    def is_chinese(self) -> bool:
        """Whether the piece is made of Chinese characters."""
        return _HAN_RUN.fullmatch(self.text) is not None


def count_words(corpus: Corpus, progress: Progress | None = None) -> tuple[Counter[str], Counter[str]]:
    """Weighted counts of Chinese words (cut by jieba) and of English words."""
    import rjieba

    chinese: Counter[str] = Counter()
    english: Counter[str] = Counter()

    def add_chinese(text: str, weight: int) -> None:
        for word in rjieba.cut(text):
            if _HAN_RUN.fullmatch(word):
                chinese[word] += weight

    for row, paper in enumerate(corpus.papers()):
        english.update(_WORD.findall(f"{paper.title} {paper.abstract}".lower()))
        if row % 2 == 0:
            add_chinese(" ".join(paper.summary.values()), 2)
        if progress and row % 5000 == 0:
            progress(row, 0)
    for record in corpus.chinese_papers():
        add_chinese(f"{record.title or ''} {record.abstract}", 5)
        english.update(dict.fromkeys(_WORD.findall(record.abstract.lower()), 5))
    for title, _ in corpus.titles_with_category():
        add_chinese(title, 5)
    return chinese, english


def choose_pieces(
    chinese: Counter[str], english: Counter[str], dictionary: Iterable[str], sizes: Sizes = Sizes()
) -> list[Piece]:
    """All pieces: words with log relative frequency as score, then characters, n-grams, Greek letters and numbers."""
    common = _jieba_words(sizes.jieba_count)
    frequent = [word for word, _ in _by_count(chinese) if 2 <= len(word) <= 6][: sizes.chinese]
    known = {word for word in dictionary if _HAN_RUN.fullmatch(word) and 2 <= len(word) <= 4}
    words = dict.fromkeys(frequent) | dict.fromkeys(w for w in sorted(known) if w in chinese or w in common)
    characters = sorted({character for word in [*chinese, *words] for character in word})
    latin = [word for word, _ in _by_count(english) if len(word) > 1][: sizes.english]
    pieces = _scored(words, chinese) + _scored(characters, chinese, -0.5) + _scored(latin, english)
    taken = {piece.text for piece in pieces}
    ngrams = [g for g in _ngrams(english) if g not in taken][: sizes.ngrams]
    rare = [
        *ngrams,
        *"abcdefghijklmnopqrstuvwxyz",
        *_GREEK,
        *(str(n) for n in range(100)),
        *(f"0{n}" for n in range(10)),
    ]
    score = round(math.log(1e-6) - 1, 2)
    return pieces + [Piece(text, score, 1e-6) for text in rare if text not in taken]


def _jieba_words(at_least: int) -> set[str]:
    import jieba

    with jieba.get_dict_file() as file:
        rows = (line.decode("utf-8").split() for line in file)
        return {row[0] for row in rows if int(row[1]) >= at_least}


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _scored(texts: Iterable[str], counts: Counter[str], offset: float = 0.0) -> list[Piece]:
    total = counts.total()
    frequencies = {text: max(counts[text], 0.5) / total for text in texts}
    # Two decimals are enough to cut by and make the file a third smaller.
    return [Piece(text, round(math.log(frequency) + offset, 2), frequency) for text, frequency in frequencies.items()]


def _ngrams(english: Counter[str]) -> list[str]:
    """Frequent letter runs inside words, longer ones first among equals: they catch unseen words."""
    counts: Counter[str] = Counter()
    for word, times in english.items():
        for length in range(3, 7):
            for start in range(len(word) - length + 1):
                counts[word[start : start + length]] += times
    return [text for text, _ in sorted(counts.items(), key=lambda item: (-item[1] * len(item[0]), item[0]))]


def build_tokenizer(pieces: Sequence[Piece]) -> Any:
    """The tokenizer: NFKC, lower case, only runs of Chinese characters or of letters and digits, then Unigram."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram([(UNKNOWN, -30.0), *((p.text, p.score) for p in pieces)], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    runs = Regex(f"[{_HAN}]+|[a-z0-9α-ω]+")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(runs, behavior="removed", invert=True)
    return tokenizer


def write_vocabulary(folder: Path, pieces: list[Piece]) -> None:
    """Writes `tokenizer.json` and `pieces.json` (text, frequency in token order after the unknown token)."""
    folder.mkdir(parents=True, exist_ok=True)
    build_tokenizer(pieces).save(str(folder / "tokenizer.json"), pretty=False)
    rows = [[piece.text, piece.score, piece.frequency] for piece in pieces]
    (folder / "pieces.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")


def read_pieces(folder: Path) -> list[Piece]:
    """The pieces that `write_vocabulary` wrote; piece i is token i + 1."""
    return [Piece(*row) for row in json.loads((folder / "pieces.json").read_text("utf-8"))]
