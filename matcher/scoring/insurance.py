"""The parts of an insurance product's score (DOMAIN 4.2)."""

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block, gathered
from matcher.domain.taxonomy import BudgetKind, Exclusion, Risk, VerificationStage
from matcher.scoring import shared
from matcher.scoring.amounts import Numbers, premium_after_subsidy
from matcher.scoring.part import Part, Setting, Values, compact, of_offers

_STAGE_WORDS = 1 << 8


def _risk(setting: Setting) -> Block | None:
    """The share of the project's risks that is covered, the worst counting 1, the next 1/2, then 1/3 …

    A project that names no risk is taken to fear those that are usual at its stage.
    """
    projects, products = setting.projects, setting.offers
    named, stages = projects.tuples["risks"], projects["stage"]
    words, stage_rows = compact(stages, _STAGE_WORDS)
    by_stage = np.stack([_usual_weights(int(word), setting.context.rules.rules["insurance"]) for word in words])
    by_name = risk_weights(named.flat, named.starts)
    states = np.concatenate([by_name, by_stage])
    index = projects.index("risks")
    rows = np.where(by_name.sum(axis=1)[index] > 0, index, named.count + stage_rows).astype(np.int32)
    covers, columns = products.derived(("covered",), lambda: compact(products["covered_risks"], 1 << 16))
    covered = (covers[:, None] >> np.arange(len(Risk)) & 1).astype(np.float32)
    total = states.sum(axis=1, keepdims=True)
    share = states @ covered.T / np.maximum(total, np.float32(1e-6))
    table = np.where((total > 0) & covered.any(axis=1), share, np.float32(-1)).astype(np.float32)
    return None if (table < 0).all() else gathered(table, rows, columns)


def risk_weights(flat: NDArray[np.int64], starts: NDArray[np.int64]) -> Values:
    """1 / rank per risk for each distinct tuple of risks, worst first: (tuples, risks) float32; 0 where unknown."""
    lengths = np.diff(starts, append=len(flat))
    rank = np.arange(len(flat)) - np.repeat(starts, lengths) + 1
    weights = np.zeros((len(starts), len(Risk)), np.float32)
    known = flat >= 0
    weights[np.repeat(np.arange(len(starts)), lengths)[known], flat[known]] = 1 / rank[known]
    return weights


def _usual_weights(word: int, rules: dict[str, dict[str, list[str]]]) -> Values:
    weights = np.zeros(len(Risk), np.float32)
    for stage in VerificationStage:
        if word >> stage.position & 1:
            for rank, risk in enumerate(rules["stage_risks"][str(stage)], start=1):
                weights[Risk.of(risk).position] = 1 / rank
    return weights


def _limit(setting: Setting) -> Block | None:
    """The share of what is at risk that the limit covers.

    At risk is the cover that the project asks for, else its budget in the insured kinds of cost, else all of it.
    """
    projects, products = setting.projects, setting.offers
    limit = products["limit"]
    stated = _stated_at_risk(projects)
    items = np.stack([projects[f"budget_{kind.name.lower()}"] for kind in BudgetKind], axis=1)
    itemised: NDArray[np.bool_] = np.isnan(stated) & ~np.isnan(items[:, 0])
    whole = np.where(np.isnan(stated), projects["budget"], stated)
    whole = np.where(np.isnan(whole) & itemised, items.sum(axis=1), whole)
    if np.isnan(whole).all() or np.isnan(limit).all():
        return None
    costs = products["insured_costs"][:, None] >> np.arange(len(BudgetKind), dtype=np.uint8) & 1
    insured = costs.astype(np.float32)
    named: NDArray[np.bool_] = np.any(costs, axis=1)
    some_itemised = bool(itemised.any())
    spent = np.where(itemised[:, None], items, 0).astype(np.float32)

    def block(i: slice, j: slice) -> Values:
        at_risk: Values = np.broadcast_to(whole[i, None], (len(whole[i]), len(limit[j])))
        if some_itemised:
            chosen = itemised[i, None] & named[None, j]
            at_risk = np.where(chosen, spent[i] @ insured[j].T, at_risk)
        value = limit[None, j] / np.where(at_risk > 0, at_risk, np.float32(np.nan))
        np.minimum(value, 1, out=value)
        return np.fmax(value, np.float32(-1), out=value)

    return block


