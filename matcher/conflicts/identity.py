"""Experts who stand in the pool twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.conflicts.party import Candidate
from matcher.domain.naming import one_spelling
from matcher.domain.words import Words


def one_key(key: str) -> str:
    """A key without width, case and outer spaces; marks within it count: w.li@x.cn and wli@x.cn are two."""
    return unicodedata.normalize("NFKC", key).casefold().strip()


@dataclass(frozen=True, slots=True)
class Twin:
    """Two entries of the pool that are, or may be, one person; ``by`` is the key, or the name, that both have."""

    first: str
    second: str
    certain: bool
    by: str
    evidence: Words


def find_twins(pool: Sequence[Candidate]) -> tuple[Twin, ...]:
    """Experts who stand in the pool more than once: certain by a shared key, possible by name and employer.

    Three entries of one person give two pairs or three; the pairs of one person hang together.
    """
    by_key: dict[str, str] = {}
    by_name: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], Twin] = {}
    for expert in sorted(pool, key=lambda entry: entry.id):
        for key in expert.keys:
            first = by_key.setdefault(one_key(key), expert.id)
            if first != expert.id:
                evidence = Words(f"标识相同：{key}", f"the same key {key}")
                found[first, expert.id] = Twin(first, expert.id, True, key, evidence)
    for expert in sorted(pool, key=lambda entry: entry.id):
        for name in expert.names:
            for unit in expert.employers:
                first = by_name.setdefault((one_spelling(name), one_spelling(unit)), expert.id)
                if first != expert.id:
                    evidence = Words(f"同名同单位：{name}（{unit}）", f"the same name {name} at {unit}")
                    found.setdefault((first, expert.id), Twin(first, expert.id, False, name, evidence))
    return tuple(found[pair] for pair in sorted(found))
