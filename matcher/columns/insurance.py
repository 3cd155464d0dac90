"""The columns of an insurance product."""

from matcher.columns.forms import Column, bits, codes, flag, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.domain.taxonomy import (
    BudgetKind,
    CoverTrigger,
    Exclusion,
    InsuranceClass,
    PolicyholderKind,
    Risk,
    VerificationStage,
)

COLUMNS: tuple[Column, ...] = (
    number("trl_min", lambda p: p.trl_min),
    number("trl_max", lambda p: p.trl_max),
    number("limit_event", lambda p: p.limit_event),
    number("limit", lambda p: p.limit_aggregate if p.limit_aggregate is not None else p.limit_event),
    number("deductible", lambda p: p.deductible),
    number("deductible_percent", lambda p: p.deductible_percent),
    number("co_insurance", lambda p: p.co_insurance),
    number("premium_rate", lambda p: p.premium_rate),
    number("insured_months", lambda p: p.insured_months),
    number("subsidy_share", lambda p: p.subsidy and p.subsidy.share),
    number("subsidy_cap", lambda p: p.subsidy and p.subsidy.cap),
    flag("catalogue_required", lambda p: True if p.catalogue else None),
    bits("class", InsuranceClass, lambda p: p.insurance_class),
    bits("policyholders", PolicyholderKind, lambda p: p.policyholders),
    bits("stages", VerificationStage, lambda p: p.stages),
    bits("covered_risks", Risk, lambda p: p.covered_risks),
    bits("insured_costs", BudgetKind, lambda p: p.insured_costs),
    bits("trigger", CoverTrigger, lambda p: p.trigger),
    bits("exclusions", Exclusion, lambda p: p.exclusions),
    codes("regions", lambda p: place_numbers(p.regions)),
    codes("sectors_include", lambda p: sector_numbers(p.sectors_include)),
    codes("house", lambda p: word_numbers([p.insurer] if p.insurer else None)),
)
