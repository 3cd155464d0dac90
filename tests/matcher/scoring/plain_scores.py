"""Scores of DOMAIN 4.2 for one pair of records, as one would compute them by hand: no columns, no numpy.

Shares no code with `matcher.scoring` and repeats the numbers of the law instead of reading the data files, except for
the relations between industries, of which only equal, inside and wider codes of GB/T 4754 are used.
"""

import itertools
from math import inf, log1p, log10

MUNICIPAL = {"11", "12", "31", "50"}
DELTA = {"31", "32", "33", "34"}
ROUNDS = ["种子", "天使", "Pre-A", "A", "B+"]
ROUND_TRL = {"种子": (2, 5), "天使": (3, 6), "Pre-A": (5, 7), "A": (6, 8), "B+": (7, 9)}
STAGE_TRL = {"创新概念": (1, 3), "前沿技术": (3, 5), "中试放大": (5, 7), "创新产品": (6, 9)}
STAGE_RISKS = {
    "创新概念": ["研发失败", "研发中断"],
    "前沿技术": ["研发失败", "小试失败", "研发中断"],
    "中试放大": ["中试失败", "设备损坏", "研发失败"],
    "创新产品": ["产品质量", "第三者责任", "专利侵权责任"],
}
SENIORITY = {"正高": 1, "CEO/CTO": 0.9, "投资总监": 0.9, "副高": 0.8, "律师": 0.8, "注册会计师": 0.8, "中级": 0.5}
LPR = 0.03
LOAN_PRICES = [0.028, 0.0345, 0.0385, 0.045, 0.06, 0.09]
PREMIUMS = [0.005, 0.01, 0.02, 0.03, 0.05]


def score(weights, base, parts, minus=0.0):
    """100 x sum(w s) / sum(w) over the known parts and the base, less the deduction."""
    known = [(weights[name], value) for name, value in parts.items() if value is not None]
    gained = base[0] * base[1] + sum(weight * value for weight, value in known)
    total = base[0] + sum(weight for weight, _ in known)
    return max(0.0, 100 * gained / total - minus)


def parts(purpose, project, offer, semantic, today):
    """name -> 0..1 or None."""
    own = {"investment": investment, "loan": loan, "insurance": insurance, "expert": expert}[purpose]
    found = own(project, offer, today)
    if any(record.valid_until is not None and record.valid_until < today for record in (project, offer)):
        found = dict.fromkeys(found)
    return {"semantic": semantic, **found}


def deduction(project, product):
    touched = set()
    if project.occurred_risks:
        touched.add("已发生")
    if project.overdue_records:
        touched.add("资金断裂")
    if project.verification_stage is not None and str(project.verification_stage) == "创新产品":
        touched.add("市场变化")
    return 10.0 * len(touched & set(map(str, product.exclusions or ())))


def investment(project, fund, today):
    place = project.region or (project.legal_entity and project.legal_entity.region)
    need = project.financing_need and project.financing_need.equity
    low, high = fund.ticket_min, fund.ticket_max
    if low is None and high is None:
        low = high = fund.ticket_typical
    return {
        "region": None if str(fund.region_mode) == "不限" else region(place, project.land_in, fund.regions),
        "stage": stage(project, fund),
        "ticket": None if need is None else trapezoid((need.amount_min, need.amount_max), (low, high)),
        "sector": sector(project, fund.sectors_include),
        "track_record": track_record(fund.deals, today),
    }


def track_record(deals, today):
    if deals is None:
        return None
    since = today.replace(year=today.year - 2)
    return min(1.0, log1p(sum(since < deal.date <= today for deal in deals)) / log1p(12))


def region(place, land_in, regions):
    if not regions:
        return None
    values = [near(place, other) for other in regions] if place else []
    for landing in land_in or ():
        values += [1.0 if covers(landing.region, other) else near(landing.region, other) for other in regions]
    return max(values, default=None)


def covers(big, small):
    if big == "100000":
        return True
    if big.endswith("0000"):
        return big[:2] == small[:2]
    return big[:4] == small[:4] if big.endswith("00") else big == small


def near(place, wanted):
    if covers(wanted, place) or (covers(place, wanted) and not place.endswith("00")):
        return 1.0
    if place[:2] != wanted[:2] or "100000" in (place, wanted):
        return 0.3 if {place[:2], wanted[:2]} <= DELTA else 0.0
    same_city = place[:2] in MUNICIPAL or place[:4] == wanted[:4]
    return 0.8 if same_city else 0.5


