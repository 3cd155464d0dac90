"""科技型中小企业: AND and OR over what is known, against a brute force over what is not."""

from datetime import date
from itertools import product

import pytest

from matcher.columns import Columns
from matcher.domain import Kind, Project
from matcher.rules import Context
from matcher.rules.tech_sme import Assessment, is_tech_sme, missing_facts

CONTEXT = Context(date(2026, 11, 23))
SMALL = {"employees": 500, "revenue_last_year": 20000, "total_assets": 20000}


def _project(titles=None, dishonest=False, **entity):
    return Project(id="p", legal_entity=SMALL | entity, titles=titles, dishonest_listed=dishonest)


def _state(project, **assessment):
    columns = Columns.of(Kind.PROJECT, [project])
    return int(is_tech_sme(columns, [Assessment(**assessment)], CONTEXT)[0])


@pytest.mark.parametrize(
    ("project", "assessment", "state"),
    [
        (_project(), {"score": 60, "staff_score": 1, "prohibited": False}, 2),
        (_project(), {"score": 60, "staff_score": 0, "prohibited": False}, 1),  # other grounds are still open
        (_project(titles=["高企"]), {"prohibited": False}, 2),
        (_project(titles=["高企"]), {}, 1),
        (_project(titles=["高企"], employees=501), {}, 0),
        (_project(titles=["高企"], revenue_last_year=20000.01), {}, 0),
        (_project(titles=["高企"], dishonest=True), {"prohibited": False}, 0),
        (_project(titles=[]), {"prohibited": False, "led_standard": True}, 2),
        (Project(id="p", applicant_kind="团队"), {}, 0),
        (Project(id="p"), {}, 1),
    ],
)
def test_worked_cases(project, assessment, state):
    assert _state(project, **assessment) == state


def test_every_way_of_not_knowing_agrees_with_brute_force():
    """TRUE or FALSE exactly where every completion of what is unknown gives the same answer."""
    names = ("prohibited", "national_prize", "provincial_body", "led_standard")
    choices = product((True, False, None), repeat=len(names))
    scores = ((None, None), (59, 1), (60, 1), (60, None), (None, 0))
    for values in choices:
        for score, staff in scores:
            given = dict(zip(names, values, strict=True))
            outcomes = {
                _rule(score=s, staff=f, **dict(zip(names, full, strict=True)))
                for full in product(*([v] if v is not None else [True, False] for v in values))
                for s in ([score] if score is not None else [0, 60])
                for f in ([staff] if staff is not None else [0, 1])
            }
            expected = 1 if len(outcomes) == 2 else 2 * outcomes.pop()
            assert _state(_project(titles=[]), score=score, staff_score=staff, **given) == expected


def _rule(score, staff, prohibited, national_prize, provincial_body, led_standard):
    return not prohibited and ((score >= 60 and staff > 0) or national_prize or provincial_body or led_standard)


def test_only_facts_that_can_still_change_the_outcome_are_asked():
    found = missing_facts(_project(titles=["高企"]), Assessment(), CONTEXT)
    assert [fact.name for fact in found] == ["prohibited"]
    found = missing_facts(
        _project(titles=[]), Assessment(prohibited=False, staff_score=0, national_prize=False), CONTEXT
    )
    assert [fact.name for fact in found] == ["provincial_body", "led_standard"]
    assert missing_facts(_project(employees=501), Assessment(), CONTEXT) == ()


def test_one_assessment_per_project():
    with pytest.raises(ValueError, match="1 assessments for 2 projects"):
        is_tech_sme(Columns.of(Kind.PROJECT, [Project(id="a"), Project(id="b")]), [Assessment()], CONTEXT)
