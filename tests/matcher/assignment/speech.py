"""Whether a sentence is said in both languages."""

import re

from matcher.domain.words import Words

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
"""Han characters and full-width punctuation."""


def said_in_both(words: Words) -> bool:
    """The Chinese is Chinese, and the English has none of it."""
    return bool(CHINESE.search(words.zh)) and not CHINESE.search(words.en)
