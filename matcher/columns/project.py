"""The columns of a project."""

from decimal import Decimal

from matcher.columns.forms import Column, bits, calendar, codes, flag, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import keyword_sectors, sector_numbers
from matcher.columns.stages import UNSTATED
from matcher.columns.words import party_number
from matcher.domain import Project
from matcher.domain.project import Need
from matcher.domain.taxonomy import (
    ApplicantKind,
    BudgetKind,
    Collateral,
    CompanyTitle,
    IpOwnership,
    IpState,
    LoanPurpose,
    PolicyholderKind,
    Risk,
    Round,
    VerificationStage,
)
from matcher.domain.term import fold

NOT_FOUNDED = float("inf")
"""What stands for the founding day of a company that does not exist yet: it is younger than any limit."""

_VALID_IP = (IpState.FILED, IpState.EXAMINED, IpState.GRANTED, IpState.PLEDGED, IpState.LICENSED_OUT)
_POLICYHOLDERS = {
    ApplicantKind.TEAM: (PolicyholderKind.PROJECT,),
    ApplicantKind.INSTITUTE: (PolicyholderKind.PROJECT, PolicyholderKind.INSTITUTE),
    ApplicantKind.HOSPITAL: (PolicyholderKind.PROJECT, PolicyholderKind.INSTITUTE),
    ApplicantKind.COMPANY: (PolicyholderKind.PROJECT, PolicyholderKind.COMPANY),
}


def is_team(project: Project) -> bool:
    """Whether the project has no legal entity yet."""
    return project.applicant_kind is ApplicantKind.TEAM and project.legal_entity is None


def _entity(project: Project, name: str, without: float | None = 0.0) -> float | Decimal | None:
    """A number of the company; `without` for a team that has none."""
    if project.legal_entity is not None:
        value: float | Decimal | None = getattr(project.legal_entity, name)
        return value
    return without if is_team(project) else None


def _founded(project: Project) -> float | None:
    if project.legal_entity is not None:
        founded = project.legal_entity.founded_on
        return None if founded is None else calendar(founded)
    return NOT_FOUNDED if is_team(project) else None


def _registered(project: Project) -> bool | None:
    """Whether a legal person stands behind the project."""
    if project.legal_entity is not None:
        return True
    return None if project.applicant_kind is None else project.applicant_kind is not ApplicantKind.TEAM


def need(project: Project, kind: str) -> Need | None:
    """What the project asks of equity, loan or insurance."""
    found: Need | None = None if project.financing_need is None else getattr(project.financing_need, kind)
    return found


def _low(project: Project, kind: str) -> Decimal | float | None:
    """The least amount; 0 where only the most is stated: that side is open (DOMAIN 4.2)."""
    asked = need(project, kind)
    if asked is None:
        return None
    return asked.amount_min if asked.amount_min is not None or asked.amount_max is None else 0.0


def _high(project: Project, kind: str) -> Decimal | float | None:
    """The most; infinity where only the least is stated."""
    asked = need(project, kind)
    if asked is None:
        return None
    return asked.amount_max if asked.amount_max is not None or asked.amount_min is None else float("inf")


def loan_purposes(project: Project) -> tuple[LoanPurpose, ...] | None:
    """What the loan is for, where the words of the need are one of the vocabulary's."""
    asked = need(project, "loan")
    if asked is None or asked.purpose is None:
        return None
    named = []
    for word in asked.purpose.replace("、", ",").replace("，", ",").replace(";", ",").replace("；", ",").split(","):
        try:
            named.append(LoanPurpose.of(word))
        except ValueError:
            continue
    return tuple(named) or None


def sectors(project: Project) -> tuple[str, ...] | None:
    """The industries that the project states, in all schemes, as `scheme:code`."""
    stated = [
        f"{scheme}:{code}"
        for scheme, group in (
            ("sei", project.sei),
            ("gb", project.industry_gb4754),
            ("local", project.local_industry),
            ("ipc", project.ipc),
        )
        for code in group or ()
    ]
    return tuple(stated) or None


def fields(project: Project) -> tuple[str, ...] | None:
    """The stated industries and what the keywords add."""
    stated = (sectors(project) or ()) + keyword_sectors(project.keywords or ())
    return stated or None


def own_place(project: Project) -> str | None:
    """Where the project is, else where its company is registered."""
    return project.region or (project.legal_entity and project.legal_entity.region) or None


def registered_place(project: Project) -> str | None:
    """Where the company is registered, else where the project is."""
    return (project.legal_entity and project.legal_entity.region) or project.region or None