def steps(distance):
    return (1.0, 0.5, 0.2)[distance] if distance < 3 else 0.0


def gap(one, other):
    return max(0, other[0] - one[1], one[0] - other[1])


def stage(project, fund):
    own = None
    if project.trl is not None:
        own = (project.trl, project.trl)
    elif project.verification_stage is not None:
        own = STAGE_TRL[str(project.verification_stage)]
    wanted = None
    if fund.trl_min is not None or fund.trl_max is not None:
        wanted = (fund.trl_min or 1, fund.trl_max or 9)
    elif fund.verification_stages:
        spans = [STAGE_TRL[str(name)] for name in fund.verification_stages]
        wanted = (min(a for a, _ in spans), max(b for _, b in spans))
    values = []
    if own and wanted:
        values.append(steps(gap(own, wanted)))
    if project.round is not None and fund.stages:
        at = ROUNDS.index(str(project.round))
        values.append(steps(min(abs(at - ROUNDS.index(str(name))) for name in fund.stages)))
    if values:
        return sum(values) / len(values)
    own = own or (ROUND_TRL[str(project.round)] if project.round is not None else None)
    if not wanted and fund.stages:
        spans = [ROUND_TRL[str(name)] for name in fund.stages]
        wanted = (min(a for a, _ in spans), max(b for _, b in spans))
    return steps(gap(own, wanted)) if own and wanted else None


def trapezoid(need, offer):
    """The best point of the need in the trapezoid (min / 2, min, max, 2 max) over log10."""
    if need == (None, None) or offer == (None, None):
        return None
    low, high = float(need[0] or 0), inf if need[1] is None else float(need[1])
    b, c = float(offer[0] or 0), inf if offer[1] is None else float(offer[1])
    if high >= b and low <= c:
        return 1.0
    return membership(high, b) if high < b else membership(c, low)


def membership(smaller, larger):
    """1 where equal, 0 at a half, linear in the logarithm between."""
    floor = 1e-6
    return max(0.0, 1 - (log10(max(larger, floor)) - log10(max(smaller, floor))) / log10(2))


def sector(project, wanted):
    """GB/T codes and equal words only; no sibling relation is tested here (codes are chosen so that none occurs)."""
    if not wanted:
        return None
    values = []
    for target in wanted:
        for code in project.industry_gb4754 or ():
            if target.startswith("gb:"):
                other = target.removeprefix("gb:")
                values.append(
                    1.0
                    if code.startswith(other)
                    else 0.7
                    if other.startswith(code)
                    else 0.4
                    if sibling(code, other)
                    else 0.0
                )
        values += [1.0 for word in project.keywords or () if target == f"text:{word}"]
    return max(values, default=None)


def sibling(one, other):
    return len(one) == len(other) == 3 and one[0] == other[0]


def ratio(need, low, high):
    if not need or (low is None and high is None):
        return None
    fits = [need / low if low else inf, high / need if high is not None else inf]
    return max(0.0, min(1.0, *(2 * fit - 1 for fit in fits)))


def cheaper(price, knots):
    """The share of the pool that is dearer, linear between the knots."""
    if price <= knots[0]:
        return 1.0
    if price >= knots[-1]:
        return 0.0
    for place, (a, b) in enumerate(itertools.pairwise(knots)):
        if a <= price <= b:
            return 1 - (place + (price - a) / (b - a)) / (len(knots) - 1)
    raise AssertionError


def loan(project, product, today):
    need = project.financing_need and project.financing_need.loan
    plain, secured = product.amount_max_unsecured, product.amount_max_secured
    top = plain if plain is not None else secured
    if "不动产" in set(map(str, project.collateral or ())):
        top = max((x for x in (plain, secured) if x is not None), default=None)
    prefer = [project.innovation_points / 100] if project.innovation_points is not None else []
    fit = sector(project, product.sectors_include)
    prefer += [fit] if fit is not None else []
    return {
        "amount": None if need is None else trapezoid((need.amount_min, need.amount_max), (product.amount_min, top)),
        "term": ratio(need and need.term_months, product.term_min, product.term_max),
        "guarantee": guarantee(project, product.guarantee),
        "cost": cost(product),
        "preference": sum(prefer) / len(prefer) if prefer else None,
    }


