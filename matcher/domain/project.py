"""Project 项目: an early result on its way to industry."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from matcher.domain.codes import GbCode, IpcCode, LocalCode, RegionCode, SeiCode
from matcher.domain.credit_code import CreditCode
from matcher.domain.field import known
from matcher.domain.money import Wan
from matcher.domain.person import Email, Orcid
from matcher.domain.record import (
    Count,
    Line,
    Months,
    Part,
    Percent,
    Prose,
    Record,
    RecordId,
    Trl,
    broken,
    check_order,
    without_controls,
)
from matcher.domain.taxonomy import (
    ApplicantKind,
    BudgetKind,
    Collateral,
    CompanyTitle,
    FreedomToOperate,
    IpKind,
    IpOwnership,
    IpState,
    Risk,
    Round,
    VerificationStage,
)

Teaser = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(without_controls)
]


class LegalEntity(Part):
    """The company behind a project."""

    name: Line | None = known("企业名称", "Company name", "单位名称", "公司名称", level=2)
    credit_code: CreditCode | None = known("统一社会信用代码", "Unified social credit code", "信用代码", level=2)
    founded_on: date | None = known("成立日期", "Founded on", "注册日期", "成立时间")
    region: RegionCode | None = known("注册地", "Registered in", "注册地区", "注册地址")
    registered_capital: Wan | None = known("注册资本", "Registered capital", unit="万元")
    paid_in: Wan | None = known("实缴资本", "Paid-in capital", unit="万元", level=2)
    employees: Count | None = known("职工人数", "Employees", "员工数", "人数", unit="人")
    revenue_last_year: Wan | None = known(
        "上年营业收入", "Revenue last year", "营业收入", "年收入", unit="万元", level=2
    )
    total_assets: Wan | None = known("资产总额", "Total assets", "总资产", unit="万元", level=2)
    rd_spend: Wan | None = known("研发投入", "R&D spend", "研发费用", unit="万元", level=2)
    affiliates: tuple[Line, ...] | None = known("关联单位", "Affiliates", "关联企业", "母公司", "子公司", level=2)


class Deposit(Part):
    """存证: proof that a work existed at a time."""

    hash: Line = known("哈希", "Hash", required=True)
    platform: Line | None = known("平台", "Platform")
    time: date | None = known("时间", "Time")


class IpRight(Part):
    """An intellectual property right of a project."""

    kind: IpKind = known("种类", "Kind", required=True)
    state: IpState | None = known("状态", "State")
    title: Line | None = known("名称", "Title")
    number: Line | None = known("号码", "Number")
    deposit: Deposit | None = known("存证", "Deposit")
    ownership: IpOwnership | None = known("权属", "Ownership")
    fto: FreedomToOperate | None = known("自由实施检索", "Freedom to operate")


class TeamMember(Part):
    """A role in the team. Who fills it is known for one purpose: that nobody judges an own project or a friend's.

    ``email``, ``orcid`` and ``staff_no`` (of the unit) tell namesakes apart.
    """

    role: Line = known("角色", "Role", required=True)
    degree: Line | None = known("学历", "Degree")
    full_time: bool | None = known("是否全职", "Full time")
    share: Percent | None = known("持股", "Share", unit="%")
    name: Line | None = known("姓名", "Name")
    unit: Line | None = known("单位", "Employer")
    email: Email | None = known("电子邮箱", "E-mail")
    orcid: Orcid | None = known("ORCID", "ORCID iD")
    staff_no: Line | None = known("工号", "Staff number")


class Refusal(Part):
    """An expert whom the applicant does not want as a judge, and why; how many are allowed is the authority's rule."""

    expert: Line = known("专家姓名或编号", "Expert's name or id", required=True)
    unit: Line | None = known("单位", "Employer")
    reason: Line = known("理由", "Reason", required=True)


class BudgetItem(Part):
    """One line of the verification budget."""

    kind: BudgetKind = known("科目", "Kind", required=True)
    amount: Wan = known("金额", "Amount", unit="万元", required=True)
    note: Line | None = known("说明", "Note")


class Need(Part):
    """What a project asks of one kind of finance."""

    amount_min: Wan | None = known("最低金额", "At least", "最低", "最低额", "下限", "min", unit="万元")
    amount_max: Wan | None = known("最高金额", "At most", "最高", "最高额", "上限", "max", unit="万元")
    purpose: Line | None = known("用途", "Purpose", "资金用途")
    when: date | None = known("需求时间", "Needed by", "时间", "日期")
    term_months: Months | None = known("期限", "Term", unit="月")

    @model_validator(mode="after")
    def _ordered(self) -> "Need":
        check_order(self.amount_min, self.amount_max, "amount_min <= amount_max")
        return self


class FinancingNeed(Part):
    """What a project asks for, per kind of finance."""

    equity: Need | None = known("股权融资需求", "Equity need", "融资", "股权")
    loan: Need | None = known("贷款需求", "Loan need", "信贷需求", "贷款")
    insurance: Need | None = known("保险需求", "Insurance need", "投保需求", "保险")
    service: Need | None = known("服务需求", "Service need", "服务")


class LandIn(Part):
    """A region that the project is willing to move to."""

    region: RegionCode = known("地区", "Region", required=True)
    within_months: Months | None = known("期限", "Within", unit="月")


