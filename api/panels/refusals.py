"""The refusals of the panels' solver and of opinions as problems: field, value, rule and remedy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from api.kit.fields import shortened
from api.kit.problems import FieldError, InvalidError
from matcher.assignment.check import Violation
from matcher.assignment.errors import AssignmentError, Blocked
from matcher.opinions.opinion import OpinionError


@contextmanager
def told() -> Iterator[None]:
    """Turns a refusal into a problem."""
    try:
        yield
    except (AssignmentError, OpinionError) as error:
        raise refused(error) from None


def refused(error: AssignmentError | OpinionError) -> InvalidError:
    """The problem that a refusal is; rules that leave no plan name what blocks and the cheapest way out."""
    if isinstance(error, Blocked):
        found = error.diagnosis
        places = [
            FieldError(pointer="/call", value=None, rule=cause.text, remedy=found.remedy) for cause in found.causes[:20]
        ]
        return InvalidError(
            f"规则互相矛盾，无法组成专家组：{found.summary}。可行的最小调整：{found.remedy}。",
            f"No panels keep all rules: {found.summary}. The cheapest way out: {found.remedy}.",
            places,
        )
    place = FieldError(pointer=error.field, value=shortened(error.value), rule=error.rule, remedy=error.remedy)
    return InvalidError(f"{error.field} 的值 {error.value} 不符合规则：{error.rule}。", f"{error}.", [place])


def broken(violations: Sequence[Violation]) -> list[FieldError]:
    """Rules that panels break, as the checker found them."""
    return [
        FieldError(pointer=one.project or "call", value=one.found, rule=f"{one.rule}: {one.allowed}", remedy="更换专家")
        for one in violations[:50]
    ]
