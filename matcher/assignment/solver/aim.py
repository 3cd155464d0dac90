"""What the relaxation maximises: the total, the total above floors, or the weakest panel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import POINTS, IntArray, Problem
from matcher.assignment.solver.arcs import Arcs, is_forced
from matcher.assignment.solver.linear import Linear, Relaxation, certificate_of
from matcher.assignment.solver.rows import Rows

MOST = 1e4
"""No mean score is larger (``validation.MAX_SCORE``)."""


@dataclass(frozen=True, eq=False)
class Aim:
    """The total, above ``floors`` (P,) panel points where given; or the mean score of the weakest panel."""

    floors: IntArray | None = None
    weakest: bool = False

    def program(self, problem: Problem, arcs: Arcs, rows: Rows) -> Linear:
        """The linear program over the pairs; the weakest panel's mean is one more column, the last."""
        count = len(arcs)
        total = Linear(
            worth=arcs.points / POINTS,
            matrix=rows.matrix,
            lower=rows.lower,
            upper=rows.upper,
            low=is_forced(problem, arcs).astype(np.float64),
            high=np.ones(count),
        )
        if self.floors is None and not self.weakest:
            return total
        place = (arcs.project, np.arange(count))
        panel = csr_array((arcs.points / POINTS, place), shape=(problem.n_projects, count))
        infinite = np.full(problem.n_projects, np.inf)
        if self.floors is not None:
            return replace(
                total,
                matrix=csr_array(vstack([rows.matrix, panel])),
                lower=np.concatenate([rows.lower, self.floors / POINTS]),
                upper=np.concatenate([rows.upper, infinite]),
            )
        level = csr_array(np.concatenate([np.zeros(len(rows.lower)), -problem.size.astype(float)])[:, None])
        return Linear(
            worth=np.append(np.zeros(count), 1.0),
            matrix=csr_array(hstack([vstack([rows.matrix, panel]), level])),
            lower=np.concatenate([rows.lower, np.zeros(problem.n_projects)]),
            upper=np.concatenate([rows.upper, infinite]),
            low=np.append(total.low, -MOST),
            high=np.append(total.high, MOST),
        )

    def certificate(self, problem: Problem, rows: Rows, relaxation: Relaxation) -> Certificate:
        """The prices as a certificate for this aim."""
        plain = certificate_of(problem, rows, relaxation.price)
        if self.floors is None and not self.weakest:
            return plain
        raised = np.maximum(-relaxation.price[len(rows.lower) :], 0.0)
        if self.floors is not None:
            return replace(plain, weight=1.0 + raised, offset=-float(raised @ self.floors) / POINTS)
        # The shares sum to one, so that the bound is one on the weakest mean itself.
        share = float(raised @ problem.size)
        if share <= 0:
            return replace(plain, weight=np.ones(problem.n_projects) / problem.n_seats)
        return replace(
            plain,
            weight=raised / share,
            expert=plain.expert / share,
            quota=plain.quota / share,
            cap_price=plain.cap_price / share,
        )
