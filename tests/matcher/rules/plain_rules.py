"""The conditions of DOMAIN 4.2 for one pair of records, written as one would by hand: no columns, no numpy.

A condition gives True, False, None (unknown) or ASKED_NOT. It shares no code with `matcher.rules`.
"""

from datetime import date

ASKED_NOT = "not asked"
DELTA = {"31", "32", "33", "34"}
VALID_IP = {"已受理", "实审", "授权", "质押", "许可"}
HOLDERS = {
    "团队": {"项目方"},
    "高校院所": {"项目方", "高校院所"},
    "医院": {"项目方", "高校院所"},
    "企业": {"项目方", "企业"},
}
YEARS = {
    "任职": 3, "合著": 5, "共同发明": 5, "共同申请": 5, "合作项目": 3, "持股": 3, "顾问": 3, "纠纷": 3,
    "师生": None, "亲属": None, "参与编制": None, "申请回避": None,
}  # fmt: skip


def verdict(conditions):
    """INELIGIBLE 0, NEED_INFO 1, ELIGIBLE 2."""
    states = [state for state in conditions.values() if state != ASKED_NOT]
    if any(state is False for state in states):
        return 0
    return 1 if any(state is None for state in states) else 2


def and_(*states):
    asked = [state for state in states if state != ASKED_NOT]
    if not asked:
        return ASKED_NOT
    if any(state is False for state in asked):
        return False
    return None if any(state is None for state in asked) else True


def or_(*states):
    asked = [state for state in states if state != ASKED_NOT]
    if not asked:
        return ASKED_NOT
    if any(state is True for state in asked):
        return True
    return None if any(state is None for state in asked) else False


def conditions(purpose, project, offer, today):
    """name -> state for the hard conditions of a purpose."""
    own = {"investment": investment, "loan": loan, "insurance": insurance, "expert": expert}[purpose](
        project, offer, today
    )
    if stale(project, today) or stale(offer, today):
        own = {name: state if state == ASKED_NOT else None for name, state in own.items()}
    return {"offer_current": current(offer, today), "project_current": current(project, today), **own}


def stale(record, today):
    return record.valid_until is not None and record.valid_until < today


def current(record, today):
    if record.valid_from is None and record.valid_until is None:
        return ASKED_NOT
    if record.valid_from is not None and record.valid_from > today:
        return False
    return None if stale(record, today) else True


def has_company(project):
    if project.legal_entity is not None:
        return True
    return None if project.applicant_kind is None else str(project.applicant_kind) != "团队"


def is_bare_team(project):
    return project.legal_entity is None and project.applicant_kind is not None and str(project.applicant_kind) == "团队"


def entity(project, name):
    if project.legal_entity is not None:
        return getattr(project.legal_entity, name)
    return 0 if is_bare_team(project) else None


