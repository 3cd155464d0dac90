"""Records of one kind as columns of numbers: what rules and scores are computed from.

Columns hold only what a redacted record shows, so nothing computed from them can tell more.
"""

from matcher.columns.columns import Columns
from matcher.columns.interned import Interned

__all__ = ["Columns", "Interned"]
