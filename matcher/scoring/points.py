"""Points that add up: shares rounded to hundredths whose sum is exactly the score shown."""

from collections.abc import Sequence
from math import floor


def hundredths(shares: Sequence[float], total: float) -> list[int]:
    """The shares in whole hundredths that sum to `total` in hundredths, by the largest remainder.

    What is missing after rounding down goes to the largest remainders, ties to the earlier share.

    >>> hundredths([33.333, 33.333, 33.334], 100.0)
    [3333, 3333, 3334]
    """
    target = round(total * 100)
    scaled = [share * 100 for share in shares]
    rounded = [floor(share + 1e-9) for share in scaled]
    missing = target - sum(rounded)
    step = 1 if missing > 0 else -1
    order = sorted(range(len(shares)), key=lambda i: (-step * (scaled[i] - rounded[i]), i))
    for turn in range(abs(missing)):
        rounded[order[turn % len(order)]] += step
    return rounded
