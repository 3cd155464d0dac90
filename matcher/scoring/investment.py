"""The parts of an investment's score (DOMAIN 4.2)."""

import numpy as np

from matcher.columns.forms import any_known
from matcher.columns.pairs import Block, gathered
from matcher.scoring import shared
from matcher.scoring.amounts import Numbers, trapezoid
from matcher.scoring.part import NO_VALUE, Part, Setting
from matcher.scoring.record import deal_counts
from matcher.scoring.stage import stage_fit


def _stage(setting: Setting) -> Block | None:
    projects, offers = setting.projects, setting.offers
    table = stage_fit(projects.tuples["stage_span"], offers.tuples["stage_span"], setting.context)
    if (table < 0).all():
        return None
    return gathered(table, projects.index("stage_span"), offers.index("stage_span"))


def _ticket(setting: Setting) -> Block | None:
    """Need against tickets; the typical one stands in where neither bound is stated, the cap per project limits."""
    funds, need = setting.offers, (setting.projects["equity_low"], setting.projects["equity_high"])
    names = ("ticket_min", "ticket_max", "ticket_typical", "per_project_cap")
    columns = [funds[name] for name in names]
    if np.isnan(need[0]).all() or not any_known(*columns[:3]).any():
        return None

    def bounds(j: slice) -> tuple[Numbers, Numbers]:
        low, high, typical, cap = (column[j] for column in columns)
        silent = np.isnan(low) & np.isnan(high)
        return np.where(silent, typical, low), np.fmin(np.where(silent, typical, high), cap)

    return trapezoid(need, bounds)


def _track_record(setting: Setting) -> Block | None:
    """log1p(deals in 24 months) / log1p(p95), at most 1: the gain of the prior without its concentration."""
    counts = deal_counts(setting.offers, setting.context)
    table = np.minimum(np.log1p(counts) / np.float32(np.log1p(setting.pool.track_p95)), np.float32(1))
    table, index = np.fmax(table, NO_VALUE), setting.offers.index("deal_days")
    return None if (table < 0).all() else lambda _, j: table.take(index[j])[None, :]


PARTS: tuple[Part, ...] = (
    Part(
        "semantic", shared.semantic, (), (), ("内容", "Content"), ("描述与投资方向相近度 {v}", "The texts agree to {v}")
    ),
    Part(
        "region",
        shared.region,
        ("place_and_landing",),
        ("regions",),
        ("地区", "Region"),
        ("项目在 {p}，基金关注 {o}", "The project is in {p}; the fund looks at {o}"),
    ),
    Part(
        "stage",
        _stage,
        ("stage_and_trl",),
        ("stages_and_trl",),
        ("阶段", "Stage"),
        ("项目阶段 {p}，基金投 {o}", "The project is at {p}; the fund invests at {o}"),
    ),
    Part(
        "ticket",
        _ticket,
        ("financing_need.equity",),
        ("ticket",),
        ("金额", "Ticket"),
        ("股权需求 {p}，单笔 {o}", "Needs {p}; tickets {o}"),
    ),
    Part(
        "sector",
        shared.sector("sectors_include"),
        ("fields",),
        ("sectors_include",),
        ("领域", "Sector"),
        ("项目领域 {p}，基金投 {o}", "The project is in {p}; the fund invests in {o}"),
    ),
    Part(
        "track_record",
        _track_record,
        (),
        ("recent_deals",),
        ("近期投资", "Track record"),
        ("基金近 24 个月投资 {o}", "The fund made {o} in 24 months"),
    ),
)
