"""Cursors of pages: opaque texts that hold where the next page begins."""

import base64
import binascii

from api.kit.problems import MalformedError


def to_cursor(position: int) -> str:
    """The cursor of a position (0 or more)."""
    return base64.urlsafe_b64encode(b"c1:%d" % position).decode().rstrip("=")


def from_cursor(cursor: str) -> int:
    """The position in a cursor that `to_cursor` made; MalformedError for any other text."""
    try:
        version, _, position = (
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            .decode("ascii")
            .partition(":")
        )
        number = int(position)
    except (binascii.Error, ValueError):
        version, number = "", -1
    if version != "c1" or not 0 <= number < 2**62 or to_cursor(number) != cursor:
        raise MalformedError(
            "cursor 无效；请使用上一页返回的 next。", "The cursor is none of ours; take `next` of the page before."
        )
    return number
