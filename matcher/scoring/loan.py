"""The parts of a loan's score (DOMAIN 4.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.forms import any_known, members
from matcher.columns.pairs import Block, gathered
from matcher.domain.taxonomy import Collateral, Guarantee
from matcher.scoring import shared
from matcher.scoring.amounts import Numbers, loan_cost, ratio_fit, trapezoid
from matcher.scoring.part import NO_VALUE, Part, Setting, Values, compact, mean_of, of_offers

_KNOWN_COLLATERAL = 1 << 7
_GUARANTOR, _REGISTERED, _GRANTED, _KEYS = 8, 10, 12, 1 << 14


def _amount(setting: Setting) -> Block | None:
    """Need against the amounts lent: the secured limit for those who can pledge real estate, else the unsecured."""
    projects, loans = setting.projects, setting.offers
    need = projects["loan_low"], projects["loan_high"]
    low, unsecured, secured = loans["amount_min"], loans["amount_max_unsecured"], loans["amount_max_secured"]
    if np.isnan(need[0]).all() or not any_known(low, unsecured, secured).any():
        return None
    usual = np.where(np.isnan(unsecured), secured, unsecured)
    plain = trapezoid(need, lambda j: (low[j], usual[j]))
    estate = projects["collateral"] & np.uint8(1 << Collateral.REAL_ESTATE.position) != 0
    if not estate.any():
        return plain
    pledged = trapezoid(need, lambda j: (low[j], np.fmax(unsecured[j], secured[j])))
    return lambda i, j: np.where(estate[i, None], pledged(i, j), plain(i, j))


def _term(setting: Setting) -> Block | None:
    loans = setting.offers
    return ratio_fit(setting.projects["loan_term"], loans["term_min"], loans["term_max"])


def _guarantee(setting: Setting) -> Block | None:
    """The best of the securities that the product takes, by how well the project can give it."""
    projects, loans = setting.projects, setting.offers
    owned, rows = projects.derived(("guarantee",), lambda: compact(_owned(projects), _KEYS))
    accepted, columns = loans.derived(("guarantee",), lambda: compact(loans["guarantee"], 1 << 8))
    table = guarantee_table(owned, accepted, setting.context.rules.rules["guarantee"])
    return None if (table < 0).all() else gathered(table, rows, columns)


def _owned(projects: Columns) -> NDArray[np.int64]:
    """What a project can give, in one number: collateral, guarantor, registration, granted rights."""
    granted = projects["ip_granted"]
    keys = projects["collateral"].astype(np.int64)
    for column, place in (("guarantor", _GUARANTOR), ("registered", _REGISTERED)):
        keys |= projects[column].astype(np.int64) << place
    has_granted = np.where(np.isnan(granted), 1, np.where(granted > 0, 2, 0))
    keys |= has_granted << _GRANTED
    return keys


def guarantee_table(
    owned: NDArray[np.int64], accepted: NDArray[np.int64], rules: dict[str, dict[str, float]]
) -> Values:
    """How well what projects have serves what products take: (owned, accepted) float32, -1 where unknown."""
    serving = np.stack([_serves(owned, rules[str(way)]) for way in Guarantee])
    table = np.full((len(owned), len(accepted)), NO_VALUE, np.float32)
    for column, word in enumerate(accepted):
        ways = [way.position for way in members(int(word), Guarantee)]
        if ways:
            table[:, column] = serving[ways].max(axis=0)
    return table


def _serves(owned: NDArray[np.int64], rule: dict[str, float]) -> Values:
    """The value of one way of guarantee per key of what is owned; -1 where what decides is unknown."""
    value = np.full(len(owned), np.float32(rule.get("anyone", -1.0)))
    facts = {
        "guarantor": owned >> _GUARANTOR & 3,
        "company": owned >> _REGISTERED & 3,
        "granted_ip": owned >> _GRANTED & 3,
    }
    for name, worth in rule.items():
        if name == "anyone":
            continue
        state = facts[name] if name in facts else _pledge_state(owned, Collateral.of(name))
        value = np.maximum(value, np.select([state == 2, state == 0], [np.float32(worth), np.float32(0)], NO_VALUE))
    return value


def _pledge_state(owned: NDArray[np.int64], pledge: Collateral) -> NDArray[Any]:
    return np.where(owned & _KNOWN_COLLATERAL, np.where(owned >> pledge.position & 1, 2, 0), 1)


def _cost(setting: Setting) -> Block | None:
    """The share of the pool that is dearer, by rate plus guarantee fee."""
    loans, rate, pool = setting.offers, setting.context.prime_rate, setting.pool
    return loans.derived(("cost", rate, pool), lambda: of_offers(pool.cheapness(loan_cost(loans, rate))))


def _preference(setting: Setting) -> Block | None:
    """Innovation points out of 100 and the sectors that the bank prefers."""
    points: Numbers = np.fmax(setting.projects["innovation_points"] / np.float32(100), NO_VALUE)
    sectors = shared.sector("sectors_include")(setting)
    found: list[Block] = [] if (points < 0).all() else [lambda i, j: points[i, None]]
    return mean_of([*found, sectors] if sectors is not None else found)


PARTS: tuple[Part, ...] = (
    Part(
        "amount",
        _amount,
        ("financing_need.loan",),
        ("loan_amounts",),
        ("额度", "Amount"),
        ("贷款需求 {p}，额度 {o}", "Needs {p}; the product lends {o}"),
    ),
    Part(
        "term",
        _term,
        ("financing_need.loan.term_months",),
        ("terms",),
        ("期限", "Term"),
        ("需要 {p}，产品期限 {o}", "Needs {p}; the product runs {o}"),
    ),
    Part(
        "guarantee",
        _guarantee,
        ("securities",),
        ("guarantee",),
        ("担保", "Guarantee"),
        ("产品接受 {o}，项目担保条件：{p}", "The product takes {o}; the project can give: {p}"),
    ),
    Part(
        "cost",
        _cost,
        (),
        ("loan_cost",),
        ("成本", "Cost"),
        ("年化成本 {o}，比 {v} 的产品低", "Costs {o} a year, less than {v} of the products"),
    ),
    Part(
        "preference",
        _preference,
        ("innovation_points", "fields"),
        ("sectors_include",),
        ("创新与领域", "Preference"),
        ("创新积分 {p}、领域 {p2}，重点支持 {o}", "Innovation points {p}, fields {p2}; preferred: {o}"),
    ),
    Part(
        "semantic", shared.semantic, (), (), ("内容", "Content"), ("描述与产品说明相近度 {v}", "The texts agree to {v}")
    ),
)
