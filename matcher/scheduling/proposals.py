"""Wishes that the ranked lists of both sides propose, each with its reasons: people accept or decline them."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from matcher.domain.words import Words
from matcher.scheduling.errors import FormatError, WishError
from matcher.scheduling.problem import Event
from matcher.scheduling.wishes import Wish, validate_wishes

UNSAID = 500
"""Percentile of a partner for a party without a list: the middle."""
CSV_COLUMNS = ("subject_id", "candidate_id", "rank")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranked list: ``subject`` has ``candidate`` in place ``rank``; ids are ids of parties."""

    subject: str
    candidate: str
    rank: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wish that is proposed to a party, its worth to both (0..1000), and why."""

    wish: Wish
    worth: int
    reasons: tuple[str, ...]


def ranked_from_csv(text: str) -> tuple[Ranked, ...]:
    """The lines of a run as ``matcher rank`` writes it; offers that are not eligible are left out.

    Raises:
        FormatError: a column is missing, or a rank is no number.
    """
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in CSV_COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise FormatError(
            "columns",
            table.fieldnames,
            Words(f"缺少 {missing[0]} 列", f"{missing[0]} is missing"),
            Words(f"表头写作 {','.join(CSV_COLUMNS)}", f"head it {','.join(CSV_COLUMNS)}"),
        )
    lines = []
    for number, row in enumerate(table, 2):
        if row.get("verdict") != "INELIGIBLE":
            rank = str(row["rank"])
            if not rank.isdecimal() or int(rank) < 1:
                raise FormatError(
                    f"line {number}, rank",
                    rank,
                    Words("名次从 1 起", "ranks count from 1"),
                    Words("填写名单中的名次", "give the place in the list"),
                )
            lines.append(Ranked(str(row["subject_id"]), str(row["candidate_id"]), int(rank)))
    return tuple(lines)


def ranked_from_document(document: Any) -> tuple[Ranked, ...]:
    """The lines of one match list as JSON, or of several, with their reasons.

    Raises:
        FormatError: it is no match list.
    """
    lists = document if isinstance(document, list) else [document]
    try:
        return tuple(
            Ranked(
                str(found["subject_id"]),
                str(item["id"]),
                rank,
                tuple(str(reason["text_zh"]) for reason in item.get("reasons") or ()),
            )
            for found in lists
            for rank, item in enumerate(found["items"], 1)
            if item.get("verdict") != "INELIGIBLE"
        )
    except (KeyError, TypeError, AttributeError) as error:
        rule = Words(
            f"这不是匹配名单（{type(error).__name__}: {error}）",
            f"it is no match list ({type(error).__name__}: {error})",
        )
        raise FormatError(
            "ranked list",
            "…",
            rule,
            Words("给出 `matcher match --json` 的输出", "give the output of `matcher match --json`"),
        ) from error


def propose(event: Event, ranked: Iterable[Ranked], most: int = 10) -> tuple[Proposal, ...]:
    """Up to ``most`` proposals for each party of the event, dearest first.

    A pair is worth the geometric mean of the percentiles that each side has in the other's list (DOMAIN 4.6: where both
    sides have preferences this spreads the attention); a side without a list counts as the middle. Lines about ids
    that are not parties of the event are passed over; meetings that are banned are not proposed.

    Raises:
        WishError: no line is about two parties of the event, or one line comes twice.
    """
    if most < 1:
        raise WishError(
            "most",
            most,
            Words("每方至少推荐一个对象", "a party is proposed at least one partner"),
            Words("填 1 或以上", "use 1 or more"),
        )
    number = {party.id: position for position, party in enumerate(event.parties)}
    lines = [line for line in ranked if line.subject in number and line.candidate in number]
    if not lines:
        known = ", ".join(party.id for party in event.parties[:5])
        raise WishError(
            "ranked lists",
            0,
            Words("没有一行涉及活动的两个参加方", "no line is about two parties of the event"),
            Words(f"参加方编号为 {known} 等", f"their ids are {known}, …"),
        )
    place = _places(number, lines)
    length = {subject: max(ranks.values()) for subject, ranks in place.items()}
    reasons = {(number[line.subject], number[line.candidate]): line.reasons for line in lines}
    best: dict[int, list[tuple[int, int]]] = defaultdict(list)
    banned = {frozenset(m.parties[:2]) for m in event.meetings if m.banned is not None}
    for a, b in sorted({(min(s, c), max(s, c)) for s, ranks in place.items() for c in ranks}):
        if frozenset((a, b)) not in banned:
            worth = round(math.sqrt(_percentile(place, length, a, b) * _percentile(place, length, b, a)))
            best[a].append((-worth, b))
            best[b].append((-worth, a))
    found = []
    for party in sorted(best):
        for rank, (minus, partner) in enumerate(sorted(best[party])[:most], 1):
            why = _why(event, place, length, (party, partner))
            told = reasons.get((party, partner)) or reasons.get((partner, party)) or ()
            found.append(Proposal(Wish(party, partner, rank), -minus, (*why, *told)))
    return tuple(found)


def _places(number: Mapping[str, int], lines: Iterable[Ranked]) -> dict[int, dict[int, int]]:
    """Subject -> candidate -> rank."""
    place: dict[int, dict[int, int]] = defaultdict(dict)
    for line in lines:
        ranks, candidate = place[number[line.subject]], number[line.candidate]
        if candidate in ranks:
            raise WishError(
                "ranked lists",
                line.candidate,
                Words(f"{line.subject} 两次列出它", f"{line.subject} ranks it twice"),
                Words("保留其中一行", "keep one of the lines"),
            )
        ranks[candidate] = line.rank
    return place


def _percentile(place: Mapping[int, Mapping[int, int]], length: Mapping[int, int], subject: int, other: int) -> float:
    """1000 for the first of a list, the middle for a party without a list, 0 for who is not in it."""
    if subject not in place:
        return UNSAID
    rank = place[subject].get(other)
    return 0.0 if rank is None else 1000 * (1 - (rank - 1) / length[subject])


def _why(
    event: Event, place: Mapping[int, Mapping[int, int]], length: Mapping[int, int], pair: tuple[int, int]
) -> tuple[str, ...]:
    """Where each stands in the other's list."""
    return tuple(
        f"{event.parties[other].label}在{event.parties[subject].label}的名单中排第{place[subject][other]}"
        f"(共{length[subject]}) / place {place[subject][other]} of {length[subject]} in the list of "
        f"{event.parties[subject].label}"
        for subject, other in (pair, pair[::-1])
        if other in place.get(subject, {})
    )


