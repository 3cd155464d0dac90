"""Why somebody sits where: the evidences behind a seat, as the call keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matcher.assignment.errors import FormatError
from matcher.assignment.files.callrows import ExpertRow, ReasonRow
from matcher.domain.words import Words


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for a pair.

    expertise: 0..1, None where the project has no text. evidences: what the expert has shown, best first.
    thin: so little is known of the expert that the group's mean counts too; alone where there is no evidence.
    """

    expertise: float | None
    evidences: tuple[str, ...]
    thin: bool

    def document(self) -> dict[str, Any]:
        """As it stands in a plan."""
        return {"expertise": self.expertise, "evidences": list(self.evidences), "thin": self.thin}


Reasons = dict[tuple[str, str], Why]
"""By project and expert; pairs of which the call says nothing are not in it."""


def reasons_of(rows: Sequence[ReasonRow], experts: Sequence[ExpertRow]) -> Reasons:
    """The reasons that a call file states.

    Raises:
        FormatError: the columns of a row differ in length, or name an expert or evidence that is not there.
    """
    by_id = {expert.id: expert for expert in experts}
    found: Reasons = {}
    for row in rows:
        try:
            for expert, value, best in zip(row.experts, row.expertise, row.best, strict=True):
                known = by_id[expert]
                found[row.project, expert] = Why(value, tuple(known.evidences[n] for n in best), known.thin)
        except (ValueError, KeyError, IndexError) as error:
            raise FormatError(
                "reasons",
                row.project,
                Words(
                    "experts、expertise、best 须等长，并指向名单中的专家及其依据",
                    "experts, expertise and best are of one length and name experts of the call and their evidences",
                ),
                Words("重新生成评审文件，或删去 reasons", "make the call anew or leave reasons out"),
            ) from error
    return found
