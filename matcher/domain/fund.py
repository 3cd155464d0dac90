"""Fund 基金 with its mandate 投资偏好."""

import datetime
from typing import Annotated

from pydantic import Field, model_validator

from matcher.domain.codes import RegionCode, Sector
from matcher.domain.field import known
from matcher.domain.money import Wan
from matcher.domain.record import Count, Line, Months, Part, Percent, Prose, Record, RecordId, Trl, check_order
from matcher.domain.taxonomy import FundKind, Instrument, RegionMode, Round, VerificationStage


class Deal(Part):
    """An investment that the fund made."""

    project: Line | None = known("项目", "Project")
    project_id: RecordId | None = known("项目编号", "Project id")
    date: datetime.date = known("日期", "Date", required=True)
    amount: Wan | None = known("金额", "Amount", unit="万元")


class Fund(Record):
    """A fund and what it looks for (DOMAIN section 3)."""

    name: Line | None = known("基金名称", "Fund name", "名称", "基金", "investor", text=True, level=0)
    manager: Line | None = known("管理人", "Manager", "管理机构", "基金管理人", level=0)
    registration_no: Line | None = known("中基协备案号", "AMAC registration no.", "备案编码", "登记编号", level=0)
    fund_size: Wan | None = known("基金规模", "Fund size", "规模", unit="万元")
    vintage: Annotated[int, Field(ge=1980, le=2100)] | None = known("成立年份", "Vintage", "设立年份")
    investment_period_end: datetime.date | None = known("投资期截止", "Investment period end", "投资期结束")
    term: Annotated[float, Field(ge=0, le=50)] | None = known("存续期", "Term", "基金期限", unit="年")
    remaining_capital: Wan | None = known("可投余额", "Remaining capital", "剩余资金", unit="万元")
    kind: FundKind | None = known("基金类型", "Fund kind", "类型", level=0)
    instruments: tuple[Instrument, ...] | None = known("投资工具", "Instruments", "投资方式")
    stages: tuple[Round, ...] | None = known("投资阶段", "Stages", "轮次", "投资轮次", "stage", "rounds", level=0)
    trl_min: Trl | None = known("最低成熟度", "Lowest TRL", "TRL下限")
    trl_max: Trl | None = known("最高成熟度", "Highest TRL", "TRL上限")
    verification_stages: tuple[VerificationStage, ...] | None = known("验证阶段偏好", "Verification stages", "验证阶段")
    sectors_include: tuple[Sector, ...] | None = known(
        "投资领域", "Sectors", "关注领域", "行业偏好", "sectors", "industries", level=0
    )
    sectors_exclude: tuple[Sector, ...] | None = known("排除领域", "Excluded sectors", "不投领域", "负面清单")
    thesis: Prose | None = known(
        "投资策略", "Thesis", "投资偏好", "投资理念", "mandate", "description", text=True, level=0
    )
    ticket_min: Wan | None = known("最低单笔", "Smallest ticket", "单笔下限", "最低投资额", "check_min", unit="万元")
    ticket_typical: Wan | None = known("典型单笔", "Typical ticket", "单笔金额", "平均单笔", unit="万元")
    ticket_max: Wan | None = known("最高单笔", "Largest ticket", "单笔上限", "最高投资额", "check_max", unit="万元")
    per_project_cap: Wan | None = known("单项目上限", "Cap per project", "单个项目累计上限", unit="万元")
    max_share: Percent | None = known("持股上限", "Largest share", "最高持股比例", unit="%")
    regions: tuple[RegionCode, ...] | None = known(
        "投资地区", "Regions", "地区", "投资区域", "region", "location", level=0
    )
    region_mode: RegionMode | None = known("地区要求", "Region mode", "落地要求")
    reinvestment_ratio: Annotated[float, Field(ge=0, le=10)] | None = known(
        "返投比例", "Reinvestment ratio", "返投倍数"
    )
    company_age_max_months: Months | None = known("企业成立时间上限", "Company age at most", "企业年限上限", unit="月")
    employees_max: Count | None = known("职工人数上限", "Employees at most", unit="人")
    revenue_or_assets_max: Wan | None = known("营收或资产上限", "Revenue or assets at most", unit="万元")
    first_round_only: bool | None = known("仅投首轮", "First outside round only", "只投首轮")
    lead: bool | None = known("是否领投", "Leads", "领投")
    co_invest: bool | None = known("是否跟投", "Co-invests", "跟投")
    exclusions: tuple[Line, ...] | None = known("其他排除条件", "Other exclusions", "排除条件")
    deals: tuple[Deal, ...] | None = known("已投项目", "Deals", "投资案例", level=1)
    capacity: Annotated[float, Field(ge=0, le=10_000)] | None = known(
        "每月新会面数", "New meetings a month", "接待能力"
    )
    contact_role: Line | None = known("联系人职务", "Contact role", "对接人")

    @model_validator(mode="after")
    def _rules(self) -> "Fund":
        check_order(self.trl_min, self.trl_max, "trl_min <= trl_max")
        check_order(self.ticket_min, self.ticket_max, "ticket_min <= ticket_max")
        check_order(self.ticket_min, self.ticket_typical, "ticket_min <= ticket_typical")
        check_order(self.ticket_typical, self.ticket_max, "ticket_typical <= ticket_max")
        return self
