"""A word as a number, so that equal words can be found among millions."""

from functools import lru_cache
from hashlib import blake2b

from matcher.domain.naming import one_spelling
from matcher.domain.term import fold

WORD_BITS = 46
"""A word's number has 46 bits: with 10 million different words two given words collide with odds of 1 to 7e13."""


@lru_cache(maxsize=100_000)
def word_number(word: str) -> int:
    """The number of a word, the same for all its spellings that `fold` makes equal."""
    digest = blake2b(fold(word).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - WORD_BITS)


def party_number(name: str) -> int:
    """The number of a person or organisation, the same for all spellings that `one_spelling` makes equal."""
    return word_number(one_spelling(name))
