"""Values of a pair that no single field holds: ages, spans, prices. Each in Chinese and English."""

from collections.abc import Callable
from decimal import Decimal

from matcher.columns import project as columns_of_project
from matcher.columns.forms import calendar
from matcher.domain import Expert, Fund, InsuranceProduct, LoanProduct, Project, Record
from matcher.domain.project import Need
from matcher.domain.show import NOT_KNOWN, Shown, money, percent, plain, several, show, show_field, span
from matcher.domain.taxonomy import Guarantee
from matcher.rules.context import Context
from matcher.scoring.amounts import net_premium

Show = Callable[..., Shown]


def value_of(record: Record, path: str, context: Context) -> Shown:
    """The value at a field path, or one of those computed here."""
    computed = _PROJECT.get(path) if isinstance(record, Project) else _OFFER.get(path)
    return show_field(record, path) if computed is None else computed(record, context)


def pair_value(name: str, project: Project, offer: Record) -> Shown:
    """A value that needs both sides: what a limit would have to be."""
    return _PAIR[name](project, offer)


def _months(count: float) -> Shown:
    whole = int(count)
    return f"{whole} 个月", f"{whole} months"


def _age(project: Project, context: Context) -> Shown:
    if columns_of_project.is_team(project):
        return "0 个月（尚未成立）", "0 months (not founded yet)"
    founded = project.legal_entity and project.legal_entity.founded_on
    return NOT_KNOWN if not founded else _months((calendar(context.today) - calendar(founded)) / 31)


def _stage(project: Project, _: Context) -> Shown:
    known = [show(value) for value in (project.round, project.verification_stage) if value is not None]
    if project.trl is not None:
        known.append((f"TRL {project.trl}", f"TRL {project.trl}"))
    return several(known) if known else NOT_KNOWN


def _ip_count(project: Project, _: Context) -> Shown:
    return NOT_KNOWN if project.ip is None else show(len(project.ip), unit="件")


def _securities(project: Project, _: Context) -> Shown:
    known = [show(project.collateral)] if project.collateral is not None else []
    if project.guarantor:
        known.append(("担保人", "a guarantor"))
    granted = sum(right.state is not None and str(right.state) == "授权" for right in project.ip or ())
    if granted:
        known.append((f"授权知识产权 {granted} 件", f"{granted} granted IP rights"))
    if project.legal_entity is not None:
        known.append(("企业信用", "the company's credit"))
    return several(known) if known else NOT_KNOWN


def _risks(project: Project, context: Context) -> Shown:
    if project.risks:
        return show(project.risks)
    if project.verification_stage is None:
        return NOT_KNOWN
    usual = context.rules.rules["insurance"]["stage_risks"][str(project.verification_stage)]
    zh = "、".join(usual)
    return f"{zh}（按阶段推断）", f"{zh} (usual at the stage)"


def _at_risk(project: Project, _: Context) -> Shown:
    asked = columns_of_project.need(project, "insurance")
    if asked is not None and (asked.amount_min or asked.amount_max):
        return show(asked)
    return show_field(project, "verification_budget")


def _place(project: Project, _: Context) -> Shown:
    return show(columns_of_project.own_place(project), "region")


def _registered_place(project: Project, _: Context) -> Shown:
    return show(columns_of_project.registered_place(project), "region")


def _land_in(project: Project, _: Context) -> Shown:
    return NOT_KNOWN if project.land_in is None else show(tuple(place.region for place in project.land_in), "region")


def _place_and_landing(project: Project, context: Context) -> Shown:
    place = _place(project, context)
    if not project.land_in:
        return place
    zh, en = _land_in(project, context)
    return f"{place[0]}（愿落地 {zh}）", f"{place[1]} (would land in {en})"


def _fields(project: Project, _: Context) -> Shown:
    found = columns_of_project.fields(project)
    return NOT_KNOWN if found is None else show(found, "fields")


def _sectors(project: Project, _: Context) -> Shown:
    found = columns_of_project.sectors(project)
    return NOT_KNOWN if found is None else show(found, "fields")


def _loan_purpose(project: Project, _: Context) -> Shown:
    named = columns_of_project.loan_purposes(project)
    return show_field(project, "financing_need.loan.purpose") if named is None else show(named)


def _ticket(fund: Fund, _: Context) -> Shown:
    if fund.ticket_min is None and fund.ticket_max is None:
        return show_field(fund, "ticket_typical")
    return span(fund.ticket_min, fund.ticket_max)


def _mandate_stages(fund: Fund, _: Context) -> Shown:
    known = [show(terms) for terms in (fund.stages, fund.verification_stages) if terms]
    if fund.trl_min is not None or fund.trl_max is not None:
        levels = f"TRL {fund.trl_min or 1}–{fund.trl_max or 9}"
        known.append((levels, levels))
    return several(known) if known else NOT_KNOWN


def _recent_deals(fund: Fund, context: Context) -> Shown:
    if fund.deals is None:
        return NOT_KNOWN
    since = calendar(context.today) - 31 * int(context.rules.rules["track_record"]["months"])
    count = sum(since < calendar(deal.date) and deal.date <= context.today for deal in fund.deals)
    return f"{count} 笔", f"{count} deals"


def _amounts(loan: LoanProduct, _: Context) -> Shown:
    tops = [top for top in (loan.amount_max_unsecured, loan.amount_max_secured) if top is not None]
    return span(loan.amount_min, max(tops, default=None))


