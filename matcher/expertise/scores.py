"""Scores of experts for a call: those of the ranking, with the expertise of evidences in the place of the text.

One scale for all projects. The ranking calibrates the similarities of each project by themselves: there somebody is
always far above the usual, and a project that nobody knows anything of gets scores like any other. A plan is judged by
its weakest panel, so a low score must say that the panel is weak. Hence one calibration, from all pairs of the call;
within a project the order is the same. Measured on papers whose disciplines lose half of the experts
(docs/evaluation.md): calibrated project by project, scores fail to show it where a discipline has many experts, for
they make up the usual; elsewhere the two are about equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Encoder
from matcher.columns import Columns
from matcher.domain import Expert, Kind, Level, Project, Purpose
from matcher.domain.access import redact
from matcher.expertise.records import Judged, judged
from matcher.retrieval.calibration import Calibration
from matcher.rules.context import Context
from matcher.scoring import score

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class CallScores:
    """The scores of a call.

    Attributes:
        projects, experts: the records as columns, cut down to what may be scored.
        scores: (P, E) float32, 0..1.
        expertise: (P, E) float32, 0..1: the part of the texts, NaN for projects without any.
        judged: the evidences behind it.
    """

    projects: Columns
    experts: Columns
    scores: Floats
    expertise: Floats
    judged: Judged


def call_scores(
    projects: Sequence[Project], experts: Sequence[Expert], encoder: Encoder, context: Context
) -> CallScores:
    """The scores of all pairs, in the order given; secret texts (level 3) are left out whoever asks."""
    asked = [redact(one, Level.CONSENTED) for one in projects]
    pool = [redact(one, Level.CONSENTED) for one in experts]
    found = judged(asked, pool, encoder)
    left, right = Columns.of(Kind.PROJECT, asked), Columns.of(Kind.EXPERT, pool)
    value = on_one_scale(found.expertise.scores, found.told)
    total = score(Purpose.EXPERT, left, right, value, context).total / np.float32(100)
    return CallScores(left, right, total, value, found)


def on_one_scale(similarity: Floats, told: npt.NDArray[np.bool_]) -> Floats:
    """(P, E) similarities as values in 0..1, one scale for all; NaN, which counts as unknown, where `told` (P,) is not.

    A project without a text has no similarity to anybody: it is neither weak nor strong, so it is left open.
    """
    value = Calibration.of(similarity[told].ravel())(similarity)
    value[~told] = np.nan
    return value
