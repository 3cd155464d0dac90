"""Words in texts: the longest at each place, found as a plain search would."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.retrieval.mentions import Mentions

WORDS = {"新能源": 1, "新能源汽车": 2, "汽车": 3, "ai": 4, "ai chip": 5, "air": 6, "车": 7, "20": 8}


def test_the_longest_word_counts_and_nothing_inside_it() -> None:
    assert Mentions.of(WORDS)("做新能源汽车的 AI  chip，汽车") == [2, 5, 3]


def test_a_latin_word_is_no_part_of_another_and_digits_are_no_word() -> None:
    assert Mentions.of(WORDS)("air2 aichip xai 20车 air冷") == [6]


@given(st.text("新能源汽车ai r2", max_size=12))
def test_equal_to_trying_every_place_and_length(text: str) -> None:
    def alone(start: int, end: int) -> bool:
        def joins(one: str, other: str) -> bool:
            return all(character.isascii() and character.isalnum() for character in one + other)

        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        return not (before and joins(before, text[start])) and not (after and joins(text[end - 1], after))

    text = " ".join(text.split())
    usable = {word: meaning for word, meaning in WORDS.items() if len(word) > 1 and not word.isdigit()}
    expected: list[int] = []
    place = 0
    while place < len(text):
        ends = [end for end in range(len(text), place, -1) if text[place:end] in usable and alone(place, end)]
        if ends and usable[text[place : ends[0]]] not in expected:
            expected.append(usable[text[place : ends[0]]])
        place = ends[0] if ends else place + 1
    assert Mentions.of(WORDS)(text) == expected