def _stated_at_risk(projects: Columns) -> Numbers:
    low, high = projects["insurance_low"], projects["insurance_high"]
    return np.where(np.isfinite(high), high, np.where(low > 0, low, np.float32(np.nan)))


def _price(setting: Setting) -> Block | None:
    """The share of the pool that is dearer, by premium after subsidy as a share of the limit."""
    products, pool = setting.offers, setting.pool
    return products.derived(("price", pool), lambda: of_offers(pool.cheapness(premium_after_subsidy(products))))


def _deductible(setting: Setting) -> Block | None:
    """1 without deductible and co-insurance, 0 where they leave the rulebook's share of a loss uncovered."""
    products = setting.offers
    percent, amount, limit = products["deductible_percent"], products["deductible"], products["limit"]
    with np.errstate(divide="ignore", invalid="ignore"):
        of_limit = np.where(limit > 0, amount / limit, np.float32(np.nan))
    share = np.fmax(percent / 100, of_limit)
    co_insured = products["co_insurance"] / 100
    total = np.where(np.isnan(share), co_insured, share + np.where(np.isnan(co_insured), 0, co_insured))
    nothing_at = np.float32(setting.context.rules.rules["insurance"]["deductible_zero_at"])
    return of_offers(np.clip(1 - total / nothing_at, 0, 1))


def exclusions_touched(setting: Setting) -> Block | None:
    """How many exclusions of the product touch the project: (m, n) float32; None where none can.

    已发生 touches a project of which a risk has happened, 资金断裂 one with overdue debts, 市场变化 one that is being
    brought to market. The others are acts, which no record foretells.
    """
    projects, products = setting.projects, setting.offers
    occurred = projects["occurred_risks"] & np.uint16((1 << len(Risk)) - 1) != 0
    at_market = projects["stage"] & np.uint8(1 << VerificationStage.MARKET.position) != 0
    touched = np.zeros(len(projects), np.uint8)
    for fact, exclusion in (
        (occurred, Exclusion.HAPPENED),
        (projects["overdue"] == 2, Exclusion.CASH),
        (at_market, Exclusion.MARKET),
    ):
        touched |= fact.astype(np.uint8) << np.uint8(exclusion.position)
    if not touched.any() or not products["exclusions"].any():
        return None
    excludes = products["exclusions"]
    return lambda i, j: np.bitwise_count(touched[i, None] & excludes[None, j]).astype(np.float32)


PARTS: tuple[Part, ...] = (
    Part(
        "risk",
        _risk,
        ("risks_or_stage",),
        ("covered_risks",),
        ("风险保障", "Risks covered"),
        ("主要风险 {p}，承保 {o}", "Main risks {p}; covered: {o}"),
    ),
    Part(
        "limit",
        _limit,
        ("at_risk",),
        ("limit",),
        ("保额", "Limit"),
        ("风险敞口 {p}，限额 {o}", "At risk {p}; the limit is {o}"),
    ),
    Part(
        "price",
        _price,
        (),
        ("net_premium",),
        ("净保费", "Net price"),
        ("补贴后净保费 {o}，比 {v} 的产品低", "Net premium {o} after subsidy, less than {v} of the products"),
    ),
    Part(
        "deductible",
        _deductible,
        (),
        ("deductibles",),
        ("免赔", "Deductible"),
        ("免赔 {o}", "Deductible {o}"),
    ),
    Part(
        "semantic", shared.semantic, (), (), ("内容", "Content"), ("描述与产品说明相近度 {v}", "The texts agree to {v}")
    ),
)
