"""How long a solve may take: after the limit no improvement is begun, and what stands is handed back with its gap."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds since ``start`` and until ``limit``; without a limit the work alone decides, the same on any machine."""

    start: float
    limit: float = math.inf

    @classmethod
    def with_limit(cls, limit: float = math.inf) -> Clock:
        """A clock that starts now."""
        return cls(time.perf_counter(), limit)

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start

    @property
    def left(self) -> float:
        """Seconds until the limit; 0 once it is reached."""
        return max(0.0, self.limit - self.spent)

    def is_over(self) -> bool:
        """Whether the limit is reached."""
        return self.left <= 0
