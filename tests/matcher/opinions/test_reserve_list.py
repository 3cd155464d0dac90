"""The reserve list: fair to those judged by severe experts, honest about doubt, the same every time."""

import numpy as np
import pytest

from matcher.opinions import DIMENSIONS, Dimension, Opinion, OpinionError, reserve_list
from matcher.opinions.effects import fit

ONE = (Dimension("innovation", "技术创新性"),)


def _simulated(seed: int = 0) -> tuple[list[Opinion], np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    worth, bias = random.normal(65, 6, 60), random.normal(0, 9, 24)
    opinions = []
    for p in range(60):
        for e in random.choice(24, 5, replace=False):
            score = float(np.clip(worth[p] + bias[e] + random.normal(0, 3), 0, 100))
            opinions.append(Opinion(f"p{p:02d}", f"e{e:02d}", {"innovation": score}))
    return opinions, worth, bias


def test_correction_comes_nearer_to_the_truth_than_the_plain_mean() -> None:
    opinions, worth, bias = _simulated()
    result = reserve_list(opinions, ONE)
    corrected = np.array([entry.score for entry in sorted(result.entries, key=lambda entry: entry.project)])
    plain = np.array([entry.plain for entry in sorted(result.entries, key=lambda entry: entry.project)])
    assert np.abs(corrected - worth).mean() < 0.7 * np.abs(plain - worth).mean()
    severity = np.array([result.severity[f"e{e:02d}"] for e in range(24)])
    assert np.corrcoef(severity, bias)[0, 1] > 0.97


def test_intervals_cover_about_as_often_as_they_say() -> None:
    inside = total = 0
    for seed in range(10):
        opinions, worth, _ = _simulated(seed)
        for entry in reserve_list(opinions, ONE).entries:
            true = worth[int(entry.project[1:])]
            inside += entry.low <= true <= entry.high  # type: ignore[operator]
            total += 1
    assert 0.84 <= inside / total <= 0.96


def test_without_expert_differences_it_is_the_plain_mean() -> None:
    opinions = [Opinion(p, e, {"innovation": s}) for p, s in (("a", 80.0), ("b", 60.0)) for e in ("x", "y", "z")]
    result = reserve_list(opinions, ONE)
    assert [(entry.project, entry.score, entry.plain) for entry in result.entries] == [
        ("a", pytest.approx(80, abs=1e-3), 80.0),
        ("b", pytest.approx(60, abs=1e-3), 60.0),
    ]


def test_order_of_opinions_does_not_matter() -> None:
    opinions, _, _ = _simulated()
    again = [opinions[i] for i in np.random.default_rng(1).permutation(len(opinions))]
    assert reserve_list(again, ONE) == reserve_list(opinions, ONE)


def test_version_changes_with_any_score() -> None:
    opinions, _, _ = _simulated()
    changed = [Opinion(opinions[0].project, opinions[0].expert, {"innovation": 1.0}), *opinions[1:]]
    assert reserve_list(changed, ONE).version != reserve_list(opinions, ONE).version


def test_missing_dimension_is_flagged_and_unranked_never_zero() -> None:
    full = {"innovation": 80.0, "ip": 70.0, "market": 60.0}
    opinions = [Opinion("a", e, full) for e in "xyz"] + [Opinion("b", e, {"innovation": 99.0}) for e in "xyz"]
    first, last = reserve_list(opinions).entries
    assert (first.project, first.rank) == ("a", 1)
    assert first.score == pytest.approx(70, abs=0.5)
    assert (last.project, last.rank, last.score, last.listed) == ("b", 0, None, False)
    assert last.flags == (
        "知识产权布局：3 份意见中缺 3 份 / ip: 3 of 3 opinions are missing",
        "商业化前景：3 份意见中缺 3 份 / market: 3 of 3 opinions are missing",
    )


def test_disagreement_and_few_opinions_are_flagged() -> None:
    opinions = [Opinion("a", "x", {"innovation": 10.0}), Opinion("a", "y", {"innovation": 95.0})]
    assert reserve_list(opinions, ONE).entries[0].flags == (
        "意见 2 份，少于 3 份 / 2 of at least 3 opinions",
        "技术创新性：专家意见分歧，10 至 95 / innovation: experts disagree, 10 to 95",
    )


def test_quotas_overall_and_per_group() -> None:
    opinions = [
        Opinion(p, e, {"innovation": s}) for p, s in (("a", 90.0), ("b", 80.0), ("c", 70.0)) for e in ("x", "y", "z")
    ]
    groups = {"a": "椒江", "b": "椒江", "c": "黄岩"}
    result = reserve_list(opinions, ONE, quota=2, groups=groups, group_quota={"椒江": 1})
    assert [entry.project for entry in result.listed] == ["a", "c"]
    assert [entry.project for entry in reserve_list(opinions, ONE, quota=1).listed] == ["a"]


def test_bad_opinions_are_refused_by_name() -> None:
    with pytest.raises(OpinionError, match=r"opinions\[a, x\]\.innovation is 101\.0: scores run from 0 to 100"):
        reserve_list([Opinion("a", "x", {"innovation": 101.0})])
    with pytest.raises(OpinionError, match="dimensions are innovation, ip, market"):
        reserve_list([Opinion("a", "x", {"beauty": 1.0})])
    with pytest.raises(OpinionError, match=r"opinions\[a, x\] 的值 2：每位专家对每个项目只提一份意见；保留最后一份。"):
        reserve_list([Opinion("a", "x"), Opinion("a", "x")])
    with pytest.raises(OpinionError, match="quota 的值 -1：名额按项目计数；填 0 或以上。 / quota is -1"):
        reserve_list([], quota=-1)


def test_nothing_in_nothing_out() -> None:
    assert reserve_list([], DIMENSIONS).entries == ()


def test_fit_equals_ridge_by_hand() -> None:
    # With fixed variances the effects solve Henderson's equations; here the solution is checked to satisfy them.
    project, expert = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    score = np.array([70.0, 60.0, 55.0, 75.0, 80.0, 78.0])
    effects = fit(project, expert, score, 3, 3)
    rest = score - effects.corrected[project] - effects.expert[expert]
    assert np.allclose(np.bincount(project, rest), 0, atol=1e-8)
