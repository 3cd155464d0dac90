"""Conditions of a loan (DOMAIN 4.2)."""

from matcher.columns import Columns
from matcher.domain.taxonomy import ApplicantKind
from matcher.rules.common import CURRENT, company_age
from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.kleene import TRUE, Kleene
from matcher.rules.tests import AtLeast, AtMost, InRegion, Overlap, ProjectFact

_LEGAL, _EXCLUDES = ConditionKind.LEGAL, ConditionKind.DECLARED_EXCLUSION
_PREFERS = ConditionKind.DECLARED_PREFERENCE


def _is_registered(projects: Columns, _: Context) -> Kleene:
    registered: Kleene = projects["registered"]
    return registered


def _not_dishonest(projects: Columns, _: Context) -> Kleene:
    clear: Kleene = TRUE - projects["dishonest"]
    return clear


CONDITIONS: tuple[Condition, ...] = (
    *CURRENT,
    Condition(
        "registered_borrower",
        _LEGAL,
        "DOMAIN 3: an unregistered team cannot borrow",
        ProjectFact(_is_registered),
        ("applicant_kind",),
        (),
        ("借款主体已登记（{p}）", "The borrower is registered ({p})"),
        ("尚未登记的{p}不能借款", "An unregistered {p} cannot borrow"),
        ("借款主体是企业、高校院所还是尚未登记的团队？", "Is the borrower a company, an institute or still a team?"),
        (f"登记为{ApplicantKind.COMPANY}后即可申请", "Can apply once it is a registered company"),
    ),
    Condition(
        "not_dishonest",
        _LEGAL,
        "bad-credit list (失信被执行人)",
        ProjectFact(_not_dishonest),
        ("dishonest_listed",),
        (),
        ("不在失信被执行人名单", "Not on the list of dishonest debtors"),
        ("列入失信被执行人名单", "On the list of dishonest debtors"),
        ("企业或负责人是否被列为失信被执行人？", "Is the company or its head listed as a dishonest debtor?"),
        ("移出失信名单后可以申请", "Can apply once it is off the list"),
    ),
    Condition(
        "borrower_kind",
        _EXCLUDES,
        "borrower_kinds",
        Overlap("applicant", "borrower_kinds"),
        ("applicant_kind",),
        ("borrower_kinds",),
        ("主体类型 {p}，产品面向 {o}", "{p}; the product is for {o}"),
        ("主体类型 {p}，产品只面向 {o}", "{p}; the product is for {o} only"),
        ("申报主体是团队、高校院所、企业还是医院？", "Is the applicant a team, an institute, a company or a hospital?"),
        ("以 {o}名义申请即可", "Eligible with a borrower that is one of: {o}"),
        ("哪些主体可以借款？", "Who may borrow?"),
    ),
    Condition(
        "licence_region",
        _EXCLUDES,
        "licence_regions",
        InRegion("registered_place"),
        ("registered_place",),
        ("licence_regions",),
        ("注册在 {p}，展业地区 {o}", "Registered in {p}; served: {o}"),
        ("注册在 {p}，不在展业地区 {o}", "Registered in {p}, outside {o}"),
        ("企业注册在哪个县（市、区）？", "In which county is the company registered?"),
        ("在 {o}注册即可", "Eligible if registered in {o}"),
        ("在哪些地区展业？", "Which regions are served?"),
    ),
    Condition(
        "title",
        _EXCLUDES,
        "titles_any_of",
        Overlap("titles", "titles_any_of"),
        ("titles",),
        ("titles_any_of",),
        ("具有资质 {p}，要求任一：{o}", "Holds {p}; any of {o} is required"),
        ("资质 {p}不含要求的任一：{o}", "Holds {p}; none of the required {o}"),
        ("企业有哪些资质？是否有任一：{o}？", "Which titles does the company hold? Any of {o}?"),
        ("取得 {o}任一资质即可", "Any of {o} would make it eligible"),
        ("要求哪些资质？", "Which titles are required?"),
    ),
    Condition(
        "company_age_min",
        _EXCLUDES,
        "company_age_min_months",
        AtLeast(company_age, "age_min"),
        ("company_age",),
        ("company_age_min_months",),
        ("企业成立 {p}，至少 {o}", "The company is {p} old, at least {o}"),
        ("企业成立 {p}，不足 {o}", "The company is {p} old, less than {o}"),
        ("企业是哪一天成立的？", "When was the company founded?"),
        ("成立满 {o}后可申请，或下限降到 {p}", "Eligible at {o} of age, or with a limit of {p}"),
        ("要求企业至少成立多久？", "How old must the company be?"),
    ),
    Condition(
        "company_age_max",
        _EXCLUDES,
        "company_age_max_months",
        AtMost(company_age, "age_max"),
        ("company_age",),
        ("company_age_max_months",),
        ("企业成立 {p}，上限 {o}", "The company is {p} old, at most {o}"),
        ("企业成立 {p}，超过上限 {o}", "The company is {p} old, more than {o}"),
        ("企业是哪一天成立的？", "When was the company founded?"),
        ("成立年限上限放宽到 {p}即可", "An age limit of {p} or more would make it eligible"),
    ),
    Condition(
        "revenue",
        _EXCLUDES,
        "revenue_min",
        AtLeast("revenue", "revenue_min"),
        ("legal_entity.revenue_last_year",),
        ("revenue_min",),
        ("上年营业收入 {p}，至少 {o}", "Revenue {p}, at least {o}"),
        ("上年营业收入 {p}，不足 {o}", "Revenue {p}, less than {o}"),
        ("企业上年营业收入是多少？", "What was the company's revenue last year?"),
        ("营收下限降到 {p}即可", "A minimum of {p} would make it eligible"),
    ),
    Condition(
        "ip_rights",
        _EXCLUDES,
        "ip_min",
        AtLeast("ip_count", "ip_min"),
        ("ip_count",),
        ("ip_min",),
        ("知识产权 {p}，至少 {o}", "{p} IP rights, at least {o}"),
        ("知识产权 {p}，不足 {o}", "{p} IP rights, fewer than {o}"),
        ("有多少件有效或在审的知识产权？", "How many valid or pending IP rights are there?"),
        ("数量下限降到 {p}即可", "A minimum of {p} would make it eligible"),
    ),
    Condition(
        "purpose",
        _EXCLUDES,
        "purposes",
        Overlap("loan_purposes", "purposes"),
        ("financing_need.loan.purpose",),
        ("purposes",),
        ("贷款用途 {p}，产品用途 {o}", "For {p}; the product is for {o}"),
        ("贷款用途 {p}，产品只用于 {o}", "For {p}; the product is for {o} only"),
        ("贷款用于什么？是否属于 {o}？", "What is the loan for? Is it {o}?"),
        ("把用途限定在 {o}即可", "Eligible for {o}"),
        ("贷款可以用于什么？", "What may the loan be used for?"),
    ),
    Condition(
        "amount_min",
        _EXCLUDES,
        "amount_min",
        AtLeast("loan_high", "amount_min"),
        ("financing_need.loan",),
        ("amount_min",),
        ("贷款需求 {p}，最低额度 {o}", "Needs {p}, at least {o}"),
        ("贷款需求 {p}，低于最低额度 {o}", "Needs {p}, below the least of {o}"),
        ("需要多少贷款？", "How much does the project want to borrow?"),
        ("最低额度降到 {loan_most}或更低即可", "A least amount of {loan_most} or less would make it eligible"),
        ("最低贷款额度是多少？", "What is the least amount?"),
    ),
    Condition(
        "term",
        _PREFERS,
        "term_max",
        AtMost("loan_term", "term_max"),
        ("financing_need.loan.term_months",),
        ("term_max",),
        ("需要 {p}，最长 {o}", "Needs {p}, at most {o}"),
        ("需要 {p}，超过最长 {o}", "Needs {p}, longer than {o}"),
        ("贷款需要多长期限？", "For how long is the loan needed?"),
        None,
        ("贷款最长多久？", "What is the longest term?"),
        part="term",
    ),
)