def cost(product):
    rate = product.rate
    if rate is None:
        return None
    yearly = {"fixed": rate.value, "lpr": LPR + (rate.basis_points or 0) / 1e4, "cap": LPR * (rate.multiple or 0)}[
        rate.kind
    ]
    fee = 0.0 if "信用" in set(map(str, product.guarantee or ())) else product.guarantee_fee_max or 0.0
    return cheaper(yearly + fee, LOAN_PRICES)


def guarantee(project, ways):
    owned = None if project.collateral is None else set(map(str, project.collateral))
    registered = True if project.legal_entity else None
    if registered is None and project.applicant_kind is not None:
        registered = str(project.applicant_kind) != "团队"
    granted = None
    if project.ip is not None:
        granted = any(right.state is not None and str(right.state) in {"授权", "许可"} for right in project.ip)
    best = []
    for way in map(str, ways or ()):
        options = {
            "信用": [(True, 1.0)],
            "保证保险": [(True, 0.6)],
            "政府性担保": [(True, 0.6), (project.guarantor, 0.8), (has(owned, "保证"), 0.8)],
            "法人代表共同借款": [(registered, 0.8)],
            "专利质押": [(has(owned, "专利质押"), 1.0), (granted, 0.8)],
            "抵押": [(has(owned, "不动产"), 1.0), (has(owned, "设备"), 0.6)],
        }[way]
        best += [worth if holds else 0.0 for holds, worth in options if holds is not None]
    return max(best, default=None)


def has(owned, pledge):
    return None if owned is None else pledge in owned


def insurance(project, product, today):
    return {
        "risk": risk(project, product),
        "limit": limit(project, product),
        "price": price(product),
        "deductible": deductible(product),
    }


def risk(project, product):
    feared = [str(name) for name in project.risks or ()]
    if not feared and project.verification_stage is not None:
        feared = STAGE_RISKS[str(project.verification_stage)]
    covered = set(map(str, product.covered_risks or ()))
    if not feared or not covered:
        return None
    shares = [1 / rank for rank, _ in enumerate(feared, start=1)]
    return sum(share for share, name in zip(shares, feared, strict=True) if name in covered) / sum(shares)


def limit(project, product):
    need = project.financing_need and project.financing_need.insurance
    at_risk = None
    if need is not None:
        at_risk = need.amount_max if need.amount_max is not None else need.amount_min or None
    if at_risk is None:
        at_risk = project.verification_budget
    if not at_risk or product.limit_aggregate is None:
        return None
    return min(1.0, float(product.limit_aggregate / at_risk))


def price(product):
    if product.premium_rate is None:
        return None
    net = product.premium_rate
    if product.subsidy is not None:
        paid = net * product.subsidy.share
        if product.subsidy.cap is not None and product.limit_aggregate is not None:
            paid = min(paid, float(product.subsidy.cap / product.limit_aggregate) if product.limit_aggregate else inf)
        net -= paid
    return cheaper(net, PREMIUMS)


def deductible(product):
    share = [x / 100 for x in (product.deductible_percent,) if x is not None]
    if product.deductible is not None and product.limit_aggregate:
        share.append(float(product.deductible / product.limit_aggregate))
    own = [max(share)] if share else []
    own += [product.co_insurance / 100] if product.co_insurance is not None else []
    return max(0.0, 1 - sum(own) / 0.5) if own else None


def expert(project, person, today):
    place = project.region or (project.legal_entity and project.legal_entity.region)
    close = region(place, None, person.regions)
    late = [review.days_late for review in person.reviews or () if review.days_late is not None]
    off = [abs(review.deviation) for review in person.reviews or () if review.deviation is not None]
    history = [1 - min(1.0, max(0.0, sum(late) / len(late) / 30))] if late else []
    history += [1 - min(1.0, sum(off) / len(off) / 20)] if off else []
    past = [review.date for review in person.reviews or () if review.date <= today]
    rotation = None
    if person.reviews is not None:
        rotation = min(1.0, (today - max(past)).days / 30.4375 / 12) if past else 1.0
    return {
        "sector": sector(project, person.fields),
        "seniority": max((SENIORITY[str(title)] for title in person.titles or ()), default=None),
        "history": sum(history) / len(history) if history else None,
        "diversity": None if close is None else 1 - close,
        "rotation": rotation,
    }
