"""What identifies a person for certain: an e-mail address, an ORCID iD with its check character."""

import re
from typing import Annotated

from pydantic import AfterValidator

from matcher.domain.record import Line, broken

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])", re.IGNORECASE)


def orcid_check(first15: str) -> str:
    """The 16th character of an ORCID iD, by ISO 7064 MOD 11-2.

    >>> orcid_check("000000021825009")
    '7'
    """
    total = 0
    for digit in first15:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise broken("email", "an e-mail address", "write it as name@unit.cn")
    return text.casefold()


def _orcid(text: str) -> str:
    found = _ORCID.fullmatch(text)
    if found is None:
        raise broken("orcid", "16 digits of an ORCID iD", "write it as 0000-0002-1825-0097")
    digits = "".join(found.groups()).upper()
    if orcid_check(digits[:15]) != digits[15]:
        raise broken("orcid", "the last character fits the first 15", "copy it from orcid.org")
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


Email = Annotated[Line, AfterValidator(_email)]
"""An e-mail address in lower case."""

Orcid = Annotated[Line, AfterValidator(_orcid)]
"""An ORCID iD as 0000-0002-1825-0097, with a right check character."""