def proposals_document(event: Event, proposals: Iterable[Proposal], told: Iterable[Words]) -> dict[str, Any]:
    """Proposals as JSON, with the sentences about who is wanted by more than it can meet."""
    return {
        "event": event.name,
        "wishes": [asdict(p.wish) | {"worth": p.worth, "reasons": list(p.reasons)} for p in proposals],
        "demand": [asdict(sentence) for sentence in told],
    }


def wishes_from_document(event: Event, document: Any) -> tuple[Wish, ...]:
    """The wishes of ``{"wishes": [{"party", "partner", "rank", "answer", "reason", "must", "by_organizer"}]}``.

    Parties are numbers of the event. A proposals file is such a file, once people have answered.

    Raises:
        FormatError: a field of another form. WishError: a wish that cannot be.
    """
    fields = ("answer", "reason", "must", "by_organizer")
    try:
        rows = [
            Wish(
                int(row["party"]),
                int(row["partner"]),
                int(row["rank"]),
                **{name: row[name] for name in fields if name in row},
            )
            for row in document["wishes"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        rule = Words(
            f"有一个字段不合要求（{type(error).__name__}: {error}）",
            f"a field does not fit ({type(error).__name__}: {error})",
        )
        raise FormatError("wishes", "…", rule, Words("见 docs/events.md", "see docs/events.md")) from error
    return validate_wishes(event, rows)