class Project(Record):
    """An early technology project (DOMAIN section 3)."""

    name: Line | None = known("项目名称", "Project name", "名称", "项目", "title", level=2, text=True)
    teaser: Teaser | None = known("项目简介", "Teaser", "一句话简介", "摘要", "summary", "abstract", level=1, text=True)
    description: Prose | None = known(
        "项目描述", "Description", "详细描述", "技术描述", "简介", "内容", level=2, text=True
    )
    problem: Prose | None = known("要解决的问题", "Problem", "痛点", "问题", level=2, text=True)
    advantage: Prose | None = known(
        "技术优势", "Advantage over existing solutions", "优势", "创新点", level=2, text=True
    )
    keywords: tuple[Line, ...] | None = known("关键词", "Keywords", "关键字", "tags", level=1, text=True)
    applicant_kind: ApplicantKind | None = known("申报主体类型", "Applicant kind", "主体类型", "申报单位类型")
    legal_entity: LegalEntity | None = known("企业信息", "Legal entity", "公司信息")
    region: RegionCode | None = known("所在地区", "Region", "地区", "所在地", "城市", "location", "city")
    titles: tuple[CompanyTitle, ...] | None = known("企业资质", "Titles", "资质", "荣誉资质", "qualifications")
    industry_gb4754: tuple[GbCode, ...] | None = known(
        "国民经济行业", "Industry (GB/T 4754)", "行业", "行业代码", "industry"
    )
    sei: tuple[SeiCode, ...] | None = known(
        "战略性新兴产业", "Strategic emerging industry", "新兴产业", "产业领域", "领域"
    )
    local_industry: tuple[LocalCode, ...] | None = known("本地产业", "Local industry", "5+5+6产业", "产业集群")
    ipc: tuple[IpcCode, ...] | None = known("IPC分类", "IPC", "专利分类", "IPC分类号")
    trl: Trl | None = known("技术成熟度", "TRL", "成熟度", "技术就绪度", level=1)
    trl_evidence: tuple[Line, ...] | None = known("成熟度佐证", "TRL evidence", level=2)
    verification_stage: VerificationStage | None = known(
        "验证阶段", "Verification stage", "概念验证阶段", "阶段", "stage"
    )
    ip: tuple[IpRight, ...] | None = known("知识产权", "Intellectual property", "专利", level=2)
    ip_ownership: IpOwnership | None = known("知识产权归属", "IP ownership", "权属")
    team: tuple[TeamMember, ...] | None = known("团队", "Team", "团队成员", level=2)
    verification_budget: Wan | None = known(
        "验证预算", "Verification budget", "预算", "概念验证经费", unit="万元", level=2
    )
    budget_items: tuple[BudgetItem, ...] | None = known("预算明细", "Budget items", level=2)
    financing_need: FinancingNeed | None = known("融资需求", "Financing need")
    round: Round | None = known("融资轮次", "Round", "轮次", "融资阶段")
    equity_offered: Percent | None = known("出让股权", "Equity offered", "出让比例", unit="%", level=2)
    pre_money: Wan | None = known("投前估值", "Pre-money valuation", "估值", unit="万元", level=2)
    collateral: tuple[Collateral, ...] | None = known("抵质押物", "Collateral", "担保物", level=2)
    guarantor: bool | None = known("有无担保人", "Guarantor", "担保人", level=2)
    overdue_records: bool | None = known("有无逾期记录", "Overdue records", "逾期记录", level=2)
    litigation: bool | None = known("有无未决诉讼", "Litigation", "诉讼", level=2)
    dishonest_listed: bool | None = known("是否失信被执行", "Listed as dishonest debtor", "失信", level=2)
    innovation_points: Annotated[float, Field(ge=0, le=100)] | None = known("创新积分", "Innovation points", unit="分")
    risks: tuple[Risk, ...] | None = known("主要风险", "Main risks, worst first", "风险")
    occurred_risks: tuple[Risk, ...] | None = known("已发生风险", "Risks that have happened", level=2)
    earlier_investors: tuple[Line, ...] | None = known("历史投资方", "Earlier investors", "已投机构", level=2)
    competitors: tuple[Line, ...] | None = known("竞争单位", "Named competitors", "竞争对手", "竞品单位", level=2)
    refused: tuple[Refusal, ...] | None = known("回避专家", "Experts refused", "申请回避专家", "申请回避", level=3)
    land_in: tuple[LandIn, ...] | None = known("意向落地地区", "Willing to land in", "落地意向")
    center_id: RecordId | None = known("概念验证中心", "Center", "中心编号")

    @model_validator(mode="after")
    def _rules(self) -> "Project":
        if self.budget_items and self.verification_budget is not None:
            total = sum((item.amount for item in self.budget_items), Decimal(0))
            if total != self.verification_budget:
                raise broken(
                    "budget_sum",
                    "budget_items sum to verification_budget",
                    "correct an item or the total",
                    found=f"{total} against {self.verification_budget}",
                )
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks wrong but is not refused: stage and TRL are both asked, a clash warns (DOMAIN 3.1)."""
        if self.trl is None or self.verification_stage is None:
            return ()
        low, high = self.verification_stage.trl_span
        if low <= self.trl <= high:
            return ()
        return (f"verification_stage {self.verification_stage} usually means TRL {low}-{high}, trl is {self.trl}",)
