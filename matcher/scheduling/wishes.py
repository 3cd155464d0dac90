"""From proposals to meetings that may be placed: ranked wishes, answers, and the event's rule of consent.

No meeting is placed that a side declined, and none that both have not accepted unless the event's rule says so:
``mutual`` needs both sides, ``one_sided`` one wish and no refusal, ``open`` only the absence of a refusal.
A request that waits for an answer never blocks a slot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from matcher.domain.words import Words
from matcher.scheduling.errors import WishError
from matcher.scheduling.problem import Event, Meeting

ConsentRule = Literal["open", "one_sided", "mutual"]
Answer = Literal["pending", "accepted", "declined", "expired"]
DECLINE_REASONS = (
    *("阶段太早", "阶段太晚", "领域不符", "金额不符", "地域不符", "技术优势不清", "商业路径不清", "描述不清"),
    *("团队", "估值/条件", "知识产权风险", "已有同类", "暂无额度", "时间", "其他"),
)
MOST_WISHES = 2_000
"""Wishes that one party may send: enough for every partner of a large event, too few for a runaway script."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One party asks for a meeting. ``rank`` 1 is its dearest; ``must`` asks the organizer to guarantee it."""

    party: int
    partner: int
    rank: int
    answer: Answer = "pending"
    reason: str = ""
    must: bool = False
    by_organizer: bool = False

    def __post_init__(self) -> None:
        if self.party == self.partner:
            raise WishError(
                "wish.partner",
                self.partner,
                Words("不能与自己会面", "nobody meets themselves"),
                Words("写另一方", "name another party"),
            )
        if self.rank < 1:
            raise WishError(
                "wish.rank",
                self.rank,
                Words("名次从 1 起", "ranks count from 1"),
                Words("填写在自己名单中的名次", "give the place in your list"),
            )
        if self.answer == "declined" and self.reason not in DECLINE_REASONS:
            rule = Words("拒绝须写明理由", "a refusal names its reason")
            raise WishError(
                "wish.reason",
                self.reason,
                rule,
                Words("用以下之一：" + "、".join(DECLINE_REASONS), "use one of " + ", ".join(DECLINE_REASONS)),
            )


@dataclass(frozen=True, slots=True)
class Demand:
    """How many want a party and how many it can meet, told before wishes close."""

    party: int
    wanted_by: int
    can_meet: int

    def sentence(self, event: Event) -> Words:
        """The demand as a sentence for the people who choose."""
        label = event.parties[self.party].label
        return Words(
            f"{self.wanted_by} 家想见{label}，它可会面 {self.can_meet} 场",
            f"{self.wanted_by} parties want {label}, it can meet {self.can_meet}",
        )


def validate_wishes(event: Event, wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    """The wishes, in order of party and rank.

    Raises:
        WishError: an unknown party, the same wish or rank twice, or too many wishes of one party.
    """
    ordered = sorted(wishes, key=lambda w: (w.party, w.rank, w.partner))
    for wish in ordered:
        for field, party in (("wish.party", wish.party), ("wish.partner", wish.partner)):
            if not 0 <= party < len(event.parties):
                raise WishError(
                    field,
                    party,
                    Words("没有这个参加方", "there is no such party"),
                    Words(f"填 0 至 {len(event.parties) - 1}", f"use 0 to {len(event.parties) - 1}"),
                )
    for what, keys in (
        ("wish.partner", Counter((w.party, w.partner) for w in ordered)),
        ("wish.rank", Counter((w.party, w.rank) for w in ordered if not w.by_organizer)),
    ):
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            party, value = twice[0]
            raise WishError(
                what,
                value,
                Words(f"{event.parties[party].label} 给了两次", f"{event.parties[party].label} gives it twice"),
                Words("保留其中一个", "keep one of them"),
            )
    loads = Counter(w.party for w in ordered)
    for party, load in sorted(loads.items()):
        if load > MOST_WISHES:
            label = event.parties[party].label
            raise WishError(
                "wishes",
                load,
                Words(f"{label} 的意向超过 {MOST_WISHES} 个", f"{label} sends more than {MOST_WISHES}"),
                Words("只提交最想见的", "send the dearest ones only"),
            )
    return tuple(ordered)


def demand(event: Event, wishes: Iterable[Wish]) -> tuple[Demand, ...]:
    """Who is wanted by more parties than it can meet, the most overbooked first."""
    wanted = Counter(w.partner for w in validate_wishes(event, wishes) if w.answer != "declined")
    result = []
    for party, count in wanted.items():
        present = sum(event.parties[party].present(t) for t in range(len(event.slots)))
        cap = event.parties[party].cap
        can = present if cap is None else min(cap, present)
        if count > can:
            result.append(Demand(party, count, can))
    return tuple(sorted(result, key=lambda d: (d.can_meet - d.wanted_by, d.party)))


def consented(
    event: Event, wishes: Iterable[Wish], match_scores: Mapping[tuple[int, int], int], rule: ConsentRule = "mutual"
) -> Event:
    """The event with the meetings that the rule of consent allows, each with its worth.

    ``match_scores`` 0..1000 per pair (smaller party first). Worth of a meeting, DOMAIN 4.2: both wishes .5, match
    score .3, .1 for parties that would meet for the first time, .1 for parties below their promise; the last two
    are the same for all meetings of an event and are carried by the promises, so wishes count .625 and match .375.
    """
    asked = {(w.party, w.partner): w for w in validate_wishes(event, wishes)}
    longest = Counter(w.party for w in asked.values())
    pairs = sorted({(min(a, b), max(a, b)) for a, b in asked} | set(match_scores))
    meetings = []
    for a, b in pairs:
        there, back = asked.get((a, b)), asked.get((b, a))
        if _allowed(rule, there, back):
            ranks = (_percentile(there, longest[a]), _percentile(back, longest[b]))
            score = round(0.625 * (ranks[0] * ranks[1]) ** 0.5 + 0.375 * match_scores.get((a, b), 0))
            must = bool((there and there.must) or (back and back.must))
            meetings.append(Meeting((a, b), score, ranks, required=must))
    return replace(event, meetings=tuple(meetings), fixed=(), before=())


def _allowed(rule: ConsentRule, there: Wish | None, back: Wish | None) -> bool:
    given = [w for w in (there, back) if w is not None]
    if any(w.answer == "declined" for w in given):
        return False
    yes = [w for w in given if w.answer == "accepted"]
    if rule == "mutual":
        return len(yes) == 2 or any(w.by_organizer for w in yes)
    return rule == "open" or bool(yes)


def _percentile(wish: Wish | None, length: int) -> int:
    """Place of a wish in its owner's list, 1000 for the first; the middle for a party that said nothing."""
    return 500 if wish is None else round(1000 * (1 - (wish.rank - 1) / max(length, wish.rank)))