def parties(project: Project) -> tuple[str, ...]:
    """Whom an expert must not be tied to: the project, its company with affiliates, investors, team, competitors."""
    entity = project.legal_entity
    named = [
        project.id,
        project.name,
        *((entity.name, entity.credit_code, *(entity.affiliates or ())) if entity else ()),
        *(project.earlier_investors or ()),
        *(project.competitors or ()),
        *(name for member in project.team or () for name in (member.name, member.unit, member.email, member.orcid)),
    ]
    return tuple(name for name in named if name)


def stage_tuple(project: Project) -> tuple[int, int, int] | None:
    """(round, lowest TRL, highest TRL): the TRL as stated, else the span of the verification stage; 0 unstated."""
    low, high = UNSTATED, UNSTATED
    if project.trl is not None:
        low = high = project.trl
    elif project.verification_stage is not None:
        low, high = project.verification_stage.trl_span
    chosen = UNSTATED if project.round is None else project.round.position + 1
    return None if not (low or chosen) else (chosen, low, high)


def _budget_item(kind: BudgetKind) -> Column:
    def amount(project: Project) -> Decimal | None:
        if project.budget_items is None:
            return None
        return sum((item.amount for item in project.budget_items if item.kind is kind), Decimal(0))

    return number(f"budget_{kind.name.lower()}", amount)


def _ip_count(project: Project, states: tuple[IpState, ...]) -> int | None:
    return None if project.ip is None else sum(right.state in states for right in project.ip)


COLUMNS: tuple[Column, ...] = (
    number("founded", _founded),
    number("employees", lambda p: _entity(p, "employees")),
    number("revenue", lambda p: _entity(p, "revenue_last_year")),
    number("assets", lambda p: _entity(p, "total_assets")),
    number("rd_spend", lambda p: _entity(p, "rd_spend", None)),
    number("trl", lambda p: p.trl),
    number("equity_low", lambda p: _low(p, "equity")),
    number("equity_high", lambda p: _high(p, "equity")),
    number("loan_low", lambda p: _low(p, "loan")),
    number("loan_high", lambda p: _high(p, "loan")),
    number("loan_term", lambda p: (asked := need(p, "loan")) and asked.term_months),
    number("insurance_low", lambda p: _low(p, "insurance")),
    number("insurance_high", lambda p: _high(p, "insurance")),
    number("budget", lambda p: p.verification_budget),
    *(_budget_item(kind) for kind in BudgetKind),
    number("equity_offered", lambda p: p.equity_offered),
    number("innovation_points", lambda p: p.innovation_points),
    number("ip_count", lambda p: _ip_count(p, _VALID_IP)),
    number("ip_granted", lambda p: _ip_count(p, (IpState.GRANTED, IpState.LICENSED_OUT))),
    flag("registered", _registered),
    flag("asks_equity", lambda p: True if need(p, "equity") else None),
    flag("had_investors", lambda p: None if p.earlier_investors is None else bool(p.earlier_investors)),
    flag("dishonest", lambda p: p.dishonest_listed),
    flag("overdue", lambda p: p.overdue_records),
    flag("litigation", lambda p: p.litigation),
    flag("guarantor", lambda p: p.guarantor),
    bits("applicant", ApplicantKind, lambda p: p.applicant_kind),
    bits("policyholder", PolicyholderKind, lambda p: p.applicant_kind and _POLICYHOLDERS[p.applicant_kind]),
    bits("titles", CompanyTitle, lambda p: p.titles),
    bits("stage", VerificationStage, lambda p: p.verification_stage),
    bits("round", Round, lambda p: p.round),
    bits("ip_ownership", IpOwnership, lambda p: p.ip_ownership),
    bits("collateral", Collateral, lambda p: p.collateral),
    bits("occurred_risks", Risk, lambda p: p.occurred_risks),
    bits("loan_purposes", LoanPurpose, loan_purposes),
    codes("place", lambda p: place_numbers(own_place(p))),
    codes("registered_place", lambda p: place_numbers(registered_place(p))),
    codes("land_in", lambda p: None if p.land_in is None else place_numbers(landing.region for landing in p.land_in)),
    codes("sectors", lambda p: sector_numbers(sectors(p))),
    codes("fields", lambda p: sector_numbers(fields(p))),
    codes("keywords", lambda p: None if p.keywords is None else sector_numbers(f"text:{fold(w)}" for w in p.keywords)),
    codes("parties", lambda p: tuple(sorted({party_number(name) for name in parties(p)}))),
    codes("identity", lambda p: word_numbers(filter(None, (p.id, p.name)))),
    codes("investors", lambda p: word_numbers(p.earlier_investors)),
    codes("stage_span", stage_tuple),
    codes("risks", lambda p: None if p.risks is None else tuple(dict.fromkeys(risk.position for risk in p.risks))),
)
