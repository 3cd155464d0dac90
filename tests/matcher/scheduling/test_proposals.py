"""From ranked lists to proposed wishes."""

from __future__ import annotations

import pytest

from matcher.domain.words import Words
from matcher.scheduling import Event, Meeting, Party, Slot, Table
from matcher.scheduling.errors import FormatError, WishError
from matcher.scheduling.proposals import (
    Ranked,
    proposals_document,
    propose,
    ranked_from_csv,
    ranked_from_document,
    wishes_from_document,
)
from matcher.scheduling.wishes import Wish, demand

PARTIES = (Party("P1", "光谷光电"), Party("P2", "星源材料"), Party("F1", "华芯基金", cap=1), Party("F2", "甬江基金"))
EVENT = Event("对接会", (Slot(), Slot()), (Table("1"),), PARTIES, (Meeting((1, 3), banned="declined"),))


def test_both_lists_decide_the_order_and_give_the_reasons() -> None:
    lines = [
        Ranked("P1", "F1", 1, ("领域相符",)),
        Ranked("P1", "F2", 2),
        Ranked("F1", "P1", 2),
        Ranked("F1", "P2", 1),
        Ranked("F1", "P9", 3),
    ]
    found = propose(EVENT, lines)
    # P1-F1: first of two for P1, second of two for F1. P2 has no list (500), F1 has it first. F2 has no list either.
    assert [(p.wish.party, p.wish.partner, p.wish.rank, p.worth) for p in found] == [
        (0, 2, 1, 707),
        (0, 3, 2, 500),
        (1, 2, 1, 707),
        (2, 0, 1, 707),
        (2, 1, 2, 707),
        (3, 0, 1, 500),
    ]
    assert found[0].reasons == (
        "华芯基金在光谷光电的名单中排第1(共2) / place 1 of 2 in the list of 光谷光电",
        "光谷光电在华芯基金的名单中排第2(共2) / place 2 of 2 in the list of 华芯基金",
        "领域相符",
    )
    assert [d.sentence(EVENT) for d in demand(EVENT, [p.wish for p in found])] == [
        Words("2 家想见华芯基金，它可会面 1 场", "2 parties want 华芯基金, it can meet 1")
    ]


def test_only_the_dearest_are_proposed_and_nobody_that_declined() -> None:
    lines = [Ranked("P1", "F1", 1), Ranked("P1", "F2", 2), Ranked("P2", "F2", 1), Ranked("P2", "F1", 2)]
    pairs = [(p.wish.party, p.wish.partner) for p in propose(EVENT, lines, most=1)]
    assert pairs == [(0, 2), (1, 2), (2, 0), (3, 0)]


def test_a_run_and_a_match_list_are_the_same_lines() -> None:
    table = "subject_id,candidate_id,rank,score,verdict\nP1,F1,1,88.1,ELIGIBLE\nP1,F2,2,10,INELIGIBLE\n"
    items = [
        {"id": "F1", "verdict": "ELIGIBLE", "reasons": [{"text_zh": "同城"}]},
        {"id": "F2", "verdict": "INELIGIBLE"},
    ]
    assert ranked_from_csv(table) == (Ranked("P1", "F1", 1),)
    assert ranked_from_document({"subject_id": "P1", "items": items}) == (Ranked("P1", "F1", 1, ("同城",)),)


def test_proposals_are_read_back_as_wishes_with_their_answers() -> None:
    document = proposals_document(EVENT, propose(EVENT, [Ranked("P1", "F1", 1)]), [Words("甲", "a")])
    assert document["demand"] == [{"zh": "甲", "en": "a"}]
    document["wishes"][0] |= {"answer": "declined", "reason": "阶段太早"}
    assert wishes_from_document(EVENT, document) == (Wish(0, 2, 1, "declined", "阶段太早"), Wish(2, 0, 1))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("subject_id,rank\n", "candidate_id is missing"),
        ("subject_id,candidate_id,rank\nP1,F1,0\n", "ranks count from 1"),
    ],
)
def test_runs_that_cannot_be(text: str, rule: str) -> None:
    with pytest.raises(FormatError, match=rule):
        ranked_from_csv(text)


@pytest.mark.parametrize(
    ("lines", "most", "rule"),
    [
        ([Ranked("X", "Y", 1)], 10, "no line is about two parties"),
        ([Ranked("P1", "F1", 1), Ranked("P1", "F1", 2)], 10, "P1 ranks it twice"),
        ([Ranked("P1", "F1", 1)], 0, "at least one partner"),
    ],
)
def test_lists_that_propose_nothing(lines: list[Ranked], most: int, rule: str) -> None:
    with pytest.raises(WishError, match=rule):
        propose(EVENT, lines, most)


def test_a_document_that_is_no_list_is_refused() -> None:
    with pytest.raises(FormatError, match="no match list"):
        ranked_from_document({"items": [{"id": "F1"}]})
    with pytest.raises(FormatError, match="a field does not fit"):
        wishes_from_document(EVENT, {"wishes": [{"party": 0}]})
