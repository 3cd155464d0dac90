"""The parts of an expert's score for one project (DOMAIN 4.2); a panel weighs its members together."""

import numpy as np

from matcher.columns.pairs import Block
from matcher.domain.taxonomy import ExpertTitle
from matcher.scoring import shared
from matcher.scoring.part import NO_VALUE, Part, Setting, mean_of, of_offers
from matcher.scoring.record import months_since_review


def _seniority(setting: Setting) -> Block | None:
    """The rank of the highest title, by the rulebook."""
    rules = setting.context.rules.rules["expert"]["seniority"]
    titles = setting.offers["titles"]
    value = np.full(len(titles), NO_VALUE)
    for title in ExpertTitle:
        held = titles & titles.dtype.type(1 << title.position) != 0
        value = np.where(held, np.maximum(value, np.float32(rules[str(title)])), value)
    return of_offers(value)


def _history(setting: Setting) -> Block | None:
    """Timeliness and calibration of past reviews, by the mean delay and the mean deviation from the panel."""
    rules, experts = setting.context.rules.rules["expert"], setting.offers
    on_time = 1 - np.clip(experts["lateness"] / np.float32(rules["late_days"]), 0, 1)
    calibrated = 1 - np.clip(experts["deviation"] / np.float32(rules["deviation_points"]), 0, 1)
    return mean_of(
        [block for values in (on_time, calibrated) if (block := of_offers(values.astype(np.float32))) is not None]
    )


def _rotation(setting: Setting) -> Block | None:
    """Months since the last review, full after the rulebook's; one who never judged is fully rested."""
    full_after = np.float32(setting.context.rules.rules["expert"]["rotation_months"])
    return of_offers(np.minimum(months_since_review(setting.offers, setting.context) / full_after, np.float32(1)))


PARTS: tuple[Part, ...] = (
    Part(
        "semantic",
        shared.semantic,
        (),
        (),
        ("专长", "Expertise"),
        ("研究方向与项目相近度 {v}", "The fields agree to {v}"),
    ),
    Part(
        "sector",
        shared.sector("fields"),
        ("fields",),
        ("fields",),
        ("领域", "Field"),
        ("项目领域 {p}，专家领域 {o}", "The project is in {p}; the expert works in {o}"),
    ),
    Part("seniority", _seniority, (), ("titles",), ("资历", "Seniority"), ("职称 {o}", "Titles: {o}")),
    Part(
        "history",
        _history,
        (),
        ("review_history",),
        ("评审表现", "Past reviews"),
        ("历史评审 {o}", "Past reviews: {o}"),
    ),
    Part(
        "diversity",
        shared.distance,
        ("place",),
        ("regions",),
        ("异地", "Distance"),
        ("项目在 {p}，专家在 {o}", "The project is in {p}, the expert in {o}"),
    ),
    Part(
        "rotation",
        _rotation,
        (),
        ("months_since_review",),
        ("轮换", "Rotation"),
        ("距上次评审 {o}", "{o} since the last review"),
    ),
)
