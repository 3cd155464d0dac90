"""Conditions of an investment (DOMAIN 4.2), and the preferences that a mandate states."""

import numpy as np

from matcher.columns import Columns
from matcher.columns.forms import known_bit
from matcher.columns.pairs import Block
from matcher.domain.taxonomy import Instrument, RegionMode
from matcher.rules.combinators import AllOf, AnyOf
from matcher.rules.common import CURRENT, company_age
from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, NOT_ASKED, TRUE, UNKNOWN, Kleene, state
from matcher.rules.tests import AtLeast, AtMost, InRegion, NothingShared, OfferFact, OutsideSectors, Overlap, Pairwise

_EXCLUDES, _PREFERS = ConditionKind.DECLARED_EXCLUSION, ConditionKind.DECLARED_PREFERENCE
_MUST_LAND = ("region_mode", RegionMode.MUST_LAND)


def _still_investing(funds: Columns, context: Context) -> Kleene:
    end = funds["period_end"]
    return state(end >= context.day, unasked=np.isnan(end))


def _has_capital(funds: Columns, _: Context) -> Kleene:
    capital = funds["remaining_capital"]
    return state(capital > 0, unasked=np.isnan(capital))


def _gives_equity(projects: Columns, funds: Columns, _: Context) -> Block | None:
    """A fund that takes shares only needs a project that gives some; loans that convert need none at first."""
    instruments = funds["instruments"]
    loans = instruments.dtype.type(1 << Instrument.CONVERTIBLE.position)
    asked = (instruments & ~loans & ~instruments.dtype.type(known_bit(Instrument)) != 0) & (instruments & loans == 0)
    if not asked.any():
        return None
    offered, asks = projects["equity_offered"], projects["asks_equity"]
    stated = np.where(np.isnan(offered), np.where(asks == TRUE, TRUE, UNKNOWN), np.where(offered > 0, TRUE, FALSE))
    states, unasked = stated.astype(np.int8), (~asked).view(np.int8) * NOT_ASKED
    return lambda i, j: states[i, None] | unasked[None, j]


def _first_round(projects: Columns, funds: Columns, _: Context) -> Block | None:
    asked = funds["first_round_only"] == TRUE
    if not asked.any():
        return None
    states, unasked = TRUE - projects["had_investors"], (~asked).view(np.int8) * NOT_ASKED
    return lambda i, j: states[i, None] | unasked[None, j]


