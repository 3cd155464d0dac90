"""Experts of the pool who may not share a panel: by a tie to each other, or because they may be one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from matcher.conflicts.finding import KIND_WORDS, TWIN, Apart, Finding
from matcher.conflicts.identity import find_twins, one_key
from matcher.conflicts.party import Candidate, Truth
from matcher.conflicts.windows import counts
from matcher.domain.naming import one_spelling
from matcher.domain.words import Words
from matcher.rules.authority import Authority

_ONE_PERSON = Words("一人在一个专家组中只占一席", "one person has one seat in a panel")


def kept_apart(experts: Sequence[Candidate], rules: Authority, today: date) -> tuple[Apart, ...]:
    """Pairs of experts, each once and in the order of their ids.

    A tie whose party is an expert of the pool, of a kind that the authority names; a name is enough, for two strangers
    kept apart cost little. And entries that may be one person.
    """
    found: dict[tuple[str, str], Apart] = {}
    for one in (*_tied(experts, rules, today), *_perhaps_twins(experts, rules)):
        found.setdefault((one.first, one.second), one)
    return tuple(found[pair] for pair in sorted(found))


def twin_findings(experts: Sequence[Candidate], rules: Authority) -> Iterator[Finding]:
    """A further entry of a person is barred, for one entry holds all ties and all loads; a possible one is asked."""
    for expert in experts:
        if expert.same_as:
            evidence = Words(
                f"与 {expert.same_as} 为同一人，标识相同：{expert.same_by}",
                f"the same person as {expert.same_as}, by the key {expert.same_by}",
            )
            yield Finding(expert.id, "", TWIN, Truth.TRUE, evidence, _ONE_PERSON, rules.source)
    for one in _perhaps_twins([expert for expert in experts if not expert.same_as], rules):
        for who, other in ((one.first, one.second), (one.second, one.first)):
            evidence = Words(f"可能与 {other} 为同一人，{one.evidence.zh}", f"may be {other}: {one.evidence.en}")
            yield Finding(who, "", TWIN, Truth.UNKNOWN, evidence, one.rule, one.source)


def _perhaps_twins(experts: Sequence[Candidate], rules: Authority) -> Iterator[Apart]:
    for twin in find_twins(experts):
        yield Apart(twin.first, twin.second, TWIN, twin.evidence, _ONE_PERSON, rules.source)


def _tied(experts: Sequence[Candidate], rules: Authority, today: date) -> Iterator[Apart]:
    known: dict[str, dict[str, None]] = {}
    for expert in experts if rules.apart else ():
        for way in (*map(one_key, (expert.id, *expert.keys)), *map(one_spelling, expert.names)):
            known.setdefault(way, {})[expert.id] = None
    for expert in experts:
        for tie in expert.ties:
            if tie.kind not in rules.apart:
                continue
            window = rules.windows[tie.kind]
            truth, why = counts(tie, window, today)
            others = known.get(one_key(tie.party), {}) | known.get(one_spelling(tie.party), {})
            for other in others if truth is not Truth.FALSE else ():
                if other != expert.id:
                    first, second = sorted((expert.id, other))
                    kind = KIND_WORDS[tie.kind]
                    evidence = Words(
                        f"{expert.id} 与专家“{tie.party}”有“{kind.zh}”关系：{why.zh}",
                        f"{expert.id} has the tie {kind.en} with expert {tie.party}: {why.en}",
                    )
                    yield Apart(first, second, tie.kind, evidence, window.words, window.source)
