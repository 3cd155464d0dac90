"""InsuranceProduct 保险产品."""

from pydantic import model_validator

from matcher.domain.codes import RegionCode, Sector
from matcher.domain.field import known
from matcher.domain.money import Wan
from matcher.domain.record import Line, Months, Part, Percent, Prose, Record, Share, Trl, check_order
from matcher.domain.taxonomy import (
    BudgetKind,
    CoverTrigger,
    Exclusion,
    InsuranceClass,
    PolicyholderKind,
    Risk,
    VerificationStage,
)


class Subsidy(Part):
    """保费补贴: what an authority pays of the premium."""

    authority: Line | None = known("补贴单位", "Subsidy paid by")
    share: Share = known("保费补贴比例", "Premium subsidy share", "补贴比例", required=True)
    cap: Wan | None = known("保费补贴上限", "Premium subsidy cap", "补贴上限", unit="万元")


class InsuranceProduct(Record):
    """An insurer's product (DOMAIN section 3)."""

    name: Line | None = known("产品名称", "Product name", "名称", "险种名称", "保险名称", text=True, level=0)
    insurer: Line | None = known("保险公司", "Insurer", "承保机构", "机构", level=0)
    description: Prose | None = known("产品说明", "Description", "产品介绍", "保险责任", "说明", text=True, level=0)
    filing_no: Line | None = known("备案号", "Filing no.", "注册号", level=0)
    insurance_class: InsuranceClass | None = known("险种", "Class", "class", "险种类别", level=0)
    policyholders: tuple[PolicyholderKind, ...] | None = known("投保人", "Policyholders", "投保主体", level=0)
    beneficiary: Line | None = known("被保险人", "Beneficiary", "受益人", level=0)
    stages: tuple[VerificationStage, ...] | None = known(
        "承保阶段", "Covered stages", "适用阶段", "covered_stages", level=0
    )
    trl_min: Trl | None = known("最低成熟度", "Lowest TRL", level=0)
    trl_max: Trl | None = known("最高成熟度", "Highest TRL", level=0)
    covered_risks: tuple[Risk, ...] | None = known("承保风险", "Covered risks", "保障风险", level=0)
    insured_costs: tuple[BudgetKind, ...] | None = known("承保费用", "Insured costs", "保障费用", level=0)
    sectors_include: tuple[Sector, ...] | None = known("适用领域", "Sectors", level=0)
    catalogue: Line | None = known("目录要求", "Catalogue that the product must stand in", "所属目录", level=0)
    regions: tuple[RegionCode, ...] | None = known("承保地区", "Regions", "地区", level=0)
    limit_event: Wan | None = known("每次事故限额", "Limit per event", "单次限额", unit="万元", level=0)
    limit_aggregate: Wan | None = known(
        "累计限额", "Aggregate limit", "保额", "保险金额", "最高保额", unit="万元", level=0
    )
    deductible: Wan | None = known("免赔额", "Deductible", unit="万元", level=0)
    deductible_percent: Percent | None = known("免赔率", "Deductible share", unit="%", level=0)
    co_insurance: Percent | None = known("共保比例", "Co-insurance", "自担比例", unit="%", level=0)
    premium_rate: Share | None = known("费率", "Premium rate of the limit", "保险费率", level=0)
    insured_months: Months | None = known("保险期间", "Insured period", "保险期限", unit="月", level=0)
    trigger: CoverTrigger | None = known("保险期间起算", "Trigger", level=0)
    failure_proof: Line | None = known("失败证明", "Proof of failure", "第三方报告", level=0)
    exclusions: tuple[Exclusion, ...] | None = known("责任免除", "Exclusions", "除外责任", level=0)
    subsidy: Subsidy | None = known("保费补贴", "Premium subsidy", level=0)

    @model_validator(mode="after")
    def _rules(self) -> "InsuranceProduct":
        check_order(self.trl_min, self.trl_max, "trl_min <= trl_max")
        check_order(self.limit_event, self.limit_aggregate, "limit_event <= limit_aggregate")
        return self
