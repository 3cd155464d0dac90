"""统一社会信用代码: 18 characters whose last is a check character (GB 32100-2015)."""

from typing import Annotated

from pydantic import AfterValidator

from matcher.domain.record import broken

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_character(first17: str) -> str:
    """The 18th character: 31 minus the weighted sum modulo 31, weights 3^i mod 31 (GB 32100-2015, 5.2)."""
    total = sum(_ALPHABET.index(character) * weight for character, weight in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def _validated(code: str) -> str:
    code = code.strip().upper()
    if len(code) != 18 or any(character not in _ALPHABET for character in code):
        raise broken(
            "credit_code", "18 characters of 0-9 and A-Y without I, O, S, V, Z", "copy it from the business licence"
        )
    if check_character(code[:17]) != code[17]:
        raise broken("credit_code", "the last character fits the first 17", "look for a mistyped character")
    return code


CreditCode = Annotated[str, AfterValidator(_validated)]
"""A unified social credit code with a right check character."""
