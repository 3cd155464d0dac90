"""Conditions that every purpose has, and quantities that several share."""

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.forms import calendar
from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.kleene import Kleene, state
from matcher.rules.tests import OfferFact, ProjectFact


def company_age(projects: Columns, context: Context) -> NDArray[np.float32]:
    """Age in months, whole on the day of the month; minus infinity for a team without a company."""
    return (np.float32(calendar(context.today)) - projects["founded"]) / np.float32(31)


def _current(columns: Columns, context: Context) -> Kleene:
    """FALSE before validity, UNKNOWN after it, TRUE within, NOT_ASKED where no day is stated."""
    start, end = columns["valid_from"], columns["valid_until"]
    later, past, unstated = start > context.day, end < context.day, np.isnan(end) & np.isnan(start)
    return state(~(later | past | unstated), past & ~later, unstated)


OFFER_CURRENT = Condition(
    "offer_current",
    ConditionKind.DECLARED_EXCLUSION,
    "valid_from, valid_until",
    OfferFact(_current),
    (),
    ("valid_until", "valid_from"),
    ("在有效期内（至 {o}）", "Valid (until {o})"),
    ("{o2} 起才生效", "Not in force before {o2}"),
    ("该信息已于 {o} 到期，现在是否仍然有效？", "This information expired on {o}: does it still hold?"),
    ("{o2} 以后可以申请", "Can be asked for from {o2} on"),
)

PROJECT_CURRENT = Condition(
    "project_current",
    ConditionKind.DECLARED_EXCLUSION,
    "valid_from, valid_until",
    ProjectFact(_current),
    ("valid_until", "valid_from"),
    (),
    ("项目信息在有效期内（至 {p}）", "The project's information is valid (until {p})"),
    ("项目 {p2} 起才开放对接", "The project opens on {p2}"),
    ("项目信息已于 {p} 到期，现在是否仍然有效？", "The project's information expired on {p}: does it still hold?"),
    ("{p2} 以后可以对接", "Can be matched from {p2} on"),
)

CURRENT = (OFFER_CURRENT, PROJECT_CURRENT)
