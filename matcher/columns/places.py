"""Regions of GB/T 2260 as whole numbers, and how near two of them are.

A code tells its own place: 331024 lies in the city 3310 and in the province 33. The four municipalities have no cities
between province and county, so the whole of Shanghai counts as one city.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matcher.columns.interned import Interned
from matcher.columns.pairs import between_tuples

COUNTRY = 100000
MUNICIPALITIES = (11, 12, 31, 50)
YANGTZE_DELTA = (31, 32, 33, 34)
"""长三角: Shanghai, Jiangsu, Zhejiang, Anhui."""

INSIDE, MAYBE_INSIDE, OUTSIDE = 2, 1, 0


def place_numbers(codes: str | Iterable[str] | None) -> tuple[int, ...] | None:
    """Region codes as sorted numbers; None stays unknown."""
    if codes is None:
        return None
    return tuple(sorted({int(code) for code in ([codes] if isinstance(codes, str) else codes)}))


def lies_in(inner: NDArray[np.int64], outer: NDArray[np.int64]) -> NDArray[np.int8]:
    """INSIDE, OUTSIDE, or MAYBE_INSIDE where `outer` lies within `inner`: (a,) and (b,) codes give (a, b) int8."""
    a, b = inner[:, None], outer[None, :]
    inside = _covers(b, a)
    return np.where(inside, np.int8(INSIDE), np.where(_covers(a, b), np.int8(MAYBE_INSIDE), np.int8(OUTSIDE)))


def _covers(big: NDArray[np.int64], small: NDArray[np.int64]) -> NDArray[np.bool_]:
    width = np.where(big == COUNTRY, 1_000_000, np.where(big % 10_000 == 0, 10_000, np.where(big % 100 == 0, 100, 1)))
    covered: NDArray[np.bool_] = big // width == small // width
    return covered


def nearness(
    one: NDArray[np.int64], other: NDArray[np.int64], steps: tuple[float, float, float, float]
) -> NDArray[np.float32]:
    """How near places are: (a,) and (b,) codes give (a, b) float32.

    steps: the value within one county (or where one place contains the other), one city, one province and the
    长三角 (DOMAIN 3.1: 1, .8, .5, .3). Anything further is 0.
    """
    a, b = one[:, None], other[None, :]
    county, city, province, delta = steps
    same_province = (a // 10_000 == b // 10_000) & (a != COUNTRY) & (b != COUNTRY)
    a_city, b_city = _city(a), _city(b)
    both_delta = np.isin(a // 10_000, YANGTZE_DELTA) & np.isin(b // 10_000, YANGTZE_DELTA)
    value = np.where(both_delta, np.float32(delta), np.float32(0))
    value = np.where(same_province, np.float32(province), value)
    value = np.where((a_city == b_city) & same_province, np.float32(city), value)
    return np.where(_covers(a, b) & (a % 100 != 0) | _covers(b, a), np.float32(county), value)


def _city(code: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(np.isin(code // 10_000, MUNICIPALITIES), code // 10_000, code // 100)


def containment(inner: Interned, outer: Interned) -> NDArray[np.int8]:
    """The best that any place of a tuple does against any of the other: (tuples, tuples) int8, -1 where unknown."""
    return between_tuples(inner, outer, lies_in, np.dtype(np.int8))


def nearest(one: Interned, other: Interned, steps: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """The nearness of the nearest places of two tuples: (tuples, tuples) float32, -1 where unknown."""
    return between_tuples(one, other, lambda a, b: nearness(a, b, steps), np.dtype(np.float32))
