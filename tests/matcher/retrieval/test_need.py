"""A typed need becomes the fields that it states, and nothing else."""

from decimal import Decimal

import pytest

from matcher.domain import Expert, Fund, InsuranceProduct, Kind, Project, Purpose
from matcher.domain.project import Need
from matcher.domain.taxonomy import RegionMode, Risk, Round
from matcher.retrieval.need import QUERY_ID, read_need, read_statement

STORY_1 = "early 新材料 projects, TRL 3-6, 50-200 万, Zhejiang"


def test_story_1_states_sector_trl_amount_and_region() -> None:
    assert read_need(STORY_1, Kind.FUND, Purpose.INVESTMENT) == Fund(
        id=QUERY_ID,
        thesis=STORY_1,
        sectors_include=("sei:新材料",),
        regions=("330000",),
        region_mode=RegionMode.PREFERRED,
        trl_min=3,
        trl_max=6,
        ticket_min=Decimal(50),
        ticket_max=Decimal(200),
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("单笔不超过300万", (None, Decimal(300))),
        ("300万元以内", (None, Decimal(300))),
        ("at least 2亿", (Decimal(20000), None)),
        ("500万以上", (Decimal(500), None)),
        ("0.5-1亿", (Decimal(5000), Decimal(10000))),
        ("50万至2百万", (Decimal(50), Decimal(200))),
        ("200万", (Decimal(200), Decimal(200))),
        ("想借一百万", (Decimal(100), Decimal(100))),
        ("五百万到两千万", (Decimal(500), Decimal(2000))),
        ("不超过一点五亿", (None, Decimal(15000))),
        ("先拿几十万做样机", (None, None)),
        ("只差一点点万事俱备", (None, None)),
        ("2025年成立，团队20人", (None, None)),
        ("TRL 3-6", (None, None)),
    ],
)
def test_amounts_as_people_type_them(text: str, amount: tuple[Decimal | None, Decimal | None]) -> None:
    assert read_statement(text).amount == amount


def test_what_is_not_wanted_is_an_exclusion_and_no_interest() -> None:
    said = read_statement("看新能源，不投房地产和餐饮")
    assert (said.sectors, said.excluded) == (("sei:新能源",), ("gb:K", "gb:H62"))


def test_a_sentence_that_states_nothing_stays_a_text() -> None:
    assert read_need("有意思的东西", Kind.PROJECT, Purpose.LOAN) == Project(id=QUERY_ID, description="有意思的东西")


def test_project_side_reads_round_and_need_for_the_purpose() -> None:
    project = read_need("台州 医疗器械 天使轮 融资100-300万 TRL 4", Kind.PROJECT, Purpose.INVESTMENT)
    assert isinstance(project, Project)
    assert project.financing_need is not None
    assert project.financing_need.equity is not None
    assert (project.region, project.round, project.trl) == ("331000", Round.ANGEL, 4)
    assert (project.financing_need.equity.amount_min, project.financing_need.equity.amount_max) == (100, 300)
    assert project.financing_need.loan is None


def test_insurance_reads_risks_and_experts_read_fields() -> None:
    product = read_need("中试失败保障", Kind.INSURANCE, Purpose.INSURANCE)
    expert = read_need("新材料专家", Kind.EXPERT, Purpose.EXPERT)
    assert isinstance(product, InsuranceProduct)
    assert isinstance(expert, Expert)
    assert product.covered_risks == (Risk.PILOT_FAILURE,)
    assert expert.fields == ("sei:新材料",)


def test_a_digit_is_no_sector_and_no_part_of_a_word_is() -> None:
    assert read_statement("50 20 30 aircraft2000").sectors == ()


def test_a_center_is_no_subject() -> None:
    with pytest.raises(ValueError, match="not for center"):
        read_need("中心", Kind.CENTER, Purpose.INVESTMENT)


def test_a_sentence_about_a_loan_states_its_use() -> None:
    project = read_need("成立不到一年，想借一百万做概念验证", Kind.PROJECT, Purpose.LOAN)
    assert isinstance(project, Project)
    assert project.financing_need is not None
    assert project.financing_need.loan == Need(amount_min=Decimal(100), amount_max=Decimal(100), purpose="概念验证")
