"""The planner's refusals and findings as problems, Chinese first: field, value, rule and remedy."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from api.kit.fields import shortened
from api.kit.problems import FieldError, InvalidError
from matcher.scheduling.check import Broken
from matcher.scheduling.contradictions import Contradiction, describe
from matcher.scheduling.counts import Finding
from matcher.scheduling.errors import SchedulingError
from matcher.scheduling.problem import Event

CAUSES = {
    "declined": "不可会面（一方拒绝、未同意或被禁止）",
    "availability": "双方没有共同在场的时段",
    "capacity": "一方的会面数已满",
    "no common slot": "双方共同在场的时段均已有其他会面",
    "places": "可用时段的桌位已满",
    "rules": "先后次序或连续会面上限不允许",
    "worth": "其他会面更有价值",
}
"""Why a wish was not met, in Chinese."""

_RULES = {
    "must and banned": "必须会面又不可会面",
    "fixed twice": "同一会面固定在两个时段",
    "no slot": "必须举行的会面没有可用时段",
    "circle": "先后次序成环",
    "presence": "必须参加的会面多于在场时段",
    "cap": "必须参加的会面多于上限",
    "too few slots": "必须举行的会面可用时段不足",
    "fixed together": "同一时段固定的会面超过到场人数",
    "tables": "桌位不足",
    "promise": "承诺的会面数无法达到",
}
_SENTENCES = (
    (r"it overlaps slot (\d+), which lasts (\d+) minutes from (\S+)", r"与第 \1 号时段（自 \3 起 \2 分钟）重叠"),
    (r"slots stand in the order of their days", "时段须按时间先后排列"),
    (r"meetings need a time", "会面需要时段"),
    (r"it is not in the plan", "该会面不在计划中"),
    (r"it began in slot (\d+), now is slot (\d+)", r"该会面在第 \1 号时段已开始，现在是第 \2 号时段"),
    (r"it is pinned", "该会面已固定"),
    (r"there is no such table", "没有这张桌"),
    (r"there is no such party", "没有这个参加方"),
    (r"a release has a name", "发布须有名称"),
    (r"a calendar needs times", "日历需要时段的时间"),
    (r"it cannot be set.*", "无法排版"),
)
"""Rules that can reach a person through this interface, in Chinese; others are shown in English."""


@contextmanager
def told() -> Iterator[None]:
    """Turns a refusal of the planner into a problem."""
    try:
        yield
    except SchedulingError as error:
        raise refused(error) from None


def refused(error: SchedulingError) -> InvalidError:
    """The problem that a planner's refusal is."""
    rule = f"{_chinese(error.rule)} / {error.rule}"
    place = FieldError(pointer=error.field, value=shortened(error.value), rule=rule, remedy=error.remedy)
    return InvalidError(f"{error.field} 的值 {error.value} 不符合规则：{_chinese(error.rule)}。", f"{error}.", [place])


def _chinese(rule: str) -> str:
    for pattern, words in _SENTENCES:
        if re.fullmatch(pattern, rule):
            return re.sub(pattern, words, rule)
    return rule


def blocked(found: list[Finding]) -> InvalidError:
    """The problem of rules that leave no plan."""
    errors = [
        FieldError(pointer=f.rule, value=None, rule=f"{_RULES.get(f.rule, f.rule)} / {f.reason}", remedy=f.remedy)
        for f in found[:20]
    ]
    reasons = "; ".join(f.reason for f in found[:3])
    kinds = "、".join(dict.fromkeys(_RULES.get(f.rule, f.rule) for f in found))
    return InvalidError(
        f"规则互相矛盾，无法排出计划：{kinds}（{reasons}）。", f"No plan keeps all rules: {reasons}.", errors
    )


def contradicted(event: Event, clash: Contradiction) -> InvalidError:
    """The problem of a contradiction: its rules, and what to give up, cheapest first."""
    ways = [describe(event, rule) for rule in clash.relaxations[:5]]
    remedy = "give up one of: " + "; ".join(ways) if ways else "give up one of these rules"
    errors = [
        FieldError(pointer=rule.kind, value=None, rule=sentence, remedy=remedy)
        for rule, sentence in zip(clash.rules, clash.sentences, strict=True)
    ]
    all_rules = "; ".join(clash.sentences)
    return InvalidError(
        f"以下规则不能同时成立：{all_rules}。放弃其中之一即可排出计划：{'；'.join(ways)}。",
        f"These rules cannot all hold: {all_rules}; {remedy}.",
        errors,
    )


def shown_finding(found: Finding, event: Event) -> dict[str, object]:
    """A finding as an organizer reads it."""
    return {
        "rule": found.rule,
        "rule_zh": _RULES.get(found.rule, found.rule),
        "blocks": found.blocks,
        "parties": [event.parties[p].id for p in found.parties],
        "meetings": list(found.meetings),
        "reason": found.reason,
        "remedy": found.remedy,
    }


def broken_rules(broken: tuple[Broken, ...]) -> list[FieldError]:
    """Rules that a plan breaks, as the checker found them."""
    return [
        FieldError(pointer=each.rule, value=str(list(each.meetings)), rule=each.reason, remedy="重新规划 / plan again")
        for each in broken[:50]
    ]


def unknown_party(pointer: str, value: str) -> InvalidError:
    """The problem of a party that is not there, or that the caller does not speak for: the two look alike."""
    place = FieldError(
        pointer=pointer, value=value, rule="没有这个参加方 / there is no such party", remedy="改正编号 / correct the id"
    )
    return InvalidError(
        f"{pointer} 的值 {value}：没有这个参加方，或您无权代表它。",
        f"{pointer} is {value}: there is no such party, or you do not speak for it.",
        [place],
    )
