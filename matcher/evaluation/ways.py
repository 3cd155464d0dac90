"""Ways to score expertise on experts made of papers: which finds the right discipline, on which scale, and how far a
thin profile is to be trusted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.lexical.weighted import weighted_rows
from matcher.evaluation.metrics import ndcg_at_10
from matcher.evaluation.papers import PaperCall
from matcher.evaluation.significance import SAMPLES, Interval, macro_intervals
from matcher.expertise.scores import on_one_scale
from matcher.expertise.three_best import Evidences, expertise
from matcher.retrieval.calibration import Calibration

WAYS = ("whole text", "best one", "three best", "three best, words", "three best, words, whole")
"""How an expert is scored; the last one is what calls for panels use, the first one what they used before."""

PRIORS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""How many evidences the mean of a thin profile's group is worth."""

COLLEAGUES = 12
"""Experts of one unit, of whatever discipline: a unit's mean tells little, as it does of a university."""

DRAWS = 20
"""Halves of the disciplines that are tried."""

Calls = Mapping[str, PaperCall]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WayLine:
    """One way. tasks: its nDCG@10 in each. ahead: of the first way, paired."""

    way: str
    tasks: dict[str, float]
    mean: Interval
    ahead: Interval


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """How well the three best scores tell projects that have experts from those that have none, as areas under the ROC.

    one: on one scale for all projects; each: calibrated project by project.
    """

    task: str
    one: float
    each: float


def compare_ways(calls: Calls, encoder: Encoder, seed: int = 0, samples: int = SAMPLES) -> list[WayLine]:
    """Every way on the same calls; intervals are drawn task by task."""
    return _lines(WAYS, calls, [scores_by_way(call, encoder) for call in calls.values()], seed, samples)


def compare_priors(calls: Calls, encoder: Encoder, seed: int = 0, samples: int = SAMPLES) -> list[WayLine]:
    """How far thin profiles shrink to their units, on calls of which many experts have one paper or two."""
    scores = [_by_prior(call, encoder, seed) for call in calls.values()]
    return _lines([f"{prior:g}" for prior in PRIORS], calls, scores, seed, samples)


def compare_scales(calls: Calls, encoder: Encoder, seed: int = 0) -> list[ScaleLine]:
    """Half of the disciplines lose their experts: do low scores show for which projects nobody is left?

    The mean of DRAWS halves, for which half it is decides much.
    """
    lines = []
    for task, call in calls.items():
        similarity, random = scores_by_way(call, encoder)[-1], np.random.default_rng(seed)
        fields = sorted({project.field for project in call.projects})
        areas = []
        for _ in range(DRAWS):
            gone = set(random.permutation(fields)[: len(fields) // 2].tolist())
            stay = np.array([not gone & {paper.field for paper in papers} for papers in call.experts])
            covered = np.array([project.field not in gone for project in call.projects])
            left = similarity[:, stay]
            each = np.stack([Calibration.of(line)(line) for line in left])
            one = on_one_scale(left, np.ones(len(left), np.bool_))
            areas.append([_area(_panel(value), covered) for value in (one, each)])
        lines.append(ScaleLine(task, *np.mean(areas, axis=0).round(4).tolist()))
    return lines


def _lines(ways: Sequence[str], calls: Calls, scores: list[list[Floats]], seed: int, samples: int) -> list[WayLine]:
    groups = [
        np.array(
            [
                [_ndcg(line, right) for line in lines]
                for lines, right in zip(np.stack(found, 1), call.right, strict=True)
            ]
        )
        for call, found in zip(calls.values(), scores, strict=True)
    ]
    means = macro_intervals(groups, seed, samples)
    ahead = macro_intervals([values - values[:, :1] for values in groups], seed, samples)
    return [
        WayLine(
            way,
            {task: round(float(values[:, n].mean()), 4) for task, values in zip(calls, groups, strict=True)},
            means[n],
            ahead[n],
        )
        for n, way in enumerate(ways)
    ]


def scores_by_way(call: PaperCall, encoder: Encoder) -> list[Floats]:
    """(P, E) similarities, one array for each of WAYS."""
    evidence = [paper.text for papers in call.experts for paper in papers]
    wanted = [project.text for project in call.projects]
    owner = np.repeat(np.arange(len(call.experts)), [len(papers) for papers in call.experts])
    dense, asked = encoder.encode_document(evidence), encoder.encode_document(wanted)
    whole = encoder.encode_document(["\n".join(paper.text for paper in papers) for papers in call.experts])
    words = weighted_rows([*evidence, *wanted])
    have, want = words[: len(evidence)], words[len(evidence) :]
    starts = np.searchsorted(owner, np.arange(len(call.experts)))
    count = len(call.experts)
    return [
        asked @ whole.T,
        np.maximum.reduceat(asked @ dense.T, starts, axis=1),
        expertise(Evidences(owner, dense, None, count), asked).scores,
        expertise(Evidences(owner, dense, have, count), asked, want).scores,
        expertise(Evidences(owner, dense, have, count, whole=whole), asked, want, asked).scores,
    ]


def _by_prior(call: PaperCall, encoder: Encoder, seed: int) -> list[Floats]:
    """(P, E) similarities, one array per prior."""
    count = len(call.experts)
    owner = np.repeat(np.arange(count), [len(papers) for papers in call.experts])
    dense = encoder.encode_document([paper.text for papers in call.experts for paper in papers])
    asked = encoder.encode_document([project.text for project in call.projects])
    units = np.random.default_rng(seed).integers(0, max(1, count // COLLEAGUES), count)
    evidences = Evidences(owner, dense, None, count, units)
    return [expertise(evidences, asked, prior=prior).scores for prior in PRIORS]


def _ndcg(line: Floats, right: NDArray[np.bool_]) -> float:
    order = [str(place) for place in np.argsort(-line, kind="stable")]
    return ndcg_at_10(order, {str(place): 1 for place in np.flatnonzero(right)})


def _panel(value: Floats) -> Floats:
    """(P,) the mean of each project's three best."""
    best: Floats = np.sort(value, axis=1)[:, -3:].mean(axis=1)
    return best


def _area(value: Floats, positive: NDArray[np.bool_]) -> float:
    """How often a positive lies above a negative; a tie is half."""
    high, low = value[positive][:, None], value[~positive][None]
    return float(((high > low) + 0.5 * (high == low)).mean())
