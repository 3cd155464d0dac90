"""Money in 万元 CNY as exact decimals: a fen is 0.000001 万元, so six places lose nothing."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

FEN = Decimal("0.000001")
"""One fen (分) in 万元."""

MAX_WAN = Decimal(10) ** 9
"""Above ten trillion yuan an amount is a mistake of unit."""


def _exact(value: Any) -> Any:
    """A float enters through its shortest text, so that 0.1 is 0.1 and not 0.1000000000000000055."""
    return str(value) if isinstance(value, float) else value


Wan = Annotated[
    Decimal, Field(ge=0, le=MAX_WAN, decimal_places=6, max_digits=16, allow_inf_nan=False), BeforeValidator(_exact)
]
"""An amount of money in 万元 CNY: 0 to 10^9, at most six decimal places (a fen)."""


def to_fen(amount: Decimal) -> Decimal:
    """The amount rounded half up to the fen, still in 万元."""
    return amount.quantize(FEN, ROUND_HALF_UP)
