"""What people write over a column and into a cell."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.domain import Kind
from matcher.domain.taxonomy import Collateral, IpOwnership, Round
from matcher.tables import read
from matcher.tables.cell_text import header_of
from matcher.tables.fields import leaves
from matcher.tables.headers import resolve


def _values(kind, header, *cells, extra="名称"):
    """The records of a table of a name and one column, as dicts without what is unknown."""
    lines = [f'{extra},"{header}"', *(f'n{place},"{cell}"' for place, cell in enumerate(cells))]
    intake = read("\n".join(lines).encode(), kind, "x.csv")
    assert [error.text("en") for error in intake.errors] == []
    return [record.model_dump(exclude_none=True) for record in intake.records]


def _refused(kind, header, cell):
    intake = read(f'名称,"{header}"\nn,"{cell}"\n'.encode(), kind, "x.csv")
    (error,) = intake.errors
    return error.rule.en


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_header_that_is_written_means_its_field(kind, language):
    headers = [header_of(leaf, language) for leaf in leaves(kind)]
    assert [resolve(kind, header).leaf.path for header in headers] == [leaf.path for leaf in leaves(kind)]


@pytest.mark.parametrize("kind", Kind)
def test_every_dotted_path_means_its_field(kind):
    assert [resolve(kind, leaf.dotted).leaf.path for leaf in leaves(kind)] == [leaf.path for leaf in leaves(kind)]


@pytest.mark.parametrize(
    ("header", "cell", "low", "high"),
    [
        ("融资额(万元)", "200", 200, 200),
        ("融资额/元", "2000000", 200, 200),
        ("股权融资额（万元）", "50-200", 50, 200),
        ("ask", "50-200万", 50, 200),
        ("拟融资金额（单位：亿元）*", "0.5～1.5", 5000, 15000),
        ("融资需求", "1,000 万元", 1000, 1000),
        ("融资需求", "二百万", 200, 200),
        ("融资需求", "1.5亿", 15000, 15000),
        ("融资需求", "人民币500000元整", 50, 50),
        ("融资需求", "不超过500万", None, 500),
        ("融资需求", "300万以上", 300, None),
        ("融资需求", "50万至1亿", 50, 10000),
        ("股权融资最高(千元)", "300", None, 30),
        ("financing_need.equity.amount_min", "20", 20, None),
        ("equity need: at most (10k CNY)", "20", None, 20),
    ],
)
def test_amounts_and_ranges_of_a_need(header, cell, low, high):
    (found,) = _values(Kind.PROJECT, header, cell)
    asked = found["financing_need"]["equity"]
    expected = {"amount_min": low, "amount_max": high}
    assert asked == {name: Decimal(str(value)) for name, value in expected.items() if value is not None}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-01", date(2024, 3, 1)),
        ("2024/3/1", date(2024, 3, 1)),
        ("2024.3.1", date(2024, 3, 1)),
        ("2024年3月1日", date(2024, 3, 1)),
        ("２０２４年３月", date(2024, 3, 1)),
        ("2024-03", date(2024, 3, 1)),
        ("20240301", date(2024, 3, 1)),
        ("45352", date(2024, 3, 1)),
        ("2024-03-01 00:00:00", date(2024, 3, 1)),
    ],
)
def test_dates(cell, day):
    assert _values(Kind.PROJECT, "成立日期", cell)[0]["legal_entity"] == {"founded_on": day}


def test_a_month_ends_a_span_on_its_last_day():
    assert _values(Kind.FUND, "有效期至", "2024年2月", "长期")[0]["valid_until"] == date(2024, 2, 29)


@pytest.mark.parametrize("cell", ["2024", "2024-13-01", "2024-02-30", "明天"])
def test_what_is_no_date_is_refused(cell):
    assert _refused(Kind.FUND, "有效期至", cell) == "no date"


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("3.85%", {"kind": "fixed", "value": 0.0385}),
        ("0.0385", {"kind": "fixed", "value": 0.0385}),
        ("年利率3.85%", {"kind": "fixed", "value": 0.0385}),
        ("6‰/月", {"kind": "fixed", "value": 0.072}),
        ("月息6厘", {"kind": "fixed", "value": 0.072}),
        ("LPR+50BP", {"kind": "lpr", "basis_points": 50.0}),
        ("LPR-20个基点", {"kind": "lpr", "basis_points": -20.0}),
        ("LPR＋0.5%", {"kind": "lpr", "basis_points": 50.0}),
        ("LPR", {"kind": "lpr", "basis_points": 0.0}),
        ("不超过基准1.3倍", {"kind": "cap", "multiple": 1.3}),
        ("不超过同期LPR的1.5倍", {"kind": "cap", "multiple": 1.5}),
    ],
)
def test_rates(cell, rate):
    assert _values(Kind.LOAN, "利率", cell)[0]["rate"] == rate


def test_fractions_and_percentages():
    assert [r["premium_rate"] for r in _values(Kind.INSURANCE, "费率", "3%", "0.03", "30‰")] == [0.03, 0.03, 0.03]
    assert _values(Kind.INSURANCE, "费率(%)", "3")[0]["premium_rate"] == 0.03
    assert [r["max_share"] for r in _values(Kind.FUND, "持股上限", "15", "15%")] == [15.0, 15.0]


def test_spans_of_a_fund_and_a_loan():
    assert {"ticket_min": Decimal(50), "ticket_max": Decimal(200)}.items() <= _values(
        Kind.FUND, "单笔投资额", "50-200万"
    )[0].items()
    assert _values(Kind.FUND, "单笔金额", "80")[0]["ticket_typical"] == Decimal(80)
    trl = _values(Kind.FUND, "TRL", "TRL3-6", "4级")
    assert [(r["trl_min"], r["trl_max"]) for r in trl] == [(3, 6), (4, 4)]
    term = _values(Kind.LOAN, "期限", "6-36个月", "3年", "1-3年")
    assert [(r.get("term_min"), r["term_max"]) for r in term] == [(6, 36), (None, 36), (12, 36)]
    assert _values(Kind.FUND, "企业年限上限(年)", "5")[0]["company_age_max_months"] == 60


def test_lists_and_names_that_hold_separators():
    cells = ("新材料、低空经济", "新材料；低空经济", "新材料/低空经济", "新材料 低空经济", "新材料\n低空经济")
    assert {r["sectors_include"] for r in _values(Kind.FUND, "投资领域", *cells)} == {("sei:新材料", "sei:航空装备")}
    assert _values(Kind.FUND, "投资领域", "农、林、牧、渔业，新材料")[0]["sectors_include"] == ("gb:A", "sei:新材料")
    assert _values(Kind.FUND, "投资领域", "量子猫粮、新材料")[0]["sectors_include"] == ("text:量子猫粮", "sei:新材料")
    assert _values(Kind.FUND, "投资阶段", "种子/天使轮, series A")[0]["stages"] == (Round.SEED, Round.ANGEL, Round.A)
    assert len(_values(Kind.EXPERT, "职称", "CEO/CTO、教授", extra="姓名")[0]["titles"]) == 2


def test_unknown_stays_apart_from_no_zero_and_empty():
    for blank in ("", " ", "-", "/", "N/A", "未知", "不详"):
        assert "guarantor" not in _values(Kind.PROJECT, "有无担保人", blank)[0]
        assert "titles" not in _values(Kind.PROJECT, "企业资质", blank)[0]
    assert _values(Kind.PROJECT, "有无担保人", "无")[0]["guarantor"] is False
    assert _values(Kind.PROJECT, "有无担保人", "有")[0]["guarantor"] is True
    assert _values(Kind.PROJECT, "企业资质", "无")[0]["titles"] == ()
    assert "pre_money" not in _values(Kind.PROJECT, "投前估值", "无")[0]
    assert _values(Kind.PROJECT, "投前估值", "0")[0]["pre_money"] == 0
    assert _values(Kind.PROJECT, "抵质押物", "无")[0]["collateral"] == (Collateral.NONE,)
    assert _values(Kind.PROJECT, "知识产权归属", "待定")[0]["ip_ownership"] is IpOwnership.UNSETTLED


def test_items_in_one_cell():
    found = _values(Kind.PROJECT, "预算明细", "人员 20万；设备：30", "人员 | 20 | 两人\n设备 | 30")
    assert [[(item["kind"], item["amount"]) for item in record["budget_items"]] for record in found] == [
        [("人员", Decimal(20)), ("设备", Decimal(30))],
        [("人员", Decimal(20)), ("设备", Decimal(30))],
    ]
    assert found[1]["budget_items"][0]["note"] == "两人"


@pytest.mark.parametrize(
    ("kind", "header", "cell", "rule"),
    [
        (Kind.FUND, "最低单笔", "USD 5m", "amounts are in CNY, usd 5m names another currency"),
        (Kind.FUND, "最低单笔", "很多", "a number"),
        (Kind.FUND, "单项目上限", "5-10", "one number, not a range"),
        (Kind.FUND, "是否领投", "也许", "yes or no"),
        (Kind.FUND, "投资地区", "火星", "“火星” is not in the regions of GB/T 2260"),
        (Kind.PROJECT, "技术成熟度", "3.5", "a whole number"),
        (Kind.PROJECT, "统一社会信用代码", "91330000MA2700000X", "the last character fits the first 17"),
        (Kind.LOAN, "利率", "面议", "no interest rate"),
    ],
)
def test_what_a_cell_may_not_say(kind, header, cell, rule):
    assert _refused(kind, header, cell) == rule


def test_json_takes_typed_values_flat_keys_and_single_values():
    content = """{"id": "f1", "name": "甲", "sectors": {"include": ["新材料"], "exclude": "白酒"},
 "regions": ["台州市"], "stages": "天使", "trl": {"min": 3, "max": 6},
 "ticket_min": 50, "ticket_max": "200万", "subsidy": 1}"""
    intake = read(content.replace("\n", "").encode(), Kind.FUND, "x.jsonl")
    assert intake.errors == ()
    found = intake.records[0].model_dump(exclude_none=True)
    assert found == {
        "id": "f1",
        "name": "甲",
        "sectors_include": ("sei:新材料",),
        "sectors_exclude": ("text:白酒",),
        "regions": ("331000",),
        "stages": (Round.ANGEL,),
        "trl_min": 3,
        "trl_max": 6,
        "ticket_min": Decimal(50),
        "ticket_max": Decimal(200),
    }
    assert [notice.column for notice in intake.warnings] == ["subsidy"]


def test_a_stage_that_clashes_with_the_trl_warns():
    intake = read("项目名称,验证阶段,TRL\nx,创新概念,9\n".encode(), None, "x.csv")
    assert len(intake.records) == 1
    assert [(notice.row, notice.words.zh) for notice in intake.warnings] == [
        (2, "验证阶段“创新概念”通常对应 TRL 1-3，现为 9，请核对")
    ]
