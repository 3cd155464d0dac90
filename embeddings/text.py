"""One spelling for every text, and its words: what the encoders and the word index read.

    normalise("融資　１，０００万元")   -> "融资 1000万元"
    words("固态电池")                   -> ["固态", "电池", "固态电池", "固", "态", "电", "池"]
    sentences("一句。两句！")           -> ["一句。", "两句！"]

`ANALYSIS` names the rules of this file and the lexicon. An index of words keeps it and is rebuilt when it changes.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rjieba

_LEXICON = Path(__file__).with_name("lexicon.txt")

# Characters without a shape (soft hyphen, zero width, directions, byte order mark) vanish; controls, lone surrogates
# and the replacement character part words like a blank.
_SHAPELESS = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff0-\uffff\ue000-\uf8ff]")
_HAN = "〇㐀-鿿\U00020000-\U0003ffff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_LATIN_WORD = re.compile(r"[^\W_㐀-鿿〇\U00020000-\U0003ffff]+")

_NUMBER = re.compile(r"\d|[万亿]元")
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
_LATE_ZEROS = re.compile(r"(?<![\d.])(\d+)(?:\.0+|(\.\d*?[1-9])0+)(?![\d.])")
_GAP_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=[%°{_HAN}])")
_SUM = r"(\d+(?:\.\d+)?)(万|百万|千万|亿)?"
_MONEY = re.compile(
    rf"(?<![\d.a-z])(?:rmb|cny|人民币|¥) ?{_SUM}元?(?![\d.])"
    rf"|(?<![\d.]){_SUM}(?:元人民币|人民币元?|元|rmb|cny)(?![a-z])"
)
_SPOKEN_MONEY = re.compile(r"[一二两三四五六七八九十百千]{1,7}(?=[万亿]元)")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_WAN = {"": Decimal("0.0001"), "万": Decimal(1), "百万": Decimal(100), "千万": Decimal(1000), "亿": Decimal(10000)}
_UNITS = {
    "平方米": "m2", "平米": "m2", "立方米": "m3", "公里": "km", "千米": "km", "厘米": "cm", "毫米": "mm", "微米": "μm",
    "纳米": "nm", "公斤": "kg", "千克": "kg", "毫克": "mg", "兆瓦时": "mwh", "千瓦时": "kwh", "兆瓦": "mw",
    "吉瓦": "gw", "千瓦": "kw", "摄氏度": "°c", "兆赫": "mhz", "兆帕": "mpa",
}  # fmt: skip
_UNIT = re.compile(r"(?<=\d)(?:" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")")

_SENTENCE_END = re.compile(r"[。！？!?；;]+[”’」』）)\"']*|[\n\r]+|\.(?=\s+[A-Z0-9㐀-鿿“\"(])")
_ABBREVIATION = re.compile(r"(?:\b[A-Za-z]|\b(?:al|approx|cf|Co|Corp|Dr|eg|etc|Fig|ie|Inc|Ltd|Mr|Ms|No|Prof|St|vs))\.$")


def normalise(text: str) -> str:
    """The one spelling of a text: NFKC, lower case, simplified Chinese, plain numbers, single blanks.

    Full width becomes half width; controls and lone surrogates become blanks, zero-width characters vanish;
    "1,000" is 1000; sums of renminbi are in 万元 ("1.2 亿元" and "人民币12000万" are both "12000万元"); units after
    a number take their symbol ("5 纳米" is "5nm"). Applying it twice changes nothing.
    """
    text = _UNREADABLE.sub(" ", _SHAPELESS.sub("", text))
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    if not (lower := text.lower()).isascii() and not unicodedata.is_normalized("NFKC", lower):
        lower = unicodedata.normalize("NFKC", lower)
    text = " ".join(simplify(lower).split())
    if not _NUMBER.search(text):
        return text
    while (plain := _plain_numbers(text)) != text:  # one rewrite can lay open the next: "¥¥5", "¥1¥0"
        text = plain
    return text


def words(text: str) -> list[str]:
    """The terms of a text for the word index: Latin words and numbers, Chinese words, and single characters.

    Chinese is cut by rjieba in search mode (a long word also gives the words inside it) with the terms of `lexicon.txt`
    kept whole. Neighbours that belong to no word make a pair, so that a new word counts as one. Single characters let a
    query meet a document that is cut differently: on CSL abstracts they add .03 nDCG@10 where the literal keywords are
    missing, more than pairs of all characters do, and cost a third less.
    """
    text = normalise(text)
    terms = _LATIN_WORD.findall(text)
    alone = ""
    for word in _segmenter().cut_for_search(text):
        if not _is_han(word[-1]):
            alone = ""
        elif len(word) > 1:
            terms.append(word)
            alone = ""
        else:
            if alone:
                terms.append(alone + word)
            alone = word
    terms += "".join(_HAN_RUN.findall(text))
    return terms


def sentences(text: str) -> list[str]:
    """The sentences of a text as they were written, without the blanks around them.

    They end at 。！？; and their half-width forms, at line ends, and at a full stop before a blank and a capital, a
    digit or a Chinese character, unless an abbreviation or a single letter comes before the stop.
    """
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end[0] == "." and _ABBREVIATION.search(text, start, end.end()):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]


def is_chinese(text: str) -> bool:
    """Whether more than a third of the letters are Chinese characters (EMBEDDINGS: the language of a text)."""
    letters = sum(map(str.isalpha, text))
    return 3 * sum(map(len, _HAN_RUN.findall(text))) > letters


def _is_han(character: str) -> bool:
    return "㐀" <= character <= "鿿" or character == "〇" or character >= "\U00020000"


def _plain_numbers(text: str) -> str:
    text = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), text)
    text = _GAP_BEFORE_UNIT.sub("", text)
    text = _SPOKEN_MONEY.sub(_digits, text)
    text = _MONEY.sub(_in_wan, text)
    text = _UNIT.sub(lambda unit: _UNITS[unit[0]], text)
    return _LATE_ZEROS.sub(lambda number: number[1] + (number[2] or ""), text)


def _in_wan(amount: re.Match[str]) -> str:
    number, scale = (amount[1], amount[2]) if amount[1] else (amount[3], amount[4])
    wan = Decimal(number) * _WAN[scale or ""]
    if wan < 1 and not scale:
        return f"{_short(Decimal(number))}元"
    return f"{_short(wan)}万元"


def _short(number: Decimal) -> str:
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _digits(spoken: re.Match[str]) -> str:
    """Numbers below ten thousand as spoken: 三千五百 is 3500; what is no such number stays."""
    total, digit = 0, 0
    for character in spoken[0]:
        if character in _DIGITS:
            if digit:
                return spoken[0]
            digit = _DIGITS[character]
        else:
            total, digit = total + (digit or 1) * _PLACES[character], 0
    return str(total + digit)


def simplify(text: str) -> str:
    """The text in simplified characters, phrase by phrase where a phrase has its own spelling."""
    traditional, spelling = _simplifier()
    if not traditional.search(text):
        return text
    return spelling.sub(lambda found: _spellings()[found[0]], text)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Traditional phrase or character -> simplified, from OpenCC's tables (Apache-2.0)."""
    import opencc

    folder = Path(opencc.__file__).parent / "dictionary"
    table: dict[str, str] = {}
    for name in ("TSCharacters.txt", "TSPhrases.txt"):
        for line in (folder / name).read_text("utf-8").splitlines():
            written, *simplified = line.split()
            table[written] = simplified[0]
    return table


@lru_cache(maxsize=1)
def _simplifier() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What shows that a text needs it, and what is then replaced: phrases first, the longest first."""
    # Of the basic plane only: `re` looks up the others one by one, forty times slower for every text.
    characters = [written for written, plain in _spellings().items() if len(written) == 1 and written != plain]
    characters = [character for character in characters if character < "\U00010000"]
    phrases = sorted((written for written in _spellings() if len(written) > 1), key=len, reverse=True)
    one = f"[{''.join(characters)}]"
    return re.compile(one), re.compile("|".join([*phrases, one]))


@lru_cache(maxsize=1)
def _segmenter() -> "rjieba.Jieba":
    import rjieba

    segmenter = rjieba.Jieba()
    for line in _LEXICON.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            segmenter.add_word(line, None, None)
    return segmenter


ANALYSIS = "words-2-" + sha256(_LEXICON.read_bytes()).hexdigest()[:12]
