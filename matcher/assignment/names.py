"""What the rules of a call are called: fixed names in both languages, given ones such as 技术 as they are."""

from __future__ import annotations

from matcher.domain.words import Words

LEAD, KEPT_APART = "lead reviewer", "kept apart"
"""Names of the rules that the call's own fields add to its quotas and caps."""

ROTATION, LATELY = "rotation", "lately"
"""Names of the soft terms that come from past reviews; a spread has the name of what it spreads over."""

SIZE, LOAD = Words("每组人数", "size"), Words("专家工作量", "load")
LOAD_MAX, LOAD_MIN = Words("专家工作量上限", "load_max"), Words("专家工作量下限", "load_min")
FORBIDDEN = Words("回避与缺席", "forbidden pairs")

_QUOTAS = {
    LEAD: "主审",
    "may_lead": "可任主审的专家",
    "senior": "高级职称专家",
    "technical": "技术专家",
    "industry": "产业专家",
    "finance": "投融资专家",
    "management_ip": "管理与知识产权专家",
}
_CAPS = {
    KEPT_APART: "不得同组",
    "units": "单位上限",
    "cities": "城市上限",
    "regions": "地区上限",
    "unit": "单位上限",
    "region": "地区上限",
}
_SOFT = {
    ROTATION: Words("轮换", "rotation"),
    LATELY: Words("近期已抽取的组合", "pairs drawn lately"),
    "regions": Words("地区分散", "spread over regions"),
    "cities": Words("城市分散", "spread over cities"),
}
_FIGURES = {
    "total": Words("总分", "total"),
    "bound": Words("总分上界（已证明）", "proven bound of the total"),
    "gap": Words("与上界的差距", "gap to the bound"),
    "status": Words("结论", "status"),
    "weakest_mean": Words("最弱专家组的平均分", "mean of the weakest panel"),
    "pool_hash": Words("评审文件哈希", "hash of the call"),
}
_STATUSES = {"optimal": Words("最优（已证明）", "optimal"), "within gap": Words("差距以内", "within gap")}


def quota_name(name: str) -> Words:
    """The experts that a quota counts."""
    return Words(_QUOTAS.get(name, f"“{name}”专家"), name)


def cap_name(name: str, group: str | None = None) -> Words:
    """A cap, or the cap of one of its groups."""
    zh = _CAPS.get(name, f"“{name}”上限")
    return Words(zh, name) if group is None else Words(f"{zh}（{group}）", f"{name} {group}")


def soft_name(name: str) -> Words:
    """A soft term."""
    return _SOFT.get(name, Words(f"软性条件“{name}”", f"soft term {name}"))


def figure_name(name: str) -> Words:
    """A figure of a plan."""
    return _FIGURES[name]


def status_name(status: str) -> Words:
    """How far the proof of a plan goes."""
    return _STATUSES.get(status, Words(status, status))