def add_months(day, months):
    """The same day `months` later, as a tuple that compares like a date even where the month is too short."""
    total = day.year * 12 + day.month - 1 + months
    return (total // 12, total % 12 + 1, day.day)


def older_than(project, months, today):
    """Whether the company is more than `months` old: True, False, None."""
    if is_bare_team(project):
        return False
    if project.legal_entity is None or project.legal_entity.founded_on is None:
        return None
    return (today.year, today.month, today.day) > add_months(project.legal_entity.founded_on, months)


def at_least_old(project, months, today):
    if is_bare_team(project):
        return False
    if project.legal_entity is None or project.legal_entity.founded_on is None:
        return None
    return (today.year, today.month, today.day) >= add_months(project.legal_entity.founded_on, months)


def invert(state):
    return state if state in (None, ASKED_NOT) else not state


def at_most(value, bound):
    if bound is None:
        return ASKED_NOT
    return None if value is None else value <= bound


def at_least(value, bound):
    if bound is None:
        return ASKED_NOT
    return None if value is None else value >= bound


def one_of(own, asked):
    if not asked:
        return ASKED_NOT
    return None if own is None else bool(set(map(str, own)) & set(map(str, asked)))


def covers(big, small):
    if big == "100000":
        return True
    if big.endswith("0000"):
        return big[:2] == small[:2]
    return big[:4] == small[:4] if big.endswith("00") else big == small


def inside(places, regions, wider_counts=False):
    """Whether one of the places lies in one of the regions."""
    if places is None:
        return None
    if any(covers(region, place) for place in places for region in regions):
        return True
    if any(covers(place, region) for place in places for region in regions):
        return True if wider_counts else None
    return False


def investment(project, fund, today):
    found = {}
    found["fund_open"] = and_(
        ASKED_NOT if fund.investment_period_end is None else fund.investment_period_end >= today,
        ASKED_NOT if fund.remaining_capital is None else fund.remaining_capital > 0,
    )
    found["sector_not_excluded"] = outside_sectors(project, fund.sectors_exclude)
    if fund.regions and str(fund.region_mode) == "必须落地":
        place = project.region or (project.legal_entity and project.legal_entity.region)
        willing = None if project.land_in is None else [landing.region for landing in project.land_in]
        found["must_land"] = or_(
            inside([place] if place else None, fund.regions), inside(willing, fund.regions, wider_counts=True)
        )
    else:
        found["must_land"] = ASKED_NOT
    found["instrument"] = instrument(project, fund)
    found["company_age"] = (
        ASKED_NOT
        if fund.company_age_max_months is None
        else invert(older_than(project, fund.company_age_max_months, today))
    )
    found["employees"] = at_most(entity(project, "employees"), fund.employees_max)
    most = fund.revenue_or_assets_max
    found["revenue_or_assets"] = or_(
        at_most(entity(project, "revenue_last_year"), most), at_most(entity(project, "total_assets"), most)
    )
    investors = project.earlier_investors
    found["first_round"] = ASKED_NOT if not fund.first_round_only else (None if investors is None else not investors)
    dealt = {name for deal in fund.deals or () for name in (deal.project, deal.project_id) if name}
    own = {name for name in (project.id, project.name) if name}
    names = {name for name in (fund.name, fund.manager) if name}
    found["not_yet_invested"] = and_(
        not dealt & own if dealt else ASKED_NOT, not names & set(investors) if investors and names else ASKED_NOT
    )
    return found


def instrument(project, fund):
    tools = set(map(str, fund.instruments or ()))
    if not tools or "可转债" in tools:
        return ASKED_NOT
    if project.equity_offered is not None:
        return project.equity_offered > 0
    asks = project.financing_need is not None and project.financing_need.equity is not None
    return True if asks else None


def outside_sectors(project, excluded):
    """Only with excluded GB/T divisions and words, which need no crosswalk beyond the letters of the code."""
    if not excluded:
        return ASKED_NOT
    words = {f"text:{word}" for word in project.keywords or ()}
    if words & set(excluded):
        return False
    own = project.industry_gb4754
    if not own:
        return None
    states = []
    for code in (sector.removeprefix("gb:") for sector in excluded if sector.startswith("gb:")):
        states += [False if mine.startswith(code) else (None if code.startswith(mine) else True) for mine in own]
    return and_(*states) if states else True


def loan(project, product, today):
    found = {"registered_borrower": has_company(project)}
    found["not_dishonest"] = invert(project.dishonest_listed)
    kind = None if project.applicant_kind is None else [project.applicant_kind]
    found["borrower_kind"] = one_of(kind, product.borrower_kinds)
    found["licence_region"] = in_regions(project, product.licence_regions)
    found["title"] = one_of(project.titles, product.titles_any_of)
    low, high = product.company_age_min_months, product.company_age_max_months
    found["company_age_min"] = ASKED_NOT if low is None else at_least_old(project, low, today)
    found["company_age_max"] = ASKED_NOT if high is None else invert(older_than(project, high, today))
    found["revenue"] = at_least(entity(project, "revenue_last_year"), product.revenue_min)
    rights = (
        None
        if project.ip is None
        else sum(right.state is not None and str(right.state) in VALID_IP for right in project.ip)
    )
    found["ip_rights"] = at_least(rights, product.ip_min)
    need = project.financing_need.loan if project.financing_need else None
    purpose = [need.purpose] if need is not None and need.purpose else None
    found["purpose"] = one_of(purpose, product.purposes)
    most = None
    if need is not None and (need.amount_min is not None or need.amount_max is not None):
        most = need.amount_max if need.amount_max is not None else float("inf")
    found["amount_min"] = at_least(most, product.amount_min)
    return found


def in_regions(project, regions):
    if not regions:
        return ASKED_NOT
    place = (project.legal_entity and project.legal_entity.region) or project.region
    return inside([place] if place else None, regions)


def insurance(project, product, today):
    found = {}
    holder = None if project.applicant_kind is None else HOLDERS[str(project.applicant_kind)]
    found["policyholder"] = one_of(holder, product.policyholders)
    found["stage"] = one_of(
        None if project.verification_stage is None else [project.verification_stage], product.stages
    )
    found["trl"] = and_(at_least(project.trl, product.trl_min), at_most(project.trl, product.trl_max))
    happened = project.occurred_risks
    if not product.covered_risks:
        found["not_happened"] = ASKED_NOT
    else:
        found["not_happened"] = None if happened is None else not set(happened) & set(product.covered_risks)
    found["catalogue"] = None if product.catalogue else ASKED_NOT
    found["region"] = in_regions(project, product.regions)
    return found


def expert(project, person, today):
    found = {"consent": None if person.consent_at is None else person.consent_at <= today}
    entity = project.legal_entity
    parties = {project.id, *(project.earlier_investors or ()), *(project.competitors or ())} | {
        name for name in (project.name, entity and entity.name, entity and entity.credit_code) if name
    }
    parties |= {name for member in project.team or () for name in (member.name, member.unit) if name}
    parties |= set(entity.affiliates or ()) if entity else set()
    found["no_conflict"] = and_(untied(parties, person.ties, today), unposted(parties, person.employers, today))
    cap = person.max_reviews_per_year
    if person.reviews is None:
        found["load"] = ASKED_NOT if cap is None else (False if cap == 0 else None)
    else:
        done = sum(date(today.year, 1, 1) <= review.date <= today for review in person.reviews)
        found["load"] = done < (10 if cap is None else cap)
    return found


def untied(parties, ties, today):
    if ties is None:
        return None
    return and_(
        True,
        *(
            free_of(tie.start, tie.end, tie.start is None and tie.end is None, YEARS[str(tie.kind)], today)
            for tie in ties
            if tie.party in parties
        ),
    )


def unposted(parties, posts, today):
    if posts is None:
        return None
    own = [post for post in posts if {post.name, post.unit_code} & parties]
    return and_(True, *(free_of(post.start, post.end, False, 3, today) for post in own))


def free_of(start, end, undated, years, today):
    """Whether a tie of this window does not count today; None where it is open."""
    if years is None:
        return False
    if undated or (start is not None and start > today):
        return None
    return end is not None and end < years_before(years, today)


def years_before(years, today):
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)
