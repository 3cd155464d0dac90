"""Expertise: three best evidences and the whole, comparable across projects, thin profiles shrunk and flagged."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from matcher.assignment.errors import ProblemError
from matcher.expertise.three_best import Evidences, expertise


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _by_hand(
    evidences: Evidences, dense: np.ndarray, words: np.ndarray, whole: np.ndarray, p: int, e: int
) -> tuple[float, list[int]]:
    mine = np.flatnonzero(evidences.owner == e)
    assert evidences.lexical is not None
    assert evidences.whole is not None
    value = 0.7 * evidences.dense[mine] @ dense[p] + 0.3 * evidences.lexical.toarray()[mine] @ words[p]
    order = np.argsort(-value, kind="stable")[:3]
    return 0.7 * float(value[order].mean()) + 0.3 * float(evidences.whole[e] @ whole[p]), mine[order].tolist()


def test_score_is_the_mean_of_the_three_best_beside_the_whole_and_names_them() -> None:
    random = np.random.default_rng(0)
    owner = np.repeat(np.arange(6), [5, 3, 4, 7, 3, 9])
    words = csr_array(_unit(random.random((len(owner), 12))))
    dense, whole = _unit(random.normal(size=(len(owner), 8))), _unit(random.normal(size=(6, 8)))
    evidences = Evidences(owner, dense, words, 6, whole=whole)
    projects, lexical = _unit(random.normal(size=(4, 8))), _unit(random.random((4, 12)))
    wholes = _unit(random.normal(size=(4, 8)))
    result = expertise(evidences, projects, csr_array(lexical), wholes)
    for p in range(4):
        for e in range(6):
            score, rows = _by_hand(evidences, projects, lexical, wholes, p, e)
            assert result.scores[p, e] == pytest.approx(score, abs=1e-5)
            assert result.evidence[p, e].tolist() == rows
    assert not result.thin.any()


def test_a_thin_profile_takes_a_third_or_a_fifth_of_its_group_and_a_silent_one_all_of_it() -> None:
    axes = np.eye(3, dtype=np.float32)
    owner = np.array([0, 0, 0, 1, 2, 2])
    whole = np.zeros((4, 3), np.float32)
    evidences = Evidences(owner, axes[[0, 0, 0, 1, 1, 1]], None, 4, np.zeros(4, dtype=np.int64), whole)
    result = expertise(evidences, axes[[0]], whole=axes[[0]])
    full = 0.7  # three evidences that agree in everything, and a whole that says nothing
    assert result.scores[0].tolist() == pytest.approx([full, full / 3, full / 5, full])
    assert result.thin.tolist() == [False, True, True, True]
    assert result.evidence[0].tolist() == [[0, 1, 2], [3, -1, -1], [4, 5, -1], [-1, -1, -1]]


def test_the_own_group_counts_and_a_group_without_a_full_profile_takes_the_pool() -> None:
    axes = np.eye(2, dtype=np.float32)
    rows = axes[[0, 0, 0, 1, 1, 1]]
    evidences = Evidences(np.array([0, 0, 0, 1, 1, 1]), rows, None, 5, np.array([7, 8, 7, 8, 9]))
    assert expertise(evidences, axes[[0]]).scores[0].tolist() == pytest.approx([1, 0, 1, 0, 0.5])


def test_the_order_of_groups_does_not_matter_where_all_are_thin() -> None:
    """Each is drawn to what the others said before anybody was drawn anywhere."""
    axes = np.eye(2, dtype=np.float32)
    for groups in ([0, 1], [1, 0]):
        evidences = Evidences(np.array([0, 1]), axes, None, 2, np.array(groups))
        assert expertise(evidences, axes[[0]]).scores[0].tolist() == pytest.approx([5 / 6, 1 / 6])


def test_longer_project_texts_do_not_score_higher() -> None:
    # Rows are unit rows, so a project that says everything twice has the same scores.
    random = np.random.default_rng(1)
    evidences = Evidences(np.zeros(3, dtype=np.int64), _unit(random.random((3, 4))), None, 1)
    text = random.random((1, 4))
    assert np.allclose(expertise(evidences, _unit(text)).scores, expertise(evidences, _unit(2 * text)).scores)


def test_no_evidence_at_all_scores_zero() -> None:
    nothing = Evidences(np.empty(0, np.int64), np.empty((0, 4), np.float32), None, 2)
    result = expertise(nothing, np.ones((1, 4), np.float32) / 2)
    assert result.scores.tolist() == [[0.0, 0.0]]
    assert (result.evidence == -1).all()


def test_vectors_of_two_encoders_never_meet() -> None:
    evidences = Evidences(np.zeros(1, np.int64), np.ones((1, 4), np.float32) / 2, None, 1)
    with pytest.raises(ProblemError, match="one encoder"):
        expertise(evidences, np.ones((1, 5), np.float32))
    with pytest.raises(ProblemError, match="sort by expert"):
        Evidences(np.array([1, 0]), np.ones((2, 4), np.float32), None, 2)
    with pytest.raises(ProblemError, match="one owner and vector"):
        Evidences(np.array([0]), np.ones((2, 4), np.float32), None, 2)
