"""A condition: what must hold between a project and an offer, and how it is said."""

from dataclasses import dataclass
from enum import Enum

from matcher.rules.tests import Test


class ConditionKind(Enum):
    """Where a condition comes from. Only LEGAL and DECLARED_EXCLUSION can exclude (DOMAIN 4.1)."""

    LEGAL = "legal"
    DECLARED_EXCLUSION = "declared_exclusion"
    DECLARED_PREFERENCE = "declared_preference"
    INFERRED = "inferred"

    @property
    def is_hard(self) -> bool:
        """Whether a FALSE excludes."""
        return self in (ConditionKind.LEGAL, ConditionKind.DECLARED_EXCLUSION)


_FIELD_OF = {
    "company_age": "legal_entity.founded_on",
    "registered_place": "legal_entity.region",
    "sectors": "sei",
    "ip_count": "ip",
}
"""Values computed from a field -> the field that has to be filled in."""

Text = tuple[str, str]
"""Chinese and English template. {p} and {o} stand for the project's and the offer's value, {p2}, {o2} … for further
fields in the order in which the condition names them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One rule of a purpose.

    test: the verdict over columns. project, offer: the fields that it reads, for people. holds, fails: the reason.
    asks: the question while it is UNKNOWN; None where nobody can answer. would: what would make it hold.
    asks_offer: what to ask an offer's owner who never stated the condition and wants a sharper list.
    part: the part of the score that a preference belongs to.
    """

    name: str
    kind: ConditionKind
    source: str
    test: Test
    project: tuple[str, ...]
    offer: tuple[str, ...]
    holds: Text
    fails: Text
    asks: Text | None = None
    would: Text | None = None
    asks_offer: Text | None = None
    part: str | None = None

    @property
    def is_hard(self) -> bool:
        """Whether a FALSE excludes."""
        return self.kind.is_hard

    @property
    def asked_field(self) -> str:
        """The field whose value the question asks for."""
        name = self.project[0] if self.project else self.offer[0]
        return _FIELD_OF.get(name, name)
