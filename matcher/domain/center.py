"""Center 概念验证中心: carries projects over the first kilometre."""

from matcher.domain.codes import RegionCode, Sector
from matcher.domain.field import known
from matcher.domain.record import Count, Line, Prose, Record
from matcher.domain.taxonomy import CenterKind, CenterLevel, CenterScope, CenterService, VerificationStage


class Center(Record):
    """A proof-of-concept center or service provider (DOMAIN section 3)."""

    name: Line | None = known("中心名称", "Center name", "名称", text=True, level=0)
    kind: CenterKind | None = known("建设主体", "Kind", "类型", level=0)
    scope: CenterScope | None = known("综合或专业", "Scope", level=0)
    level: CenterLevel | None = known("认定级别", "Level", "级别", level=0)
    fields: tuple[Sector, ...] | None = known("服务领域", "Fields", "领域", level=0)
    stages: tuple[VerificationStage, ...] | None = known("服务阶段", "Stages served", "stages served", level=0)
    services: tuple[CenterService, ...] | None = known("服务内容", "Services", "服务", level=0)
    accreditation: tuple[Line, ...] | None = known("CNAS/CMA资质", "CNAS or CMA scope", "资质", level=0)
    price_list: Prose | None = known("收费标准", "Price list", level=1)
    voucher_accepted: bool | None = known("是否接受创新券", "Voucher accepted", "创新券", level=0)
    region: RegionCode | None = known("所在地区", "Region", "county", "所在县区", "地区", level=0)
    capacity: Count | None = known("年服务能力", "Projects a year", "capacity", unit="项", level=0)
    description: Prose | None = known("中心简介", "Description", "简介", text=True, level=0)
