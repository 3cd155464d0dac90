"""How much a regulated draw leaves to chance."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.assignment.errors import ChangeError
from matcher.domain.words import Words

EPSILON, CAP, PLANS = 0.1, 0.8, 20
"""What a draw leaves to chance unless told otherwise: both public calls that were measured can keep it (with a cap of
.5 no draw of theirs reaches more than 83 and 87 % of the best total)."""


@dataclass(frozen=True, slots=True)
class DrawRules:
    """How much is left to chance.

    Args:
        epsilon: the expected total is at least (1 - epsilon) of the best.
        cap: highest probability of any pair of project and expert; pinned seats are exempt.
        plans: length of the list; plain loads need none, their urn holds 1,024 plans.
    """

    epsilon: float = EPSILON
    cap: float = CAP
    plans: int = PLANS

    def __post_init__(self) -> None:
        if not 0 < self.epsilon < 1:
            raise ChangeError(
                "epsilon",
                self.epsilon,
                Words("须为总分的比例，在 0 与 1 之间", "a share of the total between 0 and 1"),
                Words(f"填 {EPSILON}", f"use {EPSILON}"),
            )
        if not 0 < self.cap <= 1:
            raise ChangeError(
                "cap",
                self.cap,
                Words("须为概率，大于 0，至多 1", "a probability above 0, at most 1"),
                Words(f"填 {CAP}", f"use {CAP}"),
            )
        if self.plans < 1 or int(self.cap * self.plans) < 1:
            raise ChangeError(
                "plans",
                self.plans,
                Words("cap 与 plans 之积须至少为 1", "cap x plans is at least one"),
                Words("增加备选方案数", "make the list longer"),
            )
