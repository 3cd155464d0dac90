"""What can be wrong with a request for panels, said so that an officer can repair it.

AssignmentError
├── ProblemError     the description of the call contradicts itself
├── Blocked          the rules leave no plan; carries the diagnosis, and stands beside it in ``diagnosis``
├── ChangeError      a repair is not possible as asked
└── FormatError      a file is not what it claims to be
"""

from __future__ import annotations

from matcher.domain.refused import RefusedError


class AssignmentError(RefusedError):
    """Anything that is refused about a request for panels."""


class ProblemError(AssignmentError):
    """The description of the call contradicts itself."""


class ChangeError(AssignmentError):
    """A repair is not possible as asked."""


class FormatError(AssignmentError):
    """A file is not what it claims to be."""
