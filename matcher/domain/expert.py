"""Expert 专家: who judges projects. Ranking advises, a named person decides (PIPL art. 24)."""

import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from matcher.domain.codes import RegionCode, Sector
from matcher.domain.field import known
from matcher.domain.person import Email, Orcid
from matcher.domain.record import Line, Part, Prose, Record, RecordId, check_order
from matcher.domain.taxonomy import ExpertRole, ExpertTitle, TieKind


class Employment(Part):
    """A post; an open end means that it goes on. Dual posts count."""

    name: Line = known("单位", "Employer", required=True)
    unit_code: Line | None = known("单位代码", "Unit code")
    position: Line | None = known("职务", "Position")
    start: datetime.date | None = known("开始", "Start")
    end: datetime.date | None = known("结束", "End")

    @model_validator(mode="after")
    def _ordered(self) -> "Employment":
        check_order(self.start, self.end, "start <= end")
        return self


class Review(Part):
    """A review that the expert gave."""

    project: Line | None = known("项目", "Project")
    date: datetime.date = known("日期", "Date", required=True)
    score: Annotated[float, Field(ge=0, le=100)] | None = known("评分", "Score")
    days_late: Annotated[int, Field(ge=-365, le=3650)] | None = known("迟交天数", "Days late")
    deviation: Annotated[float, Field(ge=-100, le=100)] | None = known("与均分之差", "Deviation from the mean score")


class Tie(Part):
    """A relation that may forbid the expert to judge a party."""

    kind: TieKind = known("关系", "Kind", required=True)
    party: Line = known("对方", "Party", required=True)
    start: datetime.date | None = known("开始", "Start")
    end: datetime.date | None = known("结束", "End")

    @model_validator(mode="after")
    def _ordered(self) -> "Tie":
        check_order(self.start, self.end, "start <= end")
        return self


class FreeTime(Part):
    """Days on which the expert can come, both included."""

    start: datetime.date = known("开始", "Start", required=True)
    end: datetime.date = known("结束", "End", required=True)

    @model_validator(mode="after")
    def _ordered(self) -> "FreeTime":
        check_order(self.start, self.end, "start <= end")
        return self


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")]


class Expert(Record):
    """An expert of the pool (DOMAIN section 3)."""

    name: Line | None = known("姓名", "Name", "专家姓名", "专家", level=2)
    other_names: tuple[Line, ...] | None = known("曾用名", "Other names", "其他姓名", "英文名", "别名", level=2)
    emails: tuple[Email, ...] | None = known(
        "电子邮箱", "E-mail addresses", "邮箱", "邮件", "email", "e-mail", "emails", level=3
    )
    orcid: Orcid | None = known("ORCID", "ORCID iD", level=3)
    staff_no: Line | None = known("工号", "Staff number", "职工号", "人事编号", level=3)
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = known("出生年份", "Year of birth", "出生年", level=3)
    employers: tuple[Employment, ...] | None = known("工作单位", "Employers", "单位", "任职单位", level=1)
    titles: tuple[ExpertTitle, ...] | None = known("职称职务", "Titles", "职称", level=1)
    roles: tuple[ExpertRole, ...] | None = known("专家类型", "Roles", "角色", "类别", level=1)
    fields: tuple[Sector, ...] | None = known("专业领域", "Fields", "研究领域", "领域", level=1)
    profile: Prose | None = known("专家简介", "Profile", "个人简介", "研究方向", "简介", "bio", level=1, text=True)
    works: tuple[Line, ...] | None = known(
        "代表成果", "Works: papers, patents, projects", "论文", "成果", level=1, text=True
    )
    regions: tuple[RegionCode, ...] | None = known("所在地区", "Regions", "地区", level=1)
    reviews: tuple[Review, ...] | None = known("评审记录", "Reviews", "history", level=2)
    ties: tuple[Tie, ...] | None = known("利益关系", "Ties", "回避关系", level=2)
    availability: tuple[FreeTime, ...] | None = known("可参加时间", "Availability", level=1)
    max_reviews_per_year: Annotated[int, Field(ge=0, le=1000)] | None = known(
        "年评审上限", "Reviews a year at most", unit="次"
    )
    languages: tuple[Language, ...] | None = known("语言", "Languages", level=1)
    fee: Annotated[float, Field(ge=0, le=1e6)] | None = known("评审费", "Fee", unit="元", level=2)
    consent_at: datetime.date | None = known(
        "授权同意日期", "Consent to use personal data given on", "同意日期", level=1
    )
    retired: bool | None = known("是否退休", "Retired", "退休", level=1)
    center_id: RecordId | None = known("概念验证中心", "Center", "中心编号", level=1)
