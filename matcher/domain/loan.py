"""LoanProduct 信贷产品."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from matcher.domain.codes import RegionCode, Sector
from matcher.domain.field import known
from matcher.domain.money import Wan
from matcher.domain.record import Count, Line, Months, Part, Prose, Record, YearlyRate, broken, check_order
from matcher.domain.taxonomy import ApplicantKind, CompanyTitle, Guarantee, LoanPurpose, Repayment


class Rate(Part):
    """A loan's interest: a fixed yearly rate, LPR plus basis points, or at most a multiple of the base rate."""

    kind: Literal["fixed", "lpr", "cap"]
    value: YearlyRate | None = None
    basis_points: Annotated[float, Field(ge=-500, le=2000)] | None = None
    multiple: Annotated[float, Field(gt=0, le=10)] | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "Rate":
        needed = {"fixed": self.value, "lpr": self.basis_points, "cap": self.multiple}[self.kind]
        if needed is None:
            raise broken("rate", "fixed has value, lpr has basis_points, cap has multiple", "give the missing number")
        return self

    def yearly(self, lpr: float) -> float:
        """The rate per year as a decimal, given the loan prime rate."""
        if self.kind == "fixed":
            return float(self.value or 0)
        return lpr + float(self.basis_points or 0) / 1e4 if self.kind == "lpr" else lpr * float(self.multiple or 1)


class LoanProduct(Record):
    """A bank's loan product (DOMAIN section 3)."""

    name: Line | None = known("产品名称", "Product name", "名称", "贷款名称", text=True, level=0)
    bank: Line | None = known("银行", "Bank", "机构", "贷款机构", level=0)
    description: Prose | None = known("产品说明", "Description", "产品介绍", "说明", text=True, level=0)
    licence_regions: tuple[RegionCode, ...] | None = known(
        "展业地区", "Licensed regions", "licence_region", "服务地区", "地区", level=0
    )
    purposes: tuple[LoanPurpose, ...] | None = known("贷款用途", "Purposes", "purpose", "用途", level=0)
    sectors_include: tuple[Sector, ...] | None = known("支持领域", "Sectors", "重点领域", level=0)
    amount_min: Wan | None = known("最低额度", "Smallest amount", "额度下限", unit="万元", level=0)
    amount_max_unsecured: Wan | None = known(
        "信用额度上限", "Largest unsecured amount", "最高额度", "额度上限", "amount_max", unit="万元", level=0
    )
    amount_max_secured: Wan | None = known(
        "抵押额度上限", "Largest secured amount", "担保额度上限", unit="万元", level=0
    )
    term_min: Months | None = known("最短期限", "Shortest term", "期限下限", unit="月", level=0)
    term_max: Months | None = known("最长期限", "Longest term", "期限", "期限上限", unit="月", level=0)
    rate: Rate | None = known("利率", "Rate", "年利率", "贷款利率", level=0)
    repayment: tuple[Repayment, ...] | None = known("还款方式", "Repayment", level=0)
    guarantee: tuple[Guarantee, ...] | None = known("担保方式", "Guarantee", "增信方式", level=0)
    guarantee_fee_max: YearlyRate | None = known(
        "担保费率上限", "Largest guarantee fee", "担保费率", unit="年利率", level=0
    )
    borrower_kinds: tuple[ApplicantKind, ...] | None = known("借款主体", "Borrower kinds", "适用对象", level=0)
    titles_any_of: tuple[CompanyTitle, ...] | None = known("资质要求", "Titles, any of", "资质任一", level=0)
    company_age_min_months: Months | None = known(
        "企业成立时间下限", "Company age at least", "最短经营时间", unit="月", level=0
    )
    company_age_max_months: Months | None = known("企业成立时间上限", "Company age at most", unit="月", level=0)
    revenue_min: Wan | None = known("营业收入下限", "Revenue at least", "最低营收", unit="万元", level=0)
    ip_min: Count | None = known("知识产权数量下限", "IP rights at least", "最低专利数", unit="件", level=0)
    required_documents: tuple[Line, ...] | None = known("所需材料", "Required documents", "申请材料", level=0)
    exclusions: tuple[Line, ...] | None = known("禁入条件", "Exclusions", "排除条件", level=0)

    @model_validator(mode="after")
    def _rules(self) -> "LoanProduct":
        check_order(self.amount_min, self.amount_max_unsecured, "amount_min <= amount_max_unsecured")
        check_order(self.amount_min, self.amount_max_secured, "amount_min <= amount_max_secured")
        check_order(self.term_min, self.term_max, "term_min <= term_max")
        check_order(
            self.company_age_min_months, self.company_age_max_months, "company_age_min_months <= company_age_max_months"
        )
        return self