CONDITIONS: tuple[Condition, ...] = (
    *CURRENT,
    Condition(
        "fund_open",
        _EXCLUDES,
        "investment_period_end, remaining_capital",
        AllOf((OfferFact(_still_investing), OfferFact(_has_capital))),
        (),
        ("investment_period_end", "remaining_capital"),
        ("基金仍在投资期（至 {o}），可投余额 {o2}", "The fund still invests (until {o}), {o2} left"),
        (
            "基金已不能投资：投资期至 {o}，可投余额 {o2}",
            "The fund no longer invests: period until {o}, {o2} left",
        ),
    ),
    Condition(
        "sector_not_excluded",
        _EXCLUDES,
        "sectors_exclude",
        OutsideSectors(),
        ("sectors",),
        ("sectors_exclude",),
        ("项目领域 {p}不在排除领域 {o}内", "The project's sectors {p} are not among the excluded {o}"),
        ("项目领域 {p}属于基金排除的 {o}", "The project's sectors {p} are among the excluded {o}"),
        ("项目属于哪些行业？是否属于 {o}？", "Which industries is the project in? Is it in {o}?"),
        ("基金取消排除 {o}即可", "Eligible if the fund no longer excludes {o}"),
        ("有哪些领域不投？", "Which sectors do you exclude?"),
    ),
    Condition(
        "must_land",
        _EXCLUDES,
        "regions, region_mode",
        AnyOf((InRegion("place", only_if=_MUST_LAND), InRegion("land_in", willing=True, only_if=_MUST_LAND))),
        ("land_in", "region"),
        ("regions",),
        ("基金要求落地 {o}，项目在 {p2}、愿落地 {p}", "Must land in {o}; the project is in {p2}, willing: {p}"),
        ("基金要求落地 {o}，项目在 {p2}、只愿落地 {p}", "Must land in {o}; the project is in {p2}, willing: {p}"),
        ("项目是否愿意落地 {o}？", "Would the project land in {o}?"),
        ("项目愿意落地 {o}即可", "Eligible if the project lands in {o}"),
        ("是否要求落地？落地在哪里？", "Must a project land somewhere, and where?"),
    ),
    Condition(
        "instrument",
        _EXCLUDES,
        "instruments",
        Pairwise(_gives_equity),
        ("equity_offered",),
        ("instruments",),
        ("投资工具 {o}，项目愿出让股权 {p}", "Instruments {o}; the project offers {p} of its equity"),
        ("投资工具只有 {o}，项目不出让股权", "Instruments are {o} only; the project gives no equity"),
        ("项目愿意出让多少股权？", "How much equity does the project offer?"),
        ("项目愿意出让股权即可", "Eligible if the project offers equity"),
    ),
    Condition(
        "company_age",
        _EXCLUDES,
        "company_age_max_months",
        AtMost(company_age, "age_max"),
        ("company_age",),
        ("company_age_max_months",),
        ("企业成立 {p}，上限 {o}", "The company is {p} old, at most {o}"),
        ("企业成立 {p}，超过上限 {o}", "The company is {p} old, more than {o}"),
        ("企业是哪一天成立的（尚未成立请注明团队）？", "When was the company founded (or is it still a team)?"),
        ("成立年限上限放宽到 {p}即可", "An age limit of {p} or more would make it eligible"),
        ("对企业成立年限有上限吗？", "Is there a limit to the company's age?"),
    ),
    Condition(
        "employees",
        _EXCLUDES,
        "employees_max",
        AtMost("employees", "employees_max"),
        ("legal_entity.employees",),
        ("employees_max",),
        ("职工 {p}，上限 {o}", "{p} employees, at most {o}"),
        ("职工 {p}，超过上限 {o}", "{p} employees, more than {o}"),
        ("企业现有职工多少人？", "How many employees does the company have?"),
        ("职工上限放宽到 {p}即可", "A limit of {p} employees or more would make it eligible"),
    ),
    Condition(
        "revenue_or_assets",
        _EXCLUDES,
        "revenue_or_assets_max",
        AnyOf((AtMost("revenue", "revenue_or_assets_max"), AtMost("assets", "revenue_or_assets_max"))),
        ("legal_entity.revenue_last_year", "legal_entity.total_assets"),
        ("revenue_or_assets_max",),
        ("上年营收 {p}、总资产 {p2}，其一不超过 {o}", "Revenue {p}, assets {p2}: one of them within {o}"),
        ("上年营收 {p}、总资产 {p2}均超过 {o}", "Revenue {p} and assets {p2} both exceed {o}"),
        ("企业上年营业收入和总资产各是多少？", "What were the company's revenue and total assets last year?"),
        ("营收或资产上限放宽到 {measure}即可", "A limit of {measure} would make it eligible"),
    ),
    Condition(
        "first_round",
        _EXCLUDES,
        "first_round_only",
        Pairwise(_first_round),
        ("earlier_investors",),
        ("first_round_only",),
        ("仅投首轮，项目此前没有外部投资方", "First outside round only; the project has no earlier investors"),
        ("仅投首轮，项目已有投资方 {p}", "First outside round only; the project already has {p}"),
        ("项目此前有外部投资方吗？", "Has the project had outside investors?"),
        ("基金接受非首轮项目即可", "Eligible if the fund accepts later rounds"),
    ),
    Condition(
        "not_yet_invested",
        _EXCLUDES,
        "deals, earlier_investors",
        AllOf((NothingShared("identity", "deal_parties"), NothingShared("investors", "names"))),
        ("id",),
        ("name",),
        ("基金尚未投过该项目", "The fund has not invested in the project yet"),
        ("{o}已经投过该项目", "{o} has already invested in the project"),
    ),
    Condition(
        "ticket",
        _PREFERS,
        "ticket_min, ticket_max",
        AllOf((AtLeast("equity_high", "ticket_min"), AtMost("equity_low", "ticket_max"))),
        ("financing_need.equity",),
        ("ticket_min", "ticket_max"),
        ("需要 {p}，单笔 {o} 至 {o2}", "Needs {p}, tickets {o} to {o2}"),
        ("需要 {p}，不在单笔 {o} 至 {o2}之内", "Needs {p}, outside tickets {o} to {o2}"),
        ("本轮需要多少股权融资？", "How much equity does the project need?"),
        ("{ticket_change}即可覆盖需求", "With {ticket_change} the need would be covered"),
        ("单笔投资的上下限是多少？", "What are the smallest and largest tickets?"),
        part="ticket",
    ),
    Condition(
        "trl",
        _PREFERS,
        "trl_min, trl_max",
        AllOf((AtLeast("trl", "trl_min"), AtMost("trl", "trl_max"))),
        ("trl",),
        ("trl_min", "trl_max"),
        ("技术成熟度 {p} 级，在 {o} 至 {o2} 级之内", "TRL {p}, within {o} to {o2}"),
        ("技术成熟度 {p} 级，不在 {o} 至 {o2} 级之内", "TRL {p}, outside {o} to {o2}"),
        ("项目的技术成熟度（TRL 1-9）是几级？", "Which technology readiness level (1-9) has the project reached?"),
        ("{trl_change}即可覆盖", "With {trl_change} it would be inside"),
        ("投哪些成熟度（TRL）的项目？", "Which readiness levels do you look for?"),
        part="stage",
    ),
    Condition(
        "round",
        _PREFERS,
        "stages",
        Overlap("round", "rounds"),
        ("round",),
        ("stages",),
        ("项目处于 {p}，基金投 {o}", "Round {p}; the fund invests at {o}"),
        ("项目处于 {p}，基金投 {o}", "Round {p}; the fund invests at {o}"),
        ("项目处于哪一轮融资？", "Which round is the project in?"),
        None,
        ("投资哪些轮次？", "At which rounds do you invest?"),
        part="stage",
    ),
    Condition(
        "region",
        _PREFERS,
        "regions",
        InRegion("place"),
        ("region",),
        ("regions",),
        ("项目在 {p}，基金关注 {o}", "The project is in {p}; the fund looks at {o}"),
        ("项目在 {p}，不在基金关注的 {o}", "The project is in {p}, outside {o}"),
        ("项目在哪个县（市、区）？", "Where is the project?"),
        None,
        ("关注哪些地区？", "Which regions do you look at?"),
        part="region",
    ),
)
