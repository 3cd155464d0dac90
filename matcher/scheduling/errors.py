"""What can be wrong with an event, said so that an organizer can repair it.

SchedulingError
├── EventError       the description of an event contradicts itself
├── FormatError      a file is not what it claims to be
├── ChangeError      a change of a plan is not possible as asked
└── WishError        a wish or an answer to it is refused
"""

from __future__ import annotations

from matcher.domain.refused import RefusedError


class SchedulingError(RefusedError):
    """Anything that is refused about an event."""


class EventError(SchedulingError):
    """The description of an event contradicts itself."""


class FormatError(SchedulingError):
    """A file is not what it claims to be."""


class ChangeError(SchedulingError):
    """A change of a plan is not possible as asked."""


class WishError(SchedulingError):
    """A wish or an answer to it is refused."""
