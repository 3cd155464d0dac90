"""The refusals of the panels' solver and of opinions as problems, Chinese first: field, value, rule and remedy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from api.kit.fields import shortened
from api.kit.problems import FieldError, InvalidError
from matcher.assignment.check import Violation
from matcher.assignment.files.callrows import QuestionRow
from matcher.assignment.solver.diagnosis import Blocked
from matcher.domain.refused import RefusedError
from matcher.domain.words import Words


@contextmanager
def told() -> Iterator[None]:
    """Turns a refusal into a problem."""
    try:
        yield
    except RefusedError as error:
        raise refused(error) from None


def refused(error: RefusedError) -> InvalidError:
    """The problem that a refusal is; rules that leave no plan name what blocks and the cheapest way out."""
    if isinstance(error, Blocked):
        causes, remedy, summary = error.diagnosis.causes, error.diagnosis.remedy, error.diagnosis.summary
        places = [
            FieldError(pointer="/call", value=None, rule=cause.text.both, remedy=remedy.both) for cause in causes[:20]
        ]
        out = Words("可行的最小调整", "The cheapest way out")
        if not error.diagnosis.is_cheapest:
            out = Words("一种可行的调整", "A way out")
        return InvalidError(
            f"规则互相矛盾，无法组成专家组：{summary.zh}。{out.zh}：{remedy.zh}。",
            f"No panels keep all rules: {summary.en}. {out.en}: {remedy.en}.",
            places,
        )
    shown = error.value.both if isinstance(error.value, Words) else shortened(error.value)
    found = error.value if isinstance(error.value, Words) else Words(str(shown), str(shown))
    place = FieldError(pointer=error.field, value=shown, rule=error.rule.both, remedy=error.remedy.both)
    return InvalidError(
        f"{error.field} 的值 {found.zh}：{error.rule.zh}；{error.remedy.zh}。",
        f"{error.field} is {found.en}: {error.rule.en}; {error.remedy.en}.",
        [place],
    )


def broken(violations: Sequence[Violation]) -> list[FieldError]:
    """Rules that panels break, as the checker found them."""
    return [
        FieldError(
            pointer=one.project or "call",
            value=one.found,
            rule=Words(f"{one.rule.zh}：{one.allowed.zh}", f"{one.rule.en}: {one.allowed.en}").both,
            remedy="更换专家 / replace the expert",
        )
        for one in violations[:50]
    ]


def undeclared(questions: Sequence[QuestionRow]) -> InvalidError:
    """The refusal to release panels while experts have not answered."""
    places = [
        FieldError(
            pointer=f"{one.project}/{one.expert}",
            value=one.kind,
            rule=Words(one.zh, one.en).both,
            remedy="请专家申报后再发布 / ask the expert to declare first",
        )
        for one in questions[:50]
    ]
    count = len(questions)
    return InvalidError(
        f"还有 {count} 项利益关系待专家申报，不能发布。", f"{count} declarations of ties are still open.", places
    )
