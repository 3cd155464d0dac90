"""Who is who: one spelling per name, families of organisations, and experts who stand in the pool twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.conflicts.party import Candidate

_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司"
    r"|co\.?,? ?ltd\.?|ltd\.?|inc\.?|limited|corporation|gmbh|llc)$"
)
_MARKS = re.compile(r"[\s·•,.\-_'’()（）《》]+")


def one_spelling(name: str) -> str:
    """A name without width, case, marks and legal form: 台州泵业（集团）有限公司 and 台州泵业集团 are one."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    while True:
        shorter = _LEGAL_FORMS.sub("", text).strip(" ,.()")
        if shorter == text or len(shorter) < 2:
            break
        text = shorter
    return _MARKS.sub("", text)


def same_family(one: str, other: str) -> bool:
    """Whether one organisation's name begins with the other's: a school of a university, a branch of a bank.

    Both are in one spelling. A family is a question, not a conflict: the relation may be by name only.
    """
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and short != long and long.startswith(short)


@dataclass(frozen=True, slots=True)
class Twin:
    """Two entries of the pool that are, or may be, one person."""

    first: str
    second: str
    certain: bool
    evidence: str


def find_twins(pool: Sequence[Candidate]) -> tuple[Twin, ...]:
    """Experts who stand in the pool more than once: certain by a shared key, possible by name and employer."""
    by_key: dict[str, str] = {}
    by_name: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], Twin] = {}
    for expert in sorted(pool, key=lambda entry: entry.id):
        for key in expert.keys:
            first = by_key.setdefault(key.casefold().strip(), expert.id)
            if first != expert.id:
                found[first, expert.id] = Twin(first, expert.id, True, f"the same key {key}")
        for name in expert.names:
            for tie in expert.ties:
                if tie.kind != "employment":
                    continue
                place = (one_spelling(name), one_spelling(tie.party))
                first = by_name.setdefault(place, expert.id)
                if first != expert.id:
                    twin = Twin(first, expert.id, False, f"the same name {name} at {tie.party}")
                    found.setdefault((first, expert.id), twin)
    return tuple(found[pair] for pair in sorted(found))