def _terms(loan: LoanProduct, _: Context) -> Shown:
    if loan.term_min is None and loan.term_max is None:
        return NOT_KNOWN
    if loan.term_max is None:
        return f"{loan.term_min} 个月以上", f"{loan.term_min} months or more"
    low = f"{loan.term_min}–" if loan.term_min is not None else "最长 "
    low_en = f"{loan.term_min} to " if loan.term_min is not None else "up to "
    return f"{low}{loan.term_max} 个月", f"{low_en}{loan.term_max} months"


def _cost(loan: LoanProduct, context: Context) -> Shown:
    """As `amounts.loan_cost`: the fee counts where the product takes no unsecured loans."""
    if loan.rate is None:
        return NOT_KNOWN
    fee = 0.0 if Guarantee.UNSECURED in (loan.guarantee or ()) else loan.guarantee_fee_max or 0.0
    return percent(loan.rate.yearly(context.prime_rate) + fee)


def _limit(product: InsuranceProduct, _: Context) -> Shown:
    return show_field(product, "limit_aggregate" if product.limit_aggregate is not None else "limit_event")


def _net_premium(product: InsuranceProduct, _: Context) -> Shown:
    limit = product.limit_aggregate if product.limit_aggregate is not None else product.limit_event
    if product.premium_rate is None:
        return NOT_KNOWN
    premium = None if limit is None else net_premium(product, limit)
    if premium is not None:
        return money(premium)
    rate = percent(product.premium_rate * (1 - (product.subsidy.share if product.subsidy else 0)))
    return f"限额的 {rate[0]}", f"{rate[1]} of the limit"


def _deductibles(product: InsuranceProduct, _: Context) -> Shown:
    known = [
        show_field(product, name) for name in ("deductible", "deductible_percent") if getattr(product, name) is not None
    ]
    if product.co_insurance is not None:
        share = plain(Decimal(str(product.co_insurance)))
        known.append((f"共保 {share} %", f"{share} % co-insurance"))
    return several(known) if known else NOT_KNOWN


def _reviews_this_year(expert: Expert, context: Context) -> Shown:
    if expert.reviews is None:
        return NOT_KNOWN
    return show(sum(review.date.year == context.today.year for review in expert.reviews), unit="次")


def _review_history(expert: Expert, _: Context) -> Shown:
    if expert.reviews is None:
        return NOT_KNOWN
    late = [review.days_late for review in expert.reviews if review.days_late is not None]
    zh, en = f"{len(expert.reviews)} 次", f"{len(expert.reviews)} reviews"
    if late:
        mean = round(sum(late) / len(late), 1)
        return f"{zh}，平均迟交 {mean} 天", f"{en}, {mean} days late on average"
    return zh, en


def _months_since(expert: Expert, context: Context) -> Shown:
    if expert.reviews is None:
        return NOT_KNOWN
    days = [review.date for review in expert.reviews if review.date <= context.today]
    return _months((context.today - max(days)).days / 30.4375) if days else ("从未评审", "never judged")


_PROJECT: dict[str, Show] = {
    "company_age": _age,
    "stage_and_trl": _stage,
    "ip_count": _ip_count,
    "securities": _securities,
    "risks_or_stage": _risks,
    "at_risk": _at_risk,
    "place": _place,
    "region": _place,
    "registered_place": _registered_place,
    "land_in": _land_in,
    "place_and_landing": _place_and_landing,
    "fields": _fields,
    "sectors": _sectors,
    "financing_need.loan.purpose": _loan_purpose,
}
_OFFER: dict[str, Show] = {
    "ticket": _ticket,
    "stages_and_trl": _mandate_stages,
    "recent_deals": _recent_deals,
    "loan_amounts": _amounts,
    "terms": _terms,
    "loan_cost": _cost,
    "limit": _limit,
    "net_premium": _net_premium,
    "deductibles": _deductibles,
    "reviews_this_year": _reviews_this_year,
    "review_history": _review_history,
    "months_since_review": _months_since,
}


def _most(kind: str) -> Callable[[Project, Record], Shown]:
    def most(project: Project, _: Record) -> Shown:
        asked = columns_of_project.need(project, kind)
        amount = None if asked is None else asked.amount_max
        return NOT_KNOWN if amount is None else money(amount)

    return most


def _ticket_change(project: Project, fund: Record) -> Shown:
    """Which bound of the tickets would have to move, and where to."""
    asked = columns_of_project.need(project, "equity") or Need()
    assert isinstance(fund, Fund)
    if asked.amount_max is not None and fund.ticket_min is not None and asked.amount_max < fund.ticket_min:
        zh, en = money(asked.amount_max)
        return f"单笔下限降到 {zh}或更低", f"a smallest ticket of {en} or less"
    zh, en = money(asked.amount_min or Decimal(0))
    return f"单笔上限提高到 {zh}或更高", f"a largest ticket of {en} or more"


def _trl_change(project: Project, offer: Record) -> Shown:
    assert isinstance(offer, Fund | InsuranceProduct)
    below = offer.trl_min is not None and project.trl is not None and project.trl < offer.trl_min
    return (
        (f"成熟度下限放宽到 {project.trl} 级", f"a lowest TRL of {project.trl}")
        if below
        else (f"成熟度上限放宽到 {project.trl} 级", f"a highest TRL of {project.trl}")
    )


def _smaller_measure(project: Project, _: Record) -> Shown:
    entity = project.legal_entity
    if entity is None:
        return NOT_KNOWN
    known = [amount for amount in (entity.revenue_last_year, entity.total_assets) if amount is not None]
    return money(min(known)) if known else NOT_KNOWN


_PAIR: dict[str, Callable[[Project, Record], Shown]] = {
    "loan_most": _most("loan"),
    "ticket_change": _ticket_change,
    "trl_change": _trl_change,
    "measure": _smaller_measure,
}
