"""What identifies a person is well formed, and the facts about people stay where they belong."""

import pytest
from pydantic import ValidationError

from matcher.domain import Expert, Project, field
from matcher.domain.access import redact
from matcher.domain.person import orcid_check
from matcher.domain.project import TeamMember
from matcher.domain.record import Level
from matcher.domain.texts import passages, whole

EXPERT = Expert(
    id="e",
    name="张三",
    other_names=["Zhang San"],
    emails=["Zhang.San@tzu.edu.cn"],
    orcid="0000000218250097",
    staff_no="1023",
    birth_year=1961,
    fields=["gb:C26"],
)
PROJECT = Project(
    id="p",
    name="水泵",
    team=[{"role": "负责人", "name": "李四", "unit": "台州大学", "email": "li@tzu.edu.cn"}],
    competitors=["椒江泵业"],
    refused=[{"expert": "王五", "unit": "台州大学", "reason": "诉讼中"}],
)


def test_an_identifier_has_one_form() -> None:
    assert (EXPERT.emails, EXPERT.orcid) == (("zhang.san@tzu.edu.cn",), "0000-0002-1825-0097")
    assert TeamMember(role="成员", orcid="https://orcid.org/0000-0002-1694-233X").orcid == "0000-0002-1694-233X"
    assert orcid_check("000000021694233") == "X"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"emails": ["zhang"]}, "an e-mail address; write it as name@unit.cn"),
        ({"emails": ["a@b"]}, "an e-mail address; write it as name@unit.cn"),
        ({"orcid": "1234"}, "16 digits of an ORCID iD; write it as 0000-0002-1825-0097"),
        ({"orcid": "0000-0002-1825-0098"}, "the last character fits the first 15; copy it from orcid.org"),
        ({"birth_year": 19610}, "Input should be less than or equal to 2100"),
    ],
)
def test_a_wrong_identifier_is_refused(given: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Expert.model_validate({"id": "e"} | given)
    assert [error["msg"] for error in refused.value.errors()] == [rule]


def test_who_is_refused_has_a_reason() -> None:
    with pytest.raises(ValidationError) as refused:
        Project.model_validate({"id": "p", "refused": [{"expert": "王五"}]})
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [
        (("refused", 0, "reason"), "missing")
    ]


def test_identifiers_age_and_refusals_are_for_named_persons_alone() -> None:
    secret = {name for name, info in Expert.model_fields.items() if field.level(info) == Level.SECRET}
    assert secret == {"emails", "orcid", "staff_no", "birth_year"}
    assert redact(EXPERT, Level.CONSENTED) == Expert(id="e", name="张三", other_names=["Zhang San"], fields=["gb:C26"])
    assert redact(EXPERT, Level.PLATFORM) == Expert(id="e", fields=["gb:C26"])
    assert redact(PROJECT, Level.CONSENTED) == PROJECT.model_copy(update={"refused": None})
    assert redact(PROJECT, Level.PLATFORM) == Project(id="p")


def test_nothing_about_people_is_a_text_that_can_be_searched() -> None:
    """Of the whole records, secrets included."""
    assert (passages(EXPERT), whole(EXPERT)) == ((), "化学原料和化学制品制造业")
    assert (passages(PROJECT), whole(PROJECT)) == (("水泵",), "水泵")
