"""Track record: how many deals a fund made lately, and when an expert last judged."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.forms import EPOCH
from matcher.columns.interned import UNKNOWN
from matcher.rules.context import Context


def recent_deals(funds: Columns, context: Context) -> NDArray[np.float32]:
    """Deals in the last months that count (DOMAIN 4.2: 24), per fund; NaN where its deals are unknown."""
    found: NDArray[np.float32] = deal_counts(funds, context)[funds.index("deal_days")]
    return found


def deal_counts(funds: Columns, context: Context) -> NDArray[np.float32]:
    """As `recent_deals`, per distinct tuple of the column `deal_days`."""
    since = _day_months_before(context, int(context.rules.rules["track_record"]["months"]))
    deals = funds.tuples["deal_days"]
    counts = np.add.reduceat((deals.flat > since) & (deals.flat <= context.day), deals.starts, dtype=np.float32)
    counts[deals.flat[deals.starts] == UNKNOWN] = np.nan
    return counts


def _day_months_before(context: Context, months: int) -> int:
    """The same day of the month some months ago, as days since 1970; a day that the month lacks runs over."""
    year, month = divmod(12 * context.today.year + context.today.month - 1 - months, 12)
    return (date(year, month + 1, 1) - EPOCH).days + context.today.day - 1


def months_since_review(experts: Columns, context: Context) -> NDArray[np.float32]:
    """Months since the last review; infinity where there was none, NaN where the history is unknown."""
    reviews = experts.tuples["review_days"]
    last = np.maximum.reduceat(np.where(reviews.flat <= context.day, reviews.flat, -2), reviews.starts)
    months = np.where(last >= 0, (context.day - last) / 30.4375, np.inf)
    months = np.where(reviews.flat[reviews.starts] == UNKNOWN, np.nan, months).astype(np.float32)
    found: NDArray[np.float32] = months[experts.index("review_days")]
    return found
