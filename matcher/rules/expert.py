"""Conditions under which an expert may judge a project (DOMAIN 4.2, 4.3). A named person decides in the end."""

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns, Interned
from matcher.columns.expert import DAY_BITS, GOES_ON, UNDATED
from matcher.columns.forms import EPOCH
from matcher.columns.interned import UNKNOWN as NO_CODE
from matcher.columns.pairs import Block, gathered
from matcher.domain.taxonomy import TieKind
from matcher.rules.authority import usual_authority
from matcher.rules.combinators import AllOf
from matcher.rules.common import CURRENT
from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, NOT_ASKED, TRUE, UNKNOWN, Kleene, state
from matcher.rules.tests import OfferFact, Pairwise

NO_CONFLICT = "no_conflict"
"""The condition that panels replace by findings with evidence (`matcher.conflicts`)."""

_LEGAL, _EXCLUDES = ConditionKind.LEGAL, ConditionKind.DECLARED_EXCLUSION


def _consented(experts: Columns, context: Context) -> Kleene:
    given = experts["consent"]
    return state(given <= context.day, np.isnan(given))


def _untied(column: str) -> Pairwise:
    return Pairwise(lambda projects, experts, context: _tie_states(projects, experts, context, column))


def _tie_states(projects: Columns, experts: Columns, context: Context, column: str) -> Block:
    """FALSE where a tie to a party of the project still counts, UNKNOWN where that is open or nothing was declared.

    How long a kind of tie counts after its end says the authority whose windows the rulebook names. A tie without
    dates, or with a start after today, is open.
    """
    own, ties = projects.tuples["parties"], experts.tuples[column]
    place = np.arange(len(ties.flat)) - np.repeat(ties.starts, np.diff(ties.starts, append=len(ties.flat)))
    head = np.flatnonzero((place % 2 == 0) & (ties.flat >= 0))
    party, facts = ties.flat[head], ties.flat[head + 1]
    kind, start, end = facts >> 2 * DAY_BITS, facts >> DAY_BITS & GOES_ON, facts & GOES_ON
    counts, lasts, reach = _windows(context)
    unsure = ~lasts[kind] & ((end == UNDATED) | (start > context.day))
    declared = ties.flat[ties.starts] != NO_CODE
    table = np.tile(np.where(declared, TRUE, UNKNOWN), (own.count, 1))
    owner_own, owner_ties = _owners(own), _owners(ties)[head]
    common = np.intersect1d(own.flat[own.flat >= 0], party)
    for verdict, which in ((UNKNOWN, counts[kind] & unsure), (FALSE, counts[kind] & ~unsure & (end >= reach[kind]))):
        for one in common:
            table[np.ix_(owner_own[own.flat == one], owner_ties[(party == one) & which])] = verdict
    return gathered(table, projects.index("parties"), experts.index(column))


def _owners(column: Interned) -> NDArray[np.int64]:
    return np.repeat(np.arange(column.count), np.diff(column.starts, append=len(column.flat)))


def _windows(context: Context) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Per kind of tie: whether it counts, whether for ever, and the first day of an end that still counts."""
    known = usual_authority(context.rules).windows
    windows = [known.get(kind.name.lower()) for kind in TieKind]
    return (
        np.array([window is not None for window in windows]),
        np.array([window is not None and window.years is None for window in windows]),
        np.array([0 if window is None else (window.reaches_back_to(context.today) - EPOCH).days for window in windows]),
    )


def _below_load_cap(experts: Columns, context: Context) -> Kleene:
    """Reviews since the first of January against the expert's own cap, else that of the rulebook."""
    first = (context.today.replace(month=1, day=1) - EPOCH).days
    reviews = experts.tuples["review_days"]
    done = np.add.reduceat(((reviews.flat >= first) & (reviews.flat <= context.day)).astype(np.int32), reviews.starts)
    index = experts.index("review_days")
    own_cap = experts["max_reviews"]
    cap = np.where(np.isnan(own_cap), np.float32(context.rules.rules["expert"]["reviews_per_year"]), own_cap)
    hidden = (reviews.flat[reviews.starts] == NO_CODE)[index]
    unasked, full = hidden & np.isnan(own_cap), cap == 0
    return state(~hidden & (done[index] < cap), hidden & ~unasked & ~full, unasked)


def _free(experts: Columns, context: Context) -> Kleene:
    """Whether the day of the review lies in a free time; not asked without such a day or such times."""
    free = experts.tuples["free"]
    known = free.flat[free.starts] != NO_CODE
    if context.review_on is None:
        return np.full(len(experts), NOT_ASKED)
    day = (context.review_on - EPOCH).days
    place = np.arange(len(free.flat)) - np.repeat(free.starts, np.diff(free.starts, append=len(free.flat)))
    inside = np.zeros(len(free.flat), np.bool_)
    begins = np.flatnonzero((place % 2 == 0) & (free.flat >= 0))
    inside[begins] = (free.flat[begins] <= day) & (day <= free.flat[begins + 1])
    any_inside = np.maximum.reduceat(inside, free.starts)
    states = np.where(known, np.where(any_inside, TRUE, FALSE), NOT_ASKED)
    return states[experts.index("free")]


def _has_role(experts: Columns, context: Context) -> Kleene:
    roles = experts["roles"]
    if context.role is None:
        return np.full(len(experts), NOT_ASKED)
    held = roles & roles.dtype.type(1 << context.role.position) != 0
    return state(held, roles == 0)


CONDITIONS: tuple[Condition, ...] = (
    *CURRENT,
    Condition(
        "consent",
        _LEGAL,
        "PIPL: use of personal data needs consent",
        OfferFact(_consented),
        (),
        ("consent_at",),
        ("专家已于 {o} 授权使用个人信息", "The expert consented to the use of personal data on {o}"),
        ("专家的授权 {o} 才生效", "The expert's consent starts on {o}"),
        ("专家是否同意使用其个人信息？", "Does the expert consent to the use of personal data?"),
    ),
    Condition(
        NO_CONFLICT,
        _LEGAL,
        "DOMAIN 4.3: avoidance",
        AllOf((_untied("ties"), _untied("posts"))),
        (),
        ("ties", "employers"),
        ("未发现需回避的关系", "No tie to the project is known"),
        ("与项目有需回避的关系", "Tied to the project: must not judge it"),
        ("请专家申报与项目各方的利益关系", "Ask the expert to declare ties to the project's parties"),
    ),
    Condition(
        "load",
        _EXCLUDES,
        "max_reviews_per_year; else the pool's rule",
        OfferFact(_below_load_cap),
        (),
        ("max_reviews_per_year", "reviews_this_year"),
        ("今年已评审 {o2}，未到上限 {o}", "{o2} reviews this year, below the limit of {o}"),
        ("今年已评审 {o2}，已到上限 {o}", "{o2} reviews this year: the limit of {o} is reached"),
        ("专家今年已评审多少次？", "How many reviews has the expert given this year?"),
    ),
    Condition(
        "available",
        _EXCLUDES,
        "availability",
        OfferFact(_free),
        (),
        ("availability",),
        ("评审当日可参加", "Free on the day of the review"),
        ("评审当日不能参加", "Not free on the day of the review"),
        None,
        ("改期到 {o}即可", "Eligible on another day: {o}"),
    ),
    Condition(
        "role",
        _EXCLUDES,
        "roles",
        OfferFact(_has_role),
        (),
        ("roles",),
        ("专家类型 {o}", "Roles: {o}"),
        ("专家类型 {o}，缺所需类型", "Roles {o}: not the one that is needed"),
        ("专家属于哪些类型？", "Which roles does the expert fill?"),
    ),
)
