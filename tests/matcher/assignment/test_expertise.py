"""Expertise: three best evidences, comparable across projects, thin profiles shrunk and flagged."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from matcher.assignment.errors import ProblemError
from matcher.assignment.expertise import Evidences, expertise, reasons


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _by_hand(evidences: Evidences, dense: np.ndarray, words: np.ndarray, p: int, e: int) -> tuple[float, list[int]]:
    mine = np.flatnonzero(evidences.owner == e)
    assert evidences.lexical is not None
    value = 0.7 * evidences.dense[mine] @ dense[p] + 0.3 * evidences.lexical.toarray()[mine] @ words[p]
    order = np.argsort(-value, kind="stable")[:3]
    return float(value[order].mean()), mine[order].tolist()


def test_score_is_the_mean_of_the_three_best_and_names_them() -> None:
    random = np.random.default_rng(0)
    owner = np.repeat(np.arange(6), [5, 3, 4, 7, 3, 9])
    words = _unit(random.random((len(owner), 12)))
    evidences = Evidences(
        tuple(f"paper {i}" for i in range(len(owner))),
        owner,
        _unit(random.normal(size=(len(owner), 8))),
        csr_array(words),
        6,
    )
    dense, lexical = _unit(random.normal(size=(4, 8))), _unit(random.random((4, 12)))
    result = expertise(evidences, dense, csr_array(lexical))
    for p in range(4):
        for e in range(6):
            score, rows = _by_hand(evidences, dense, lexical, p, e)
            assert result.scores[p, e] == pytest.approx(score, abs=1e-5)
            assert reasons(result, evidences.ids, p, e) == tuple(f"paper {row}" for row in rows)
    assert not result.thin.any()


def test_thin_and_silent_profiles_shrink_to_their_group_and_are_flagged() -> None:
    axes = np.eye(3, dtype=np.float32)
    owner = np.array([0, 0, 0, 1])
    evidences = Evidences(("a", "b", "c", "d"), owner, axes[[0, 0, 0, 1]], None, 3, np.zeros(3, dtype=np.int64))
    result = expertise(evidences, axes[[0]])
    assert result.scores[0].tolist() == pytest.approx([1.0, 2 / 3, 1.0])
    assert result.thin.tolist() == [False, True, True]
    assert result.silent.tolist() == [False, False, True]
    assert result.evidence[0, 1].tolist() == [3, -1, -1]


def test_longer_project_texts_do_not_score_higher() -> None:
    # Rows are unit rows, so a project that says everything twice has the same scores.
    random = np.random.default_rng(1)
    evidences = Evidences(tuple("abc"), np.zeros(3, dtype=np.int64), _unit(random.random((3, 4))), None, 1)
    text = random.random((1, 4))
    assert np.allclose(expertise(evidences, _unit(text)).scores, expertise(evidences, _unit(2 * text)).scores)


def test_no_evidence_at_all_scores_zero() -> None:
    nothing = Evidences((), np.empty(0, np.int64), np.empty((0, 4), np.float32), None, 2)
    result = expertise(nothing, np.ones((1, 4), np.float32) / 2)
    assert result.scores.tolist() == [[0.0, 0.0]]
    assert result.silent.all()


def test_vectors_of_two_encoders_never_meet() -> None:
    evidences = Evidences(("a",), np.zeros(1, np.int64), np.ones((1, 4), np.float32) / 2, None, 1)
    with pytest.raises(ProblemError, match="one encoder"):
        expertise(evidences, np.ones((1, 5), np.float32))
    with pytest.raises(ProblemError, match="sort by expert"):
        Evidences(("a", "b"), np.array([1, 0]), np.ones((2, 4), np.float32), None, 2)
