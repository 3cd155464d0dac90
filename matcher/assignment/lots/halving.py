"""Half of a heap of seats, fairly: how one plan is drawn from probabilities without touching any of them.

A pair that is in ``count`` of ``size`` plans stands that often in a heap. The heap is split in two halves that share
each pair, each project and each expert as evenly as whole seats allow, and a coin takes one. Every pair is expected in
half as many places as before, so after log2(size) coins it is in the plan with exactly its probability; a project has
exactly its seats, and an expert one of the two whole loads next to the expected one. This is the decomposition of
Birkhoff and von Neumann along one path.
"""

from __future__ import annotations

import numpy as np

from matcher.assignment.problem import BoolArray, IntArray

ALONE = -1


def halved(
    project: IntArray, expert: IntArray, count: IntArray, *, second: bool
) -> tuple[IntArray, IntArray, IntArray]:
    """One half of a heap: (m,) projects, experts and counts of the pairs that are in it.

    Args:
        project: (n,) projects, ascending; each has an even number of seats in the heap.
        expert: (n,) experts.
        count: (n,) how often each pair is in the heap.
        second: which half; the other has the rest.
    """
    half = count // 2
    odd = np.flatnonzero(count % 2)
    half[odd] += _coloured(project[odd], expert[odd]) == second
    kept = half > 0
    return project[kept], expert[kept], half[kept]


def _coloured(project: IntArray, expert: IntArray) -> BoolArray:
    """(n,) bool: two colours, equally often in each project, and in each expert but for a last one.

    The pairs of each project and of each expert are matched two by two; the matches form rings and chains of pairs that
    alternate between the two kinds, and along them the colours alternate.
    """
    beside_project, beside_expert = _matched(project), _matched(expert)
    colour = np.full(len(project), ALONE, dtype=np.int64).tolist()
    starts = np.concatenate([np.flatnonzero(np.array(beside_expert) == ALONE), np.arange(len(project))])
    for start in starts.tolist():
        here = start
        while here != ALONE and colour[here] == ALONE:
            there = beside_project[here]
            colour[here], colour[there] = 0, 1
            here = beside_expert[there]
    return np.array(colour, dtype=bool)


def _matched(node: IntArray) -> list[int]:
    """For each pair the other one that it is matched with at its node; ``ALONE`` for the last of an odd number."""
    order = np.argsort(node, kind="stable")
    first = np.flatnonzero(np.diff(node[order], prepend=-1))
    rank = np.arange(len(node)) - np.repeat(first, np.diff(np.append(first, len(node))))
    beside = np.full(len(node), ALONE, dtype=np.int64)
    with_next = np.flatnonzero((rank % 2 == 0) & np.append(rank[1:] == rank[:-1] + 1, False))
    beside[order[with_next]], beside[order[with_next + 1]] = order[with_next + 1], order[with_next]
    return beside.tolist()
