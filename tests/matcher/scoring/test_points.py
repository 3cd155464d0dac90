"""Points add up exactly."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.scoring.points import hundredths


@given(st.lists(st.floats(-10, 60, allow_nan=False), min_size=1, max_size=8))
def test_hundredths_sum_to_the_score_and_stay_within_one_of_their_share(shares):
    total = round(sum(shares), 2)
    points = hundredths(shares, total)
    assert sum(points) == round(total * 100)
    assert all(abs(point - share * 100) < 1 + 1e-6 for point, share in zip(points, shares, strict=True))


def test_the_largest_remainder_gets_what_is_missing():
    assert hundredths([1.006, 2.004, 3.005], 6.02) == [101, 200, 301]
