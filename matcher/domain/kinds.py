"""The kinds of record and the purposes for which two kinds are matched."""

from matcher.domain.center import Center
from matcher.domain.expert import Expert
from matcher.domain.fund import Fund
from matcher.domain.insurance import InsuranceProduct
from matcher.domain.loan import LoanProduct
from matcher.domain.project import Project
from matcher.domain.record import Record
from matcher.domain.term import Term


class Kind(Term):
    """A kind of record; the value stands in URLs, files and ids."""

    PROJECT = "project", "project", "项目", "projects"
    FUND = "fund", "fund", "基金", "funds"
    LOAN = "loan", "loan", "信贷产品", "贷款", "loans", "loan_product"
    INSURANCE = "insurance", "insurance", "保险产品", "保险", "insurance_product"
    EXPERT = "expert", "expert", "专家", "experts"
    CENTER = "center", "center", "概念验证中心", "中心", "centers"


class Purpose(Term):
    """What a match is for: 投, 贷, 保, and experts for panels."""

    INVESTMENT = "investment", "investment", "投资", "投", "invest"
    LOAN = "loan", "loan", "贷款", "贷"
    INSURANCE = "insurance", "insurance", "保险", "保"
    EXPERT = "expert", "expert", "专家", "panel", "专家组"


KINDS: dict[Kind, type[Record]] = {
    Kind.PROJECT: Project,
    Kind.FUND: Fund,
    Kind.LOAN: LoanProduct,
    Kind.INSURANCE: InsuranceProduct,
    Kind.EXPERT: Expert,
    Kind.CENTER: Center,
}

_OFFERS = {
    Purpose.INVESTMENT: Kind.FUND,
    Purpose.LOAN: Kind.LOAN,
    Purpose.INSURANCE: Kind.INSURANCE,
    Purpose.EXPERT: Kind.EXPERT,
}


def offer_kind(purpose: Purpose) -> Kind:
    """The kind that stands opposite a project for this purpose."""
    return _OFFERS[purpose]


def other_side(purpose: Purpose, subject: Kind) -> Kind:
    """The kind to rank for a subject: offers for a project, projects for an offer; ValueError for another kind."""
    offer = _OFFERS[purpose]
    if subject is Kind.PROJECT:
        return offer
    if subject is offer:
        return Kind.PROJECT
    raise ValueError(f"purpose {purpose} matches project and {offer}, not {subject}; choose another purpose or subject")
