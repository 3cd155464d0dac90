"""What each level sees; nothing of a hidden field is left."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.domain import Expert, Fund, Project, field
from matcher.domain.access import band, city, redact
from matcher.domain.record import Level
from matcher.domain.texts import passages, whole
from tests.matcher.rules.strategies import projects

FULL = Project(
    id="p",
    source="王工",
    name="仙居水泵",
    teaser="一种水泵",
    description="很长的描述",
    region="331024",
    trl=4,
    legal_entity={
        "name": "甲公司",
        "region": "331024",
        "founded_on": date(2024, 1, 1),
        "total_assets": 5,
        "employees": 9,
    },
    land_in=[{"region": "330106", "within_months": 6}],
    financing_need={"equity": {"amount_min": 60, "amount_max": 180, "when": date(2027, 1, 1)}},
    ip=[{"kind": "发明", "state": "授权", "title": "一种叶轮", "number": "ZL1"}],
    verification_budget=80,
    evidence={"trl": "verified", "verification_budget": "documented"},
    secrecy={"trl": 1, "keywords": 2},
    keywords=["叶轮"],
)


def test_before_consent_a_fund_sees_teaser_city_band_and_ip_count():
    seen = redact(FULL, Level.PLATFORM)
    assert seen.model_dump(exclude_none=True, mode="json") == {
        "id": "p",
        "teaser": "一种水泵",
        "region": "331000",
        "trl": 4,
        "legal_entity": {"region": "331000", "founded_on": "2024-01-01", "employees": 9},
        "land_in": [{"region": "330100", "within_months": 6}],
        "financing_need": {"equity": {"amount_min": "50", "amount_max": "200"}},
        "ip": [{"kind": "发明", "state": "授权"}],
        "evidence": {"trl": "已核验"},
        "secrecy": {"trl": 1},
    }
    assert seen.label == "p"


def test_after_consent_everything_but_secrets_is_seen():
    assert redact(FULL, Level.CONSENTED) == FULL
    secret = FULL.model_copy(update={"secrecy": {"description": Level.SECRET}})
    assert redact(secret, Level.CONSENTED).description is None
    assert redact(secret, Level.SECRET) == secret


def test_the_public_sees_public_fields_only():
    assert redact(FULL, Level.PUBLIC).model_dump(exclude_none=True) == {"id": "p"}
    fund = Fund(id="f", name="天使一号", ticket_min=50, stages=["天使"])
    assert redact(fund, Level.PUBLIC) == Fund(id="f", name="天使一号", stages=["天使"])


def test_secrecy_raises_a_level_and_never_lowers_it():
    raised = Project(id="p", teaser="甲", trl=3, ip=[{"kind": "发明"}], secrecy={"trl": 2, "ip": 2})
    assert redact(raised, Level.PLATFORM) == Project(id="p", teaser="甲")
    lowered = Project(id="p", name="名", secrecy={"name": 0})
    assert redact(lowered, Level.PLATFORM) == Project(id="p")


def test_an_expert_is_nameless_before_consent():
    expert = Expert(id="e", name="张三", fields=["gb:C26"], ties=[], reviews=[])
    assert redact(expert, Level.PLATFORM) == Expert(id="e", fields=["gb:C26"])


@budget(max_examples=60, deadline=None)
@given(projects, st.sampled_from([Level.PUBLIC, Level.PLATFORM, Level.CONSENTED]))
def test_no_field_above_the_level_is_left_and_redaction_is_final(project, level):
    seen = redact(project, level)
    for name, info in type(project).model_fields.items():
        coarse = name == "ip" and level == Level.PLATFORM
        frame = name in {"id", "valid_from", "valid_until", "evidence", "secrecy"}
        if field.level(info) > level and not coarse and not frame:
            assert getattr(seen, name) is None, name
    assert redact(seen, level) == seen


@given(st.decimals(0, 10**8, places=2), st.decimals(0, 10**8, places=2))
def test_a_band_contains_the_amounts_and_never_tells_one(a, b):
    low, high = sorted((a, b))
    below, above = band(low, high)
    assert below <= low <= high <= above
    assert below < above or above == 0


@pytest.mark.parametrize(("code", "seen"), [("331024", "331000"), ("330000", "330000"), ("310115", "310000")])
def test_a_county_is_shown_as_its_city(code, seen):
    assert city(code) == seen


def test_a_band_of_one_amount_is_open_below():
    assert band(Decimal(200), Decimal(200)) == (Decimal(100), Decimal(200))
    assert band(None, Decimal(180)) == (None, Decimal(200))


def test_words_of_a_record_come_from_what_is_visible():
    seen = redact(FULL, Level.PLATFORM)
    assert passages(seen) == ("一种水泵",)
    assert whole(seen).split("\n") == ["一种水泵", "台州市 TRL4"]
    assert "叶轮" in whole(FULL)


def test_long_texts_are_cut_between_sentences():
    text = "第一句话讲技术路线。" * 40
    pieces = passages(Project(id="p", description=text))
    assert all(len(piece) <= 170 and piece.endswith("。") for piece in pieces)
    assert set(pieces) == {pieces[0], pieces[-1]}


def test_a_mandate_of_codes_only_still_has_words():
    fund = Fund(id="f", stages=["天使"], regions=["331000"], sectors_include=["gb:C26"], sectors_exclude=["gb:K"])
    assert "天使" in whole(fund) and "台州市" in whole(fund) and "化学" in whole(fund)
    assert "房地产" not in whole(fund)
