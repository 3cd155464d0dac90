"""The columns of a loan product."""

from matcher.columns.forms import Column, bits, codes, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.domain import LoanProduct
from matcher.domain.taxonomy import ApplicantKind, CompanyTitle, Guarantee, LoanPurpose, Repayment


def _fixed_rate(loan: LoanProduct) -> float | None:
    return loan.rate.value if loan.rate is not None and loan.rate.kind == "fixed" else None


def _points(loan: LoanProduct) -> float | None:
    return loan.rate.basis_points if loan.rate is not None and loan.rate.kind == "lpr" else None


def _multiple(loan: LoanProduct) -> float | None:
    return loan.rate.multiple if loan.rate is not None and loan.rate.kind == "cap" else None


COLUMNS: tuple[Column, ...] = (
    number("amount_min", lambda p: p.amount_min),
    number("amount_max_unsecured", lambda p: p.amount_max_unsecured),
    number("amount_max_secured", lambda p: p.amount_max_secured),
    number("term_min", lambda p: p.term_min),
    number("term_max", lambda p: p.term_max),
    number("rate_fixed", _fixed_rate),
    number("rate_basis_points", _points),
    number("rate_multiple", _multiple),
    number("guarantee_fee", lambda p: p.guarantee_fee_max),
    number("age_min", lambda p: p.company_age_min_months),
    number("age_max", lambda p: p.company_age_max_months),
    number("revenue_min", lambda p: p.revenue_min),
    number("ip_min", lambda p: p.ip_min),
    bits("purposes", LoanPurpose, lambda p: p.purposes),
    bits("repayment", Repayment, lambda p: p.repayment),
    bits("guarantee", Guarantee, lambda p: p.guarantee),
    bits("borrower_kinds", ApplicantKind, lambda p: p.borrower_kinds),
    bits("titles_any_of", CompanyTitle, lambda p: p.titles_any_of),
    codes("regions", lambda p: place_numbers(p.licence_regions)),
    codes("sectors_include", lambda p: sector_numbers(p.sectors_include)),
    codes("house", lambda p: word_numbers([p.bank] if p.bank else None)),
)
