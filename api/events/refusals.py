"""The planner's refusals and findings as problems, Chinese first: field, value, rule and remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.kit.fields import shortened
from api.kit.problems import FieldError, InvalidError
from matcher.domain.words import Words
from matcher.scheduling.check import Broken
from matcher.scheduling.contradictions import Contradiction, describe
from matcher.scheduling.counts import Finding
from matcher.scheduling.errors import SchedulingError
from matcher.scheduling.problem import Event


@contextmanager
def told() -> Iterator[None]:
    """Turns a refusal of the planner into a problem."""
    try:
        yield
    except SchedulingError as error:
        raise refused(error) from None


def refused(error: SchedulingError) -> InvalidError:
    """The problem that a planner's refusal is."""
    value = shortened(error.value)
    place = FieldError(pointer=error.field, value=value, rule=error.rule.both, remedy=error.remedy.both)
    return InvalidError(
        f"{error.field} 的值 {value}：{error.rule.zh}；{error.remedy.zh}。",
        f"{error.field} is {value}: {error.rule.en}; {error.remedy.en}.",
        [place],
    )


def blocked(found: list[Finding]) -> InvalidError:
    """The problem of rules that leave no plan."""
    errors = [FieldError(pointer=f.rule, value=None, rule=f.reason.both, remedy=f.remedy.both) for f in found[:20]]
    reasons = Words.joined([f.reason for f in found[:3]])
    return InvalidError(
        f"规则互相矛盾，无法排出计划：{reasons.zh}。", f"No plan keeps all rules: {reasons.en}.", errors
    )


def contradicted(event: Event, clash: Contradiction) -> InvalidError:
    """The problem of a contradiction: its rules, and what to give up, cheapest first."""
    ways = Words.joined([describe(event, rule) for rule in clash.relaxations[:5]])
    remedy = (
        Words(f"放弃其中之一：{ways.zh}", f"give up one of: {ways.en}")
        if clash.relaxations
        else Words("放弃其中一条规则", "give up one of these rules")
    )
    errors = [
        FieldError(pointer=rule.kind, value=None, rule=sentence.both, remedy=remedy.both)
        for rule, sentence in zip(clash.rules, clash.sentences, strict=True)
    ]
    rules = Words.joined(list(clash.sentences))
    return InvalidError(
        f"以下规则不能同时成立：{rules.zh}。{remedy.zh}。",
        f"These rules cannot all hold: {rules.en}; {remedy.en}.",
        errors,
    )


def shown_finding(found: Finding, event: Event) -> dict[str, object]:
    """A finding as an organizer reads it."""
    return {
        "rule": found.rule,
        "blocks": found.blocks,
        "parties": [event.parties[p].id for p in found.parties],
        "meetings": list(found.meetings),
        "reason_zh": found.reason.zh,
        "reason_en": found.reason.en,
        "remedy_zh": found.remedy.zh,
        "remedy_en": found.remedy.en,
    }


def shown_broken(each: Broken) -> dict[str, object]:
    """A rule that a plan breaks, as an organizer reads it."""
    return {
        "rule": each.rule,
        "meetings": list(each.meetings),
        "reason_zh": each.reason.zh,
        "reason_en": each.reason.en,
    }


def broken_rules(broken: tuple[Broken, ...]) -> list[FieldError]:
    """Rules that a plan breaks, as the checker found them."""
    return [
        FieldError(
            pointer=each.rule, value=str(list(each.meetings)), rule=each.reason.both, remedy="重新规划 / plan again"
        )
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
