"""Bad input gets a sentence that names field, value, rule and remedy."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from matcher.domain.words import Words
from matcher.scheduling import Event, Meeting, Party, Representative, Slot, Table, read_event, solve
from matcher.scheduling.contradictions import contradiction
from matcher.scheduling.counts import findings
from matcher.scheduling.errors import EventError, FormatError, WishError
from matcher.scheduling.wishes import MOST_WISHES, Wish, consented, demand, validate_wishes

PARTIES = tuple(Party(name, name) for name in ("光谷光电", "华芯基金", "台州银行"))


def event(slots: int = 3, parties: tuple[Party, ...] = PARTIES, **changes: object) -> Event:
    given: dict[str, object] = {"meetings": (Meeting((0, 1), 500), Meeting((0, 2), 400))} | changes
    return Event("对接会", tuple(Slot() for _ in range(slots)), (Table("1"),), parties, **given)  # type: ignore[arg-type]


def test_event_without_slots_is_refused() -> None:
    with pytest.raises(EventError, match="add at least one slot"):
        event(slots=0)


def test_table_without_a_place_is_refused() -> None:
    with pytest.raises(EventError, match=r"table 3.capacity is 0"):
        Table("3", capacity=0)


def test_nobody_meets_themselves() -> None:
    with pytest.raises(EventError, match="nobody meets themselves"):
        event(meetings=(Meeting((1, 1)),))
    with pytest.raises(WishError, match="nobody meets themselves"):
        Wish(1, 1, 1)


def test_more_promised_than_slots_is_told() -> None:
    promised = (Party("a", promised=5), *PARTIES[1:])
    found = findings(event(parties=promised))
    assert [(f.rule, f.blocks, f.parties) for f in found] == [("promise", False, (0,))]
    assert found[0].reason == Words(
        "party a 承诺 5 场会面，只有 2 个可能的会面", "party a is promised 5 meetings and has 2 possible meetings"
    )


def test_party_without_availability_is_told_and_planned_around() -> None:
    away = Party("a", "光谷光电", promised=1, representatives=(Representative(unavailable=frozenset({0, 1, 2})),))
    plan = solve(event(parties=(away, *PARTIES[1:])))
    assert plan.seats == ()
    assert plan.reasons == (
        "光谷光电 承诺 1 场会面，只有 0 个在场时段；减少承诺，或增加对象或时间 / "
        "光谷光电 is promised 1 meetings and has 0 slots of presence; promise fewer, or find partners or time",
    )


def test_must_meet_against_do_not_meet_names_both() -> None:
    clash = event(meetings=(Meeting((0, 1), banned="do-not-meet", required=True),))
    plan = solve(clash)
    assert plan.status == "infeasible"
    assert plan.reasons == (
        "光谷光电 × 华芯基金 必须会面又不可会面（do-not-meet）；取消其中一条 / "
        "光谷光电 × 华芯基金 must meet and may not meet (do-not-meet); drop one of the two rules",
    )


def test_circle_of_orders_is_printed() -> None:
    musts = tuple(Meeting(pair, required=True) for pair in ((0, 1), (0, 2), (1, 2)))
    plan = solve(event(slots=4, meetings=musts, before=((0, 1), (1, 2), (2, 0))))
    assert plan.status == "infeasible"
    circle = "光谷光电 × 华芯基金 → 光谷光电 × 台州银行 → 华芯基金 × 台州银行 → 光谷光电 × 华芯基金"
    words = f"先后次序成环：{circle}；取消其中一个次序 / the order is a circle: {circle}; drop one of these orders"
    assert plan.reasons == (words,)


def test_pin_against_absence_is_named() -> None:
    away = Party("a", "光谷光电", representatives=(Representative(unavailable=frozenset({1})),))
    plan = solve(event(parties=(away, *PARTIES[1:]), fixed=((0, 1),)))
    assert plan.reasons == (
        "光谷光电 × 华芯基金 必须在第 1 号时段举行，但 光谷光电 届时不在场；更改在场时段或该规则 / "
        "光谷光电 × 华芯基金 must be held in slot 1, but 光谷光电 is absent then; change the availability or the rule",
    )


def test_smallest_contradiction_and_the_cheapest_way_out() -> None:
    musts = tuple(Meeting(pair, required=True) for pair in ((0, 1), (0, 2), (1, 2)))
    clash = contradiction(event(slots=3, meetings=musts, before=((0, 1),), fixed=((0, 2),)))
    assert clash is not None
    assert [rule.kind for rule in clash.rules] == ["before", "fixed", "must", "must"]
    assert [(rule.kind, rule.subject) for rule in clash.relaxations[:2]] == [("before", 0), ("fixed", 0)]
    assert clash.is_smallest


def test_change_of_clock_in_the_night_is_no_overlap_and_a_real_one_is() -> None:
    paris = ZoneInfo("Europe/Paris")
    last = datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    later = datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=1)
    slots = (Slot(0, last, 45), Slot(0, later, 45))
    assert len(Event("night", slots, (Table("1"),), PARTIES, ()).slots) == 2
    with pytest.raises(EventError, match="it overlaps slot 0"):
        Event("night", (Slot(0, last, 45), Slot(0, last + timedelta(minutes=20), 45)), (Table("1"),), PARTIES, ())


@pytest.mark.parametrize(
    ("wishes", "rule"),
    [
        ((Wish(0, 1, 1), Wish(0, 1, 2)), "gives it twice"),
        ((Wish(0, 1, 1), Wish(0, 2, 1)), "gives it twice"),
        ((Wish(0, 9, 1),), "there is no such party"),
        (tuple(Wish(0, p, p) for p in range(1, 10_001)), f"more than {MOST_WISHES}"),
    ],
)
def test_wishes_that_cannot_be(wishes: tuple[Wish, ...], rule: str) -> None:
    crowd = tuple(Party(str(n)) for n in range(10_001 if len(wishes) > 5 else 3))
    with pytest.raises(WishError, match=rule):
        validate_wishes(event(parties=crowd), wishes)


def test_consent_rules_place_no_declined_and_no_unanswered_meeting() -> None:
    answers = [
        Wish(0, 1, 1, "accepted"),
        Wish(1, 0, 1, "accepted"),
        Wish(0, 2, 2, "accepted"),
        Wish(2, 1, 1, "declined", "阶段太早"),
        Wish(1, 2, 2, "accepted"),
    ]
    pairs = {r: [m.parties for m in consented(event(), answers, {}, r).meetings] for r in ("mutual", "one_sided")}
    assert pairs == {"mutual": [(0, 1)], "one_sided": [(0, 1), (0, 2)]}
    assert [m.parties for m in consented(event(), [], {(1, 2): 700}, "open").meetings] == [(1, 2)]


def test_demand_is_told_before_wishes_close() -> None:
    small = (PARTIES[0], Party("f", "华芯基金", cap=1), PARTIES[2])
    told = demand(event(parties=small), [Wish(0, 1, 1), Wish(2, 1, 1)])
    assert [d.sentence(event(parties=small)) for d in told] == [
        Words("2 家想见华芯基金，它可会面 1 场", "2 parties want 华芯基金, it can meet 1")
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"{}", "only matchevent-2 is read"),
        (b"[1", "is not JSON"),
        (b"\x1f\x8b broken", "cannot be read"),
        (json.dumps({"format": "matchevent-2", "name": "x"}).encode(), "a field does not fit"),
    ],
)
def test_files_that_are_no_events(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=rule):
        read_event(path)


def test_event_of_a_collection_is_found_by_name(tmp_path: Path) -> None:
    line = {
        "format": "matchevent-2",
        "name": "b",
        "mode": "timetable",
        "slots": 2,
        "days": [[0, 1]],
        "tables": 1,
        "participants": [{"id": 0, "unavailable": []}, {"id": 1, "unavailable": [0]}],
        "pairs": [[0, 1]],
        "breaks": {"count": "strict", "spread": 2},
    }
    path = tmp_path / "all.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(line | {"name": n}) for n in "ab").encode()))
    assert solve(read_event(f"{path}#b")).document()["meetings"] == [[0, 1, 0]]
    with pytest.raises(FormatError, match="no such event"):
        read_event(f"{path}#c")
