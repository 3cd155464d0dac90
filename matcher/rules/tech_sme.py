"""科技型中小企业: the rule of the 评价办法 (R15) as a rule set, AND and OR over what is known and what is not.

A resident company with employees, revenue and assets within limits, no prohibited business and no serious breach; and
one of: 60 points with staff points above 0, a valid 高新技术企业 title, a national science prize (top three, five
years), a provincial R&D body, or the lead in a standard (five years).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.columns import Columns
from matcher.domain import Center, Kind, Project
from matcher.domain.taxonomy import CompanyTitle
from matcher.rules.combinators import AllOf, AnyOf, Not
from matcher.rules.condition import Text
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, TRUE, UNKNOWN, Kleene, state
from matcher.rules.tests import ProjectFact, Test


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rule asks beyond a project's record; None where unknown."""

    score: float | None = None
    staff_score: float | None = None
    prohibited: bool | None = None
    national_prize: bool | None = None
    provincial_body: bool | None = None
    led_standard: bool | None = None


@dataclass(frozen=True, slots=True)
class Fact(ProjectFact):
    """A named fact of the rule and the question that settles it."""

    name: str
    asks: Text


def rule_set(assessments: Sequence[Assessment]) -> AllOf:
    """The rule for as many projects as there are assessments, in their order."""
    return AllOf(
        (
            Fact(
                lambda p, _: p["registered"],
                "registered",
                ("是否为在中国境内注册的企业？", "Is it a resident company?"),
            ),
            _within("employees", "employees_max", ("职工总数是多少？", "How many employees are there?")),
            _within("revenue", "revenue_max", ("年销售收入是多少？", "What are the yearly sales?")),
            _within("assets", "assets_max", ("资产总额是多少？", "What are the total assets?")),
            Not(
                _given(
                    assessments,
                    "prohibited",
                    ("产品或服务是否属于禁止、限制和淘汰类？", "Is the business prohibited or restricted?"),
                )
            ),
            Not(
                Fact(
                    lambda p, _: p["dishonest"],
                    "dishonest",
                    ("是否有严重失信或违法行为？", "Was there a serious breach?"),
                )
            ),
            AnyOf(
                (
                    AllOf(
                        (
                            _scored(assessments),
                            _staffed(assessments),
                        )
                    ),
                    Fact(
                        _high_tech,
                        "high_tech",
                        ("是否持有有效的高新技术企业证书？", "Is it a valid high-tech enterprise?"),
                    ),
                    _given(
                        assessments,
                        "national_prize",
                        ("近五年是否获国家级科技奖前三名？", "A national science prize in five years?"),
                    ),
                    _given(
                        assessments,
                        "provincial_body",
                        ("是否有省部级以上研发机构？", "Is there a provincial R&D body?"),
                    ),
                    _given(
                        assessments,
                        "led_standard",
                        ("近五年是否主导制定过标准？", "Did it lead a standard in five years?"),
                    ),
                )
            ),
        )
    )


def is_tech_sme(projects: Columns, assessments: Sequence[Assessment], context: Context) -> Kleene:
    """Whether each project's company is a 科技型中小企业: (m,) int8 of Kleene logic.

    Raises ValueError where there are not as many assessments as projects.
    """
    if len(assessments) != len(projects):
        raise ValueError(f"{len(assessments)} assessments for {len(projects)} projects; give one each")
    return _states(rule_set(assessments), projects, context)


def missing_facts(project: Project, assessment: Assessment, context: Context) -> tuple[Fact, ...]:
    """The unknown facts that can still change the outcome for a project, in the order of the rule.

    Every fact stands once in the rule, so a fact matters exactly where all groups above it are undecided.
    """
    columns = Columns.of(Kind.PROJECT, [project])
    return tuple(_undecided(rule_set([assessment]), columns, context))


def _undecided(test: Test, columns: Columns, context: Context) -> Iterator[Fact]:
    if _states(test, columns, context)[0] != UNKNOWN:
        return
    if isinstance(test, Fact):
        yield test
    elif isinstance(test, Not):
        yield from _undecided(test.test, columns, context)
    elif isinstance(test, AllOf | AnyOf):
        for inner in test.tests:
            yield from _undecided(inner, columns, context)


def _states(test: Test, projects: Columns, context: Context) -> Kleene:
    nobody = Columns.of(Kind.CENTER, [Center(id="any")])
    block = test.bind(projects, nobody, context)
    assert block is not None, "facts of a project are always asked"
    return np.broadcast_to(block(slice(0, len(projects)), slice(0, 1)), (len(projects), 1))[:, 0]


def _within(column: str, limit: str, asks: Text) -> Fact:
    def states(projects: Columns, context: Context) -> Kleene:
        value = projects[column]
        most = context.rules.rules["tech_sme"][limit]
        return state(value <= most, np.isnan(value))

    return Fact(states, column, asks)


def _given(assessments: Sequence[Assessment], name: str, asks: Text) -> Fact:
    return Fact(_constant([getattr(a, name) for a in assessments]), name, asks)


def _scored(assessments: Sequence[Assessment]) -> Fact:
    def states(projects: Columns, context: Context) -> Kleene:
        least = context.rules.rules["tech_sme"]["score_min"]
        return _constant([None if a.score is None else a.score >= least for a in assessments])(projects, context)

    return Fact(states, "score", ("综合评价得分是多少？", "What is the evaluation score?"))


def _staffed(assessments: Sequence[Assessment]) -> Fact:
    known = [None if a.staff_score is None else a.staff_score > 0 for a in assessments]
    return Fact(_constant(known), "staff_score", ("科技人员指标得分是多少？", "What is the staff score?"))


def _constant(values: Sequence[bool | None]) -> Callable[[Columns, Context], Kleene]:
    states = np.array([UNKNOWN if value is None else (TRUE if value else FALSE) for value in values], np.int8)
    return lambda _, __: states


def _high_tech(projects: Columns, _: Context) -> Kleene:
    titles = projects["titles"]
    held = titles & titles.dtype.type(1 << CompanyTitle.HIGH_TECH.position) != 0
    return state(held, titles == 0)
