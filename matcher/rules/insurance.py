"""Conditions of an insurance product (DOMAIN 4.2). The service refers; the insurer underwrites."""

import numpy as np

from matcher.columns import Columns
from matcher.rules.combinators import AllOf
from matcher.rules.common import CURRENT
from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.kleene import TRUE, Kleene, state
from matcher.rules.tests import AtLeast, AtMost, Disjoint, InRegion, OfferFact, Overlap

_LEGAL, _EXCLUDES = ConditionKind.LEGAL, ConditionKind.DECLARED_EXCLUSION


def _catalogue(products: Columns, _: Context) -> Kleene:
    """Whether a product stands in the catalogue is in no record: a person looks it up."""
    required = products["catalogue_required"] == TRUE
    return state(np.zeros_like(required), required, ~required)


CONDITIONS: tuple[Condition, ...] = (
    *CURRENT,
    Condition(
        "policyholder",
        _EXCLUDES,
        "policyholders",
        Overlap("policyholder", "policyholders"),
        ("applicant_kind",),
        ("policyholders",),
        ("主体类型 {p}，投保人可以是 {o}", "{p}; policyholders may be {o}"),
        ("主体类型 {p}，投保人只能是 {o}", "{p}; policyholders are {o} only"),
        ("申报主体是团队、高校院所、企业还是医院？", "Is the applicant a team, an institute, a company or a hospital?"),
        ("由 {o}投保即可", "Eligible with one of these as policyholder: {o}"),
        ("谁可以投保？", "Who may take out the policy?"),
    ),
    Condition(
        "stage",
        _EXCLUDES,
        "stages",
        Overlap("stage", "stages"),
        ("verification_stage",),
        ("stages",),
        ("验证阶段 {p}，承保 {o}", "Stage {p}; covered: {o}"),
        ("验证阶段 {p}，不在承保阶段 {o}", "Stage {p}, not among the covered {o}"),
        ("项目处于哪个验证阶段？", "Which verification stage is the project in?"),
        ("进入 {o}阶段后可投保", "Can be insured at {o}"),
        ("承保哪些阶段？", "Which stages are covered?"),
    ),
    Condition(
        "trl",
        _EXCLUDES,
        "trl_min, trl_max",
        AllOf((AtLeast("trl", "trl_min"), AtMost("trl", "trl_max"))),
        ("trl",),
        ("trl_min", "trl_max"),
        ("技术成熟度 {p} 级，承保 {o} 至 {o2} 级", "TRL {p}; covered: {o} to {o2}"),
        ("技术成熟度 {p} 级，不在承保的 {o} 至 {o2} 级", "TRL {p}, outside {o} to {o2}"),
        ("项目的技术成熟度（TRL 1-9）是几级？", "Which technology readiness level (1-9) has the project reached?"),
        ("{trl_change}即可", "Eligible with {trl_change}"),
        ("承保哪些成熟度（TRL）？", "Which readiness levels are covered?"),
    ),
    Condition(
        "not_happened",
        _LEGAL,
        "a loss that has happened cannot be insured",
        Disjoint("occurred_risks", "covered_risks"),
        ("occurred_risks",),
        ("covered_risks",),
        ("承保风险 {o}尚未发生", "None of the covered risks {o} has happened"),
        ("已发生 {p}，不能再投保", "{p} has already happened and cannot be insured"),
        ("{o}是否已经发生？", "Has any of {o} already happened?"),
        ("改投未发生的风险即可", "Eligible for risks that have not happened"),
        ("承保哪些风险？", "Which risks are covered?"),
    ),
    Condition(
        "catalogue",
        _EXCLUDES,
        "catalogue",
        OfferFact(_catalogue),
        (),
        ("catalogue",),
        ("已列入 {o}", "Listed in {o}"),
        ("未列入 {o}", "Not listed in {o}"),
        ("产品是否已列入 {o}？", "Does the product stand in {o}?"),
    ),
    Condition(
        "region",
        _EXCLUDES,
        "regions",
        InRegion("registered_place"),
        ("registered_place",),
        ("regions",),
        ("注册在 {p}，承保地区 {o}", "Registered in {p}; covered: {o}"),
        ("注册在 {p}，不在承保地区 {o}", "Registered in {p}, outside {o}"),
        ("企业注册在哪个县（市、区）？", "In which county is the company registered?"),
        ("在 {o}注册即可", "Eligible if registered in {o}"),
        ("在哪些地区承保？", "Which regions are covered?"),
    ),
)
