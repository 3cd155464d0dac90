"""What a call keeps of the evidences, so that every seat can be explained without the records and the encoder.

The reasons of all pairs would weigh more than their scores, and nearly all of them are never asked for. So a call keeps
those of the pairs that may well be seated: of each project the best experts of every role. Texts are kept once per
expert, cut short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matcher.assignment.files.callrows import ReasonRow
from matcher.domain import Expert, Project
from matcher.expertise.scores import CallScores

DEPTH = 40
"""So many experts of each role are kept per project. Measured under the policy's rules: at 40 x 300 nobody sits below
the 7th of a role, at 500 x 2,000 19 of 20 seats are among the first 11, and 6 of 2,500 fall outside of what is kept."""

LONGEST = 120
"""Characters of an evidence that a reader takes in at a glance."""


def shown_texts(made: CallScores) -> list[tuple[str, ...]]:
    """Per expert the evidences as a call shows them."""
    return [tuple(_short(text) for text in texts) for texts in made.judged.texts]


def kept_reasons(made: CallScores, projects: Sequence[Project], experts: Sequence[Expert]) -> tuple[ReasonRow, ...]:
    """One row per project: the best experts of each role, in the order of their ids."""
    roles = sorted({str(role) for one in experts for role in one.roles or ("",)})
    members = [np.array([role in map(str, one.roles or ("",)) for one in experts]) for role in roles]
    return tuple(_row(made, p, project, experts, members) for p, project in enumerate(projects))


def _row(
    made: CallScores, p: int, project: Project, experts: Sequence[Expert], members: Sequence[np.ndarray]
) -> ReasonRow:
    order = np.argsort(-made.scores[p], kind="stable")
    kept = sorted({int(e) for mine in members for e in order[mine[order]][:DEPTH]})
    values = made.expertise[p, kept].astype(np.float64)
    return ReasonRow(
        project=project.id,
        experts=tuple(experts[e].id for e in kept),
        expertise=tuple(None if np.isnan(value) else round(float(value), 3) for value in values),
        best=tuple(made.judged.best(p, e) for e in kept),
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
