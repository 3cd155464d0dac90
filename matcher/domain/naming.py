"""Names of people and organisations in one spelling, so that one party is found under all its spellings."""

import re
import unicodedata
from functools import lru_cache

_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司"
    r"|co\.?,? ?ltd\.?|ltd\.?|inc\.?|limited|corporation|gmbh|llc)$"
)
_MARKS = re.compile(r"[\s·•,.\-_'’()（）《》]+")


@lru_cache(maxsize=100_000)
def one_spelling(name: str) -> str:
    """A name without width, case, marks and legal form: 台州泵业（集团）有限公司 and 台州泵业集团 are one."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    while True:
        shorter = _LEGAL_FORMS.sub("", text).strip(" ,.()")
        if shorter == text or len(shorter) < 2:
            break
        text = shorter
    return _MARKS.sub("", text)


def same_family(one: str, other: str) -> bool:
    """Whether one organisation's name begins with the other's: a school of a university, a branch of a bank.

    Both are in one spelling. A family is a question, not a conflict: the relation may be by name only.
    """
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and short != long and long.startswith(short)
