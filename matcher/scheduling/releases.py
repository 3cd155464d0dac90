"""Named releases of a plan: what stands published, how often each meeting changed, and whom to tell what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matcher.domain.words import Words
from matcher.scheduling.errors import ChangeError
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.replan import Delta, difference


@dataclass(frozen=True, slots=True)
class Release:
    """A published plan. ``sequences`` counts the changes of each meeting ever published, dropped ones too."""

    number: int
    name: str
    plan: Plan
    sequences: Mapping[int, int] = field(default_factory=dict)
    delta: Delta | None = None

    @property
    def dropped(self) -> tuple[int, ...]:
        """Meetings that were published once and are no longer held."""
        return tuple(sorted(set(self.sequences) - set(self.plan.at)))


def release(event: Event, plan: Plan, name: str, last: Release | None = None, expected: int | None = None) -> Release:
    """The next release. ``expected`` is the number that the organizer saw as the last one.

    Raises:
        ChangeError: an empty name, or somebody else released meanwhile.
    """
    number = 0 if last is None else last.number
    if not name.strip():
        raise ChangeError(
            "release.name",
            name,
            Words("发布须有名称", "a release has a name"),
            Words("写上名称，如 第一版", "name it, say 第一版"),
        )
    if expected is not None and expected != number:
        rule = Words(f"其间已发布第 {number} 版", f"release {number} came meanwhile")
        raise ChangeError(
            "release.expected", expected, rule, Words("查看该版后再发布", "look at that release, then release again")
        )
    if last is None:
        return Release(1, name, plan, dict.fromkeys(sorted(plan.at), 0))
    delta = difference(event, last.plan, plan, name)
    changed = {*delta.cancelled, *(m for m, *_ in delta.moved), *(m for m, *_ in delta.reseated)}
    changed |= {m for m, _ in delta.added if m in last.sequences}
    sequences = {m: last.sequences.get(m, 0) + (m in changed) for m in sorted({*last.sequences, *plan.at})}
    return Release(number + 1, name, plan, sequences, delta)


def messages(event: Event, published: Release) -> dict[int, tuple[str, ...]]:
    """Party -> what it must be told, one line per changed meeting; parties without a change are not in it."""
    delta = published.delta
    if delta is None:
        parties = {p for m in published.plan.at for p in event.meetings[m].parties}
        return dict.fromkeys(sorted(parties), ("your agenda is published",))
    lines: dict[int, list[str]] = {}
    changes = [(m, "is cancelled") for m in delta.cancelled]
    changes += [(m, f"moves from slot {old + 1} to slot {new + 1}") for m, old, new in delta.moved]
    changes += [(m, f"is new in slot {slot + 1}") for m, slot in delta.added]
    changes += [(m, f"moves to table {new}") for m, _, new in delta.reseated]
    for meeting, what in changes:
        for party in event.meetings[meeting].parties:
            others = ", ".join(event.parties[p].label for p in event.meetings[meeting].parties if p != party)
            lines.setdefault(party, []).append(f"the meeting with {others} {what}")
    return {party: tuple(lines[party]) for party in sorted(lines)}
