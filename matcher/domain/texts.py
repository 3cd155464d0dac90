"""A record's words: the passages that are compared one by one, and the whole that is indexed.

Give a redacted record (`matcher.domain.access`); every field that is not None is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from matcher.domain import field
from matcher.domain.codes import code_list
from matcher.domain.project import Project
from matcher.domain.record import Record
from matcher.domain.term import Term

_LONG = 160
"""A text longer than this is cut between sentences: encoders average, and a page says everything and nothing."""

CODE_FIELDS = {
    # field -> the code list from which its codes come
    "region": "regions",
    "industry_gb4754": "gb",
    "sei": "sei",
    "local_industry": "local",
    "ipc": "ipc",
    "regions": "regions",
    "licence_regions": "regions",
}
SECTOR_FIELDS = ("sectors_include", "sectors_exclude", "fields")
"""Fields of `scheme:code` sectors."""
_TERM_FIELDS = (
    "applicant_kind",
    "titles",
    "verification_stage",
    "round",
    "risks",
    "kind",
    "stages",
    "purposes",
    "insurance_class",
    "covered_risks",
    "roles",
    "services",
)


def passages(record: Record) -> tuple[str, ...]:
    """The record's texts, long ones cut into groups of sentences, in the order of its fields; each only once."""
    return tuple(dict.fromkeys(piece for text in _texts(record) for piece in _pieces(text)))


def whole(record: Record) -> str:
    """Everything that the record says in words: its texts, then the names of its codes and terms.

    A record of codes only (a mandate of three fields) still has words by which it can be found.
    """
    lines = dict.fromkeys((*_texts(record), *_labels(record)))
    return "\n".join(lines)


def _texts(record: Record) -> Iterator[str]:
    for name in _words_of(type(record)).texts:
        value = getattr(record, name)
        if value is not None:
            yield value if isinstance(value, str) else "；".join(value)


@dataclass(frozen=True, slots=True)
class _Words:
    """The fields of a kind that have words: texts, terms, codes with their lists, sectors."""

    texts: tuple[str, ...]
    terms: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    sectors: tuple[str, ...]


@cache
def _words_of(kind: type[Record]) -> _Words:
    fields = kind.model_fields
    return _Words(
        tuple(name for name, info in fields.items() if field.is_text(info)),
        tuple(name for name in _TERM_FIELDS if name in fields),
        tuple((name, codes) for name, codes in CODE_FIELDS.items() if name in fields),
        tuple(name for name in SECTOR_FIELDS if name in fields and name != "sectors_exclude"),
    )


def _pieces(text: str) -> Iterator[str]:
    if len(text) <= _LONG:
        yield text
        return
    from embeddings.text import sentences

    piece = ""
    for sentence in sentences(text):
        if piece and len(piece) + len(sentence) > _LONG:
            yield piece
            piece = ""
        piece += sentence if not piece or not piece[-1].isascii() else f" {sentence}"
    if piece:
        yield piece


def _labels(record: Record) -> Iterator[str]:
    named = _words_of(type(record))
    words = [
        *(str(term) for name in named.terms for term in _several(getattr(record, name)) if isinstance(term, Term)),
        *(code_list(codes).label(code) for name, codes in named.codes for code in _several(getattr(record, name))),
        *(sector_label(sector) for name in named.sectors for sector in _several(getattr(record, name))),
    ]
    if isinstance(record, Project) and record.trl is not None:
        words.append(f"TRL{record.trl}")
    if words:
        yield " ".join(dict.fromkeys(words))


def sector_label(sector: str, language: str = "zh") -> str:
    """The name of `scheme:code`, or the word of `text:word`."""
    scheme, _, code = sector.partition(":")
    return code if scheme == "text" else code_list(scheme).label(code, language)


def _several(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
