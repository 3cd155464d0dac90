"""The one spelling of a text, its words and its sentences."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.text import is_chinese, normalise, sentences, words


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("ＡＩ＋製造　　１，０００萬元", "ai+制造 1000万元"),
        ("融資　１，０００万元", "融资 1000万元"),
        ("需要1.2 亿元", "需要12000万元"),
        ("人民币12000万", "12000万元"),
        ("¥5,000,000", "500万元"),
        ("RMB 300万", "300万元"),
        ("三千五百万元", "3500万元"),
        ("两亿元", "20000万元"),
        ("800元", "800元"),
        ("良率 98.50 %", "良率 98.5%"),
        ("线宽5 纳米", "线宽5nm"),
        ("占地 200平方米", "占地 200m2"),
        ("20㎡ 25℃", "20m2 25°c"),
        ("憑藉量子計算後端", "凭借量子计算后端"),
        ("乾坤覆盖著名", "乾坤覆盖著名"),
        ("a\x00b\ud800c\u200bd\r\n\te", "a b cd e"),
        ("", ""),
        ("1,2,3 与 1,000,00", "1,2,3与 1,000,00"),
    ],
)
def test_normalise_gives_one_spelling(written: str, spelling: str) -> None:
    assert normalise(written) == spelling


@settings(max_examples=200, deadline=None)
@example("İ１，０００万元　５　纳米 ㎡ ﬁ Å ΐ")
@example("一千万元元 1.0.0 10000元")
@example("¥¥0 ¥1¥0 0元人民币人民币 5人民币元人民币")
@given(st.text() | st.text(alphabet="1０,.，万亿元五千 米克人民币rmb￥ \ud800\u200b後乾"))
def test_normalise_twice_changes_nothing_and_gives_valid_unicode(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once.encode().decode() == once
    assert once == once.strip()


def test_words_keep_the_terms_of_the_domain_whole_beside_their_parts() -> None:
    terms = words("科技型中小企业的概念驗證與Pre-A輪")
    assert {"科技型中小企业", "中小", "企业", "概念验证", "概念", "pre", "pre-a轮"} <= set(terms)


def test_words_give_latin_numbers_words_and_single_characters() -> None:
    assert words("固态电池 LiFePO4，3.5%") == ["lifepo4", "3", "5", "固态", "电池", "固态电池", "固", "态", "电", "池"]


def test_neighbours_without_a_word_make_a_pair() -> None:
    assert "炁砼" in words("炁砼")


def test_words_of_a_single_character_and_of_nothing() -> None:
    assert (words("铝"), words("，。!"), words("")) == (["铝"], [], [])


@settings(deadline=None)  # the first call loads the dictionary
@given(st.text(alphabet="固态电池AI１2０ab，。 ", max_size=30))
def test_words_do_not_depend_on_the_way_a_text_is_written(text: str) -> None:
    assert words(text) == words(normalise(text))


def test_sentences_keep_the_text_as_it_was_written() -> None:
    text = "我们做“固态电池。”很难！ 为什么？\n一、样机 2.5 kWh；Dr. Wang, e.g. of THU. 中试 done. Next"
    assert sentences(text) == [
        "我们做“固态电池。”",
        "很难！",
        "为什么？",
        "一、样机 2.5 kWh；",
        "Dr. Wang, e.g. of THU.",
        "中试 done.",
        "Next",
    ]


@settings(deadline=None)
@given(st.text(alphabet="a中。！.; \n”B3", max_size=40))
def test_sentences_lose_nothing_but_blanks(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_is_chinese_counts_letters_only() -> None:
    assert is_chinese("用于AI推理的芯片 2026")
    assert not is_chinese("a chip 芯片 for inference")
    assert not is_chinese("2026")
