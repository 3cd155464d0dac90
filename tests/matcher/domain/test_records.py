"""Records are valid or do not exist; unknown is neither zero nor empty nor no."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from matcher.domain import KINDS, Fund, Kind, LoanProduct, Project
from matcher.domain.credit_code import check_character
from matcher.domain.loan import Rate
from matcher.domain.project import BudgetItem, LegalEntity, Need
from matcher.domain.term import Term
from matcher.tables.fields import Shape, leaves
from tests.strategies import records

_MODEST = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _nested(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


def _why(model, values):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return {error["type"] for error in caught.value.errors()}


def _columns(*shapes, many=None):
    return [
        pytest.param(kind, leaf, id=f"{kind}-{leaf.dotted}")
        for kind in Kind
        for leaf in leaves(kind)
        if leaf.shape in shapes and (many is None or leaf.many is many)
    ]


@pytest.mark.parametrize(("kind", "leaf"), _columns(Shape.TERM))
def test_every_vocabulary_takes_all_its_words_and_no_other(kind, leaf):
    def one(word):
        return _nested(leaf.path, (word,) if leaf.many else word) | {"id": "x"}

    def value(record):
        for name in leaf.path:
            record = getattr(record, name)
        return record[0] if leaf.many else record

    for member in leaf.detail:
        for word in (member, str(member), member.en, *member.synonyms):
            found = value(KINDS[kind].model_validate(one(word)))
            assert isinstance(found, Term)
        assert value(KINDS[kind].model_validate(one(member.en))) is member
    assert _why(KINDS[kind], one("no such word")) == {"enum"}


@pytest.mark.parametrize(
    ("kind", "leaf"), _columns(Shape.AMOUNT, Shape.PERCENT, Shape.FRACTION, Shape.MONTHS, Shape.WHOLE)
)
@pytest.mark.parametrize("value", [-1, float("inf"), float("nan"), "1e309", "many"])
def test_numbers_are_never_negative_endless_or_words(kind, leaf, value):
    needed = {"share": 0.5} if leaf.path[0] == "subsidy" else {}
    values = _nested(leaf.path, value) | {"id": "x"}
    if isinstance(values[leaf.path[0]], dict):
        values[leaf.path[0]] = needed | values[leaf.path[0]]
    assert _why(KINDS[kind], values)


@pytest.mark.parametrize(
    ("model", "low", "high"),
    [
        (Fund, "trl_min", "trl_max"),
        (Fund, "ticket_min", "ticket_typical"),
        (Fund, "ticket_typical", "ticket_max"),
        (Fund, "ticket_min", "ticket_max"),
        (LoanProduct, "amount_min", "amount_max_unsecured"),
        (LoanProduct, "amount_min", "amount_max_secured"),
        (LoanProduct, "term_min", "term_max"),
        (LoanProduct, "company_age_min_months", "company_age_max_months"),
        (KINDS[Kind.INSURANCE], "trl_min", "trl_max"),
        (KINDS[Kind.INSURANCE], "limit_event", "limit_aggregate"),
    ],
)
def test_a_lower_bound_is_at_most_the_upper_one(model, low, high):
    assert _why(model, {"id": "x", low: 3, high: 2}) == {"min_over_max"}
    assert getattr(model.model_validate({"id": "x", low: 3, high: 3}), high) == 3
    assert getattr(model.model_validate({"id": "x", low: 3}), high) is None


def test_dates_of_a_record_are_in_order():
    assert _why(Fund, {"id": "x", "valid_from": "2024-02-01", "valid_until": "2024-01-01"}) == {"min_over_max"}
    assert _why(Need, {"amount_min": 5, "amount_max": 4}) == {"min_over_max"}


def test_a_budget_is_the_sum_of_its_items():
    items = [BudgetItem(kind="人员", amount=Decimal(20)), BudgetItem(kind="设备", amount=Decimal("0.1"))]
    assert Project(id="x", budget_items=items, verification_budget=Decimal("20.1")).budget_items == tuple(items)
    assert _why(Project, {"id": "x", "budget_items": items, "verification_budget": 20}) == {"budget_sum"}


def test_a_rate_has_the_number_that_its_kind_needs():
    assert _why(Rate, {"kind": "lpr", "value": 0.03}) == {"rate"}
    assert Rate(kind="lpr", basis_points=50).yearly(0.03) == pytest.approx(0.035)
    assert Rate(kind="cap", multiple=1.3).yearly(0.03) == pytest.approx(0.039)


def test_credit_codes_have_a_check_character():
    # the example of GB 32100-2015 and two companies that print theirs
    for code in ("91350100M000100Y43", "91330000142918095P"[:17] + check_character("91330000142918095")):
        assert LegalEntity(credit_code=code).credit_code == code
    assert _why(LegalEntity, {"credit_code": "91350100M000100Y44"}) == {"credit_code"}
    assert _why(LegalEntity, {"credit_code": "9135010OM000100Y43"}) == {"credit_code"}
    assert _why(LegalEntity, {"credit_code": "91350100M000100Y4"}) == {"credit_code"}


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 16), st.data())
@settings(max_examples=50, deadline=None)
def test_one_mistyped_character_is_always_found(first17, place, data):
    code = first17 + check_character(first17)
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != code[place]]))
    assert _why(LegalEntity, {"credit_code": code[:place] + other + code[place + 1 :]}) == {"credit_code"}


def test_money_is_exact():
    assert Fund(id="x", ticket_min=0.1).ticket_min == Decimal("0.1")
    assert Fund(id="x", ticket_min="0.000001").ticket_min == Decimal("0.000001")
    assert _why(Fund, {"id": "x", "ticket_min": "0.0000001"}) == {"decimal_max_places"}
    assert _why(Fund, {"id": "x", "ticket_min": "1000000001"}) == {"less_than_equal"}


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[0m", "\x7f"])
def test_texts_hold_no_control_characters(text):
    assert _why(Fund, {"id": "x", "name": text, "thesis": text}) == {"control_character"}


@pytest.mark.parametrize("bad", ["", " ", "a b", "a/b", "a?b", "a#b", "a\tb", "x" * 101])
def test_ids_can_stand_in_addresses(bad):
    assert _why(Fund, {"id": bad}) == {"string_pattern_mismatch"}


def test_unknown_fields_are_refused_and_records_are_frozen():
    assert _why(Fund, {"id": "x", "colour": "red"}) == {"extra_forbidden"}
    assert _why(Fund, {"id": "x", "evidence": {"colour": "自述"}}) == {"unknown_field"}
    with pytest.raises(ValidationError):
        Fund(id="x").name = "y"


def test_unknown_is_not_zero_not_empty_and_not_no():
    unknown = Project(id="x")
    said = Project(id="x", pre_money=0, titles=(), guarantor=False)
    assert (unknown.pre_money, unknown.titles, unknown.guarantor) == (None, None, None)
    assert (said.pre_money, said.titles, said.guarantor) == (0, (), False)
    assert said.model_dump(exclude_none=True) == {"id": "x", "pre_money": 0, "titles": (), "guarantor": False}


def test_a_stage_far_from_the_trl_warns_and_is_kept():
    assert Project(id="x", trl=2, verification_stage="创新概念").warnings == ()
    assert Project(id="x", trl=9, verification_stage="创新概念").warnings == (
        "verification_stage 创新概念 usually means TRL 1-3, trl is 9",
    )


@_MODEST
@given(st.sampled_from(Kind).flatmap(records))
def test_json_gives_the_same_record(record):
    assert type(record).model_validate_json(record.model_dump_json()) == record
    assert type(record).model_validate(record.model_dump(exclude_none=True)) == record


def test_every_field_has_its_words():
    for model in KINDS.values():
        for name, info in model.model_fields.items():
            assert name == "id" or (info.title and info.description), name
    assert issubclass(Fund, BaseModel)
    assert Fund(id="x", valid_until=date(2024, 1, 1)).label == "x"
