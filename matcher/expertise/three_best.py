"""Expertise of experts for projects: the mean of their three best evidences, with those evidences as the reason.

An expert is a list of evidence texts (papers, projects, patents, reviews, self description), never one mean vector:
on the gold standard of reviewer assignment the mean of the three best beats the best alone (loss .211 against .240) and
the mean of all. Similarity is .7 dense cosine + .3 lexical cosine; both are cosines of unit rows, hence
self-normalised, on one fixed scale for all projects, so that scores of different projects compare (arXiv 2303.16750
rates only such comparisons; raw BM25, whose scale grows with the query, loses there).

Everything that the expert says, as one vector, adds what no single evidence says: an expert of one field is best told
by the whole, an expert of two fields by the three best; with a share of .3 both are told nearly as well as by the
better of the two (docs/evaluation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matcher.assignment.errors import ProblemError
from matcher.domain.words import Words

Floats = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

DENSE_SHARE = 0.7
WHOLE_SHARE = 0.3
BEST = 3
THIN = 3
"""Fewer evidences than this make a thin profile."""

PRIOR = 0.5
"""The mean of the group is worth half an evidence, so one own evidence weighs 2/3 and two weigh 4/5. On papers
(docs/evaluation.md) a quarter to a half is about best, by little; two, where one own weighs 1/3, clearly loses."""

BLOCK = 8_000_000
"""Similarities held at once: 32 MB."""


@dataclass(frozen=True, eq=False)
class Evidences:
    """The evidences of all experts, in rows.

    Args:
        owner: (m,) int64 position of the expert, ascending.
        dense: (m, d) float32 unit rows, zero rows for evidences without text.
        lexical: (m, w) sparse unit rows of weighted words, or none.
        n_experts: experts in the pool; some may own nothing.
        group: (n_experts,) int64 unit or field, the mean of which thin profiles shrink to; none shrinks to the pool.
        whole: (n_experts, d) float32 unit rows of everything that an expert's record says in words; none leaves it out.
    """

    owner: IntArray
    dense: Floats
    lexical: csr_array | None
    n_experts: int
    group: IntArray | None = None
    whole: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.owner) != len(self.dense):
            raise ProblemError(
                "evidences",
                (len(self.owner), len(self.dense)),
                Words("每项依据须有一位专家和一个向量", "one owner and vector per evidence"),
                Words("使两者对齐", "align them"),
            )
        if len(self.owner) and ((np.diff(self.owner) < 0).any() or self.owner[-1] >= self.n_experts):
            raise ProblemError(
                "evidences.owner",
                Words("未排序", "unsorted"),
                Words("专家序号须升序", "ascending positions of experts"),
                Words("按专家排序", "sort by expert"),
            )


@dataclass(frozen=True, eq=False)
class Expertise:
    """Scores and their reasons.

    Attributes:
        scores: (P, E) float32 in [-1, 1], comparable across projects.
        evidence: (P, E, 3) int32 rows of the best evidences, best first, -1 where an expert has fewer.
        thin: (E,) bool, profiles of fewer than three evidences; their scores are shrunk. One without any evidence gets
            the mean of the group.
    """

    scores: Floats
    evidence: npt.NDArray[np.int32]
    thin: npt.NDArray[np.bool_]


def expertise(
    evidences: Evidences,
    dense: Floats,
    lexical: csr_array | None = None,
    whole: Floats | None = None,
    *,
    prior: float = PRIOR,
) -> Expertise:
    """Score every expert for every project.

    Args:
        evidences: what the experts have shown.
        dense: (P, d) float32 unit rows of the projects, from the encoder of the evidences.
        lexical: (P, w) sparse unit rows of the projects; none scores by the dense part alone.
        whole: (P, d) float32 unit rows of all that the projects say, to be compared with the experts' `whole`.
        prior: how many evidences the mean of its group is worth beside a thin profile's own.
    """
    if dense.shape[1:] != evidences.dense.shape[1:]:
        shapes = (dense.shape, evidences.dense.shape)
        raise ProblemError(
            "dense",
            shapes,
            Words("项目与依据须出自同一编码模型", "projects and evidences come from one encoder"),
            Words("两者重新编码", "encode both anew"),
        )
    count = np.bincount(evidences.owner, minlength=evidences.n_experts)
    scores = np.zeros((len(dense), evidences.n_experts), dtype=np.float32)
    best = np.full((len(dense), evidences.n_experts, BEST), -1, dtype=np.int32)
    rows = max(1, BLOCK // max(1, len(evidences.owner)))
    for start in range(0, len(dense), rows):
        part = slice(start, min(start + rows, len(dense)))
        similarity = _fused(evidences, dense[part], None if lexical is None else lexical[part])
        scores[part], best[part] = _three_best(similarity, evidences.owner, count)
    if evidences.whole is not None and whole is not None:
        scores = (1 - WHOLE_SHARE) * scores + WHOLE_SHARE * (whole @ evidences.whole.T)
    _shrink(scores, count, evidences.group, prior)
    return Expertise(scores, best, count < THIN)


def _fused(evidences: Evidences, dense: Floats, lexical: csr_array | None) -> Floats:
    """(rows, m) similarity of projects and evidences."""
    cosine: Floats = dense @ evidences.dense.T
    if lexical is None or evidences.lexical is None:
        return cosine
    words = (lexical @ evidences.lexical.T).toarray()
    return np.asarray(DENSE_SHARE * cosine + (1 - DENSE_SHARE) * words, dtype=np.float32)


def _three_best(similarity: Floats, owner: IntArray, count: IntArray) -> tuple[Floats, npt.NDArray[np.int32]]:
    """(rows, E) mean of each expert's best three, and (rows, E, 3) which they are; ties go to the earlier evidence."""
    experts = np.flatnonzero(count)
    starts = np.concatenate([[0], np.cumsum(count)])[experts]
    left = similarity.copy()
    total = np.zeros((len(similarity), len(count)), dtype=np.float32)
    which = np.full((len(similarity), len(count), BEST), -1, dtype=np.int32)
    if not len(experts):
        return total, which
    for place in range(BEST):
        top = np.maximum.reduceat(left, starts, axis=1)
        has = np.flatnonzero(count[experts] > place)
        # The first evidence that reaches the maximum.
        hit = left == np.repeat(top, count[experts], axis=1)
        position = np.where(hit, np.arange(left.shape[1], dtype=np.int32), np.iinfo(np.int32).max)
        first = np.minimum.reduceat(position, starts, axis=1)[:, has]
        which[:, experts[has], place] = first
        total[:, experts[has]] += top[:, has]
        np.put_along_axis(left, first.astype(np.int64), -np.inf, axis=1)
    total[:, experts] /= np.minimum(count[experts], BEST).astype(np.float32)
    return total, which


def _shrink(scores: Floats, count: IntArray, group: IntArray | None, prior: float) -> None:
    """Thin profiles move towards the mean of their group's full profiles, the more the less they show."""
    thin = np.flatnonzero(count < THIN)
    if not len(thin):
        return
    groups = np.zeros(len(count), dtype=np.int64) if group is None else group
    full = count >= THIN
    everybody = full if full.any() else count > 0
    means = []
    for name in np.unique(groups[thin]):
        models = np.flatnonzero(full & (groups == name))
        if not len(models):
            models = np.flatnonzero(everybody)
        if not len(models):
            return
        means.append((thin[groups[thin] == name], scores[:, models].mean(axis=1, keepdims=True)))
    for mine, mean in means:
        # With a prior of nothing one without evidence still has the group alone.
        known = (count[mine] / np.maximum(count[mine] + prior, 1e-9)).astype(np.float32)
        scores[:, mine] = known * scores[:, mine] + (1 - known) * mean
