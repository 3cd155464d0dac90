"""The columns of a fund."""

from matcher.columns.forms import Column, bits, codes, day, flag, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.columns.stages import mandate_stage
from matcher.domain import Fund
from matcher.domain.taxonomy import FundKind, Instrument, RegionMode, Round, VerificationStage


def _deal_parties(fund: Fund) -> tuple[int, ...] | None:
    if fund.deals is None:
        return None
    return word_numbers(name for deal in fund.deals for name in (deal.project_id, deal.project) if name)


def _deal_days(fund: Fund) -> tuple[int, ...] | None:
    """The days of the deals; those before 1970 tell nothing about the last two years."""
    if fund.deals is None:
        return None
    return tuple(sorted(int(found) for deal in fund.deals if (found := day(deal.date)) is not None and found >= 0))


COLUMNS: tuple[Column, ...] = (
    number("period_end", lambda f: day(f.investment_period_end)),
    number("remaining_capital", lambda f: f.remaining_capital),
    number("trl_min", lambda f: f.trl_min),
    number("trl_max", lambda f: f.trl_max),
    number("ticket_min", lambda f: f.ticket_min),
    number("ticket_typical", lambda f: f.ticket_typical),
    number("ticket_max", lambda f: f.ticket_max),
    number("per_project_cap", lambda f: f.per_project_cap),
    number("max_share", lambda f: f.max_share),
    number("age_max", lambda f: f.company_age_max_months),
    number("employees_max", lambda f: f.employees_max),
    number("revenue_or_assets_max", lambda f: f.revenue_or_assets_max),
    flag("first_round_only", lambda f: f.first_round_only),
    bits("kind", FundKind, lambda f: f.kind),
    bits("instruments", Instrument, lambda f: f.instruments),
    bits("rounds", Round, lambda f: f.stages),
    bits("stages", VerificationStage, lambda f: f.verification_stages),
    bits("region_mode", RegionMode, lambda f: f.region_mode),
    codes("regions", lambda f: place_numbers(f.regions)),
    codes("sectors_include", lambda f: sector_numbers(f.sectors_include)),
    codes("sectors_exclude", lambda f: sector_numbers(f.sectors_exclude)),
    codes("stage_span", lambda f: mandate_stage(f.stages, f.verification_stages, f.trl_min, f.trl_max)),
    codes("deal_days", _deal_days),
    codes("deal_parties", _deal_parties),
    codes("names", lambda f: word_numbers(filter(None, (f.name, f.manager)))),
    codes("house", lambda f: word_numbers([f.manager] if f.manager else None)),
)
