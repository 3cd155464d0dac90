"""Evidences of records: which texts of an expert speak for expertise, and which text of a project meets them.

Records are cut down to what their reader may see before they come here; word statistics come from their texts alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Encoder
from embeddings.lexical.weighted import weighted_rows
from embeddings.text import sentences
from matcher.domain import Expert, Project
from matcher.domain.texts import passages, whole
from matcher.expertise.three_best import Evidences, Expertise, expertise


@dataclass(frozen=True, eq=False)
class Judged:
    """What the texts of records say.

    Attributes:
        expertise: (P, E) scores, their evidences and who has a thin profile.
        texts: per expert the evidences.
        first: (E,) int64, the row of each expert's first evidence.
        told: (P,) bool, False for projects without any text: nothing can be said of them.
    """

    expertise: Expertise
    texts: tuple[tuple[str, ...], ...]
    first: npt.NDArray[np.int64]
    told: npt.NDArray[np.bool_]

    def best(self, project: int, expert: int) -> tuple[int, ...]:
        """Which of the expert's texts speak most for this project, best first."""
        rows = self.expertise.evidence[project, expert]
        return tuple((rows[rows >= 0] - self.first[expert]).tolist())


def evidence_texts(expert: Expert, asked: Collection[str] = ()) -> tuple[str, ...]:
    """The expert's works, past reviews that name a project, and sentences of the profile, each once.

    asked: names and ids of the projects of the call. To have judged one of them is no evidence for judging it again.
    """
    reviewed = (review.project or "" for review in expert.reviews or ())
    names = (name for name in reviewed if name not in asked and not _is_id(name))
    texts = (*(expert.works or ()), *names, *sentences(expert.profile or ""))
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _is_id(name: str) -> bool:
    """Whether a project is named by a number, which says nothing of its field."""
    return name.isascii() and " " not in name


def project_text(project: Project) -> str:
    """Name, teaser, description, problem, advantage and keywords; its codes have a part of the score of their own."""
    return "\n".join(passages(project))


def judged(projects: Sequence[Project], experts: Sequence[Expert], encoder: Encoder) -> Judged:
    """The expertise of every expert for every project, by the texts of their records."""
    asked = {name for one in projects for name in (one.id, one.name) if name}
    texts = tuple(evidence_texts(one, asked) for one in experts)
    evidence = [text for mine in texts for text in mine]
    wanted = [project_text(one) for one in projects]
    dense = encoder.encode_document([*evidence, *wanted])
    words = weighted_rows([*evidence, *wanted])
    wholes = encoder.encode_document([whole(one) for one in (*experts, *projects)])
    counts = [len(mine) for mine in texts]
    found = expertise(
        Evidences(
            owner=np.repeat(np.arange(len(experts)), counts),
            dense=dense[: len(evidence)],
            lexical=words[: len(evidence)],
            n_experts=len(experts),
            group=_groups(experts),
            whole=wholes[: len(experts)],
        ),
        dense[len(evidence) :],
        words[len(evidence) :],
        wholes[len(experts) :],
    )
    first = np.cumsum([0, *counts])[:-1]
    return Judged(found, texts, first, np.array([bool(text) for text in wanted], dtype=bool))


def _groups(experts: Sequence[Expert]) -> npt.NDArray[np.int64]:
    """(E,) numbers of the experts' first units, else of their first fields."""
    names = [
        one.employers[0].name if one.employers else one.fields[0] if one.fields else ""  # nothing known: one group
        for one in experts
    ]
    number = {name: n for n, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names], dtype=np.int64)
