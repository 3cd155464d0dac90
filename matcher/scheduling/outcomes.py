"""What became of the meetings: held or not, who stayed away, who is interested, and the next step agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from matcher.domain.words import Words
from matcher.scheduling.errors import FormatError
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event

Held = Literal["held", "no_show"]
State = Literal["meeting held", "interest", "declined"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One meeting afterwards. ``absent``: parties that did not come; ``interest``: party -> whether it wants more."""

    meeting: int
    state: Held
    absent: tuple[int, ...] = ()
    interest: Mapping[int, bool] = field(default_factory=dict)
    next_step: str = ""

    def feedback(self) -> tuple[tuple[int, State], ...]:
        """(party, state of DOMAIN 4.7) that this outcome adds to the history of each party that came."""
        if self.state == "no_show":
            return ()
        held: list[tuple[int, State]] = [(party, "meeting held") for party in sorted(self.interest)]
        wants: list[tuple[int, State]] = [(p, "interest" if yes else "declined") for p, yes in self.interest.items()]
        return (*held, *sorted(wants))


def validate_outcomes(event: Event, plan: Plan, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes in the order of their meetings.

    Raises:
        FormatError: a meeting that is not in the plan or comes twice, parties that are not in it, or a meeting that
            was held without its parties.
    """
    ordered = sorted(outcomes, key=lambda o: o.meeting)
    planned, seen = plan.at, set()
    for outcome in ordered:
        name = f"outcome of meeting {outcome.meeting}"
        if outcome.meeting not in planned:
            raise FormatError(
                name,
                outcome.state,
                Words("计划中没有这场会面", "the plan does not hold it"),
                Words("填写计划中的会面", "name a meeting of the plan"),
            )
        if outcome.meeting in seen:
            raise FormatError(
                name, outcome.state, Words("出现了两次", "it comes twice"), Words("保留其中一个", "keep one of them")
            )
        seen.add(outcome.meeting)
        parties = event.meetings[outcome.meeting].parties
        strange = sorted({*outcome.absent, *outcome.interest} - set(parties))
        if strange:
            raise FormatError(
                name,
                strange[0],
                Words("该方不在这场会面中", "this party is not in it"),
                Words(f"可用 {'、'.join(map(str, parties))}", f"use {', '.join(map(str, parties))}"),
            )
        if outcome.state == "held" and len(parties) - len(set(outcome.absent)) < 2:
            raise FormatError(
                name,
                outcome.absent,
                Words("举行的会面至少两方到场", "a meeting is held by two who came"),
                Words('写作 "no_show"', 'say "no_show"'),
            )
    return tuple(ordered)


def outcomes_from_document(event: Event, plan: Plan, document: Any) -> tuple[Outcome, ...]:
    """The outcomes of ``{"outcomes": [{"meeting", "state", "absent", "interest": {party: bool}, "next_step"}]}``.

    Raises:
        FormatError: a field of another form, or an outcome that cannot be.
    """
    try:
        found = [_outcome(row) for row in document["outcomes"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        rule = Words(
            f"有一个字段不合要求（{type(error).__name__}: {error}）",
            f"a field does not fit ({type(error).__name__}: {error})",
        )
        raise FormatError("outcomes", "…", rule, Words("见 docs/events.md", "see docs/events.md")) from error
    return validate_outcomes(event, plan, found)


def _outcome(row: Mapping[str, Any]) -> Outcome:
    state = row["state"]
    if state not in ("held", "no_show"):
        raise ValueError(f"state is {state!r}, not held or no_show")
    interest = row.get("interest") or {}
    if not all(isinstance(answer, bool) for answer in interest.values()):
        raise ValueError("interest is true or false")
    return Outcome(
        meeting=int(row["meeting"]),
        state=state,
        absent=tuple(int(party) for party in row.get("absent") or ()),
        interest={int(party): answer for party, answer in sorted(interest.items(), key=lambda item: int(item[0]))},
        next_step=str(row.get("next_step") or ""),
    )
