"""Words that stand for yes, no, nothing, unknown and no limit; and the names of vocabularies and code lists."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from matcher.domain.codes import code_list, resolve_sector
from matcher.domain.term import Term, fold
from matcher.domain.words import Words
from matcher.tables.errors import BadCellError
from matcher.tables.fields import Leaf, Shape

UNKNOWN = frozenset(
    {"", "-", "--", "---", "—", "——", "－", "/", "\\", "?", "？", "n/a", "na", "null", "nan", "unknown", "tbd", "未知"}
    | {"不详", "待定", "待补充", "待填", "未填", "空", "暂缺"}
)
"""Cells that say that nothing is known, lower case."""

NOTHING = frozenset({"无", "没有", "暂无", "none", "nil", "nothing"})
"""Words for a known nothing: an empty list, a no; unknown where a number or a text is asked."""

NO_LIMIT = frozenset({"不限", "无限制", "不限制", "无要求", "无特殊要求", "any", "no limit", "unlimited"})
EVERYTHING = frozenset({"全部", "所有", "all", "均可", "皆可"})

_YES = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "true", "t", "1", "对", "接受", "可", "已"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "n", "no", "false", "f", "0", "不", "未", "不接受", "不是", "不可"})

_STRONG = re.compile(r"[\n\r;；|｜]+")
_WEAK = re.compile(r"[、，,/\t]+|\s+")
_LONGEST_JOIN = 8
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def yes_or_no(text: str) -> bool:
    """True or False from 是/否, 有/无, yes/no, 1/0; BadCellError otherwise."""
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadCellError(
        Words("应为是或否", "yes or no"), Words("填写 是 或 否（yes 或 no）", "write 是 or 否, yes or no")
    )


def clean(text: str) -> str:
    """The text without spaces at its ends; BadCellError where it holds NUL or another control character."""
    if found := _CONTROL.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise BadCellError(
            Words(f"不得含控制字符 {code}", f"no control characters, here {code}"),
            Words("删除该字符后重新填写", "delete the character and type the value again"),
        )
    return text.strip()


def resolver(leaf: Leaf) -> Callable[[str], Any]:
    """A function from one word to its member or code; None where the list does not know the word."""
    return _by_shape(leaf.shape, leaf.detail)


@cache
def _by_shape(shape: Shape, detail: Any) -> Callable[[str], Any]:
    if shape is Shape.TERM:
        known = {fold(w): m for m in detail for w in (*m.synonyms, m.name, m.en, str(m.value))}
        return lambda word: known.get(fold(word))
    if detail == "sector":
        return _sector
    return code_list(detail).resolve


def _sector(word: str) -> str | None:
    """The sector's `scheme:code`; None for a word that no list knows, which may still be kept as text."""
    try:
        sector = resolve_sector(word)
    except ValueError:
        return None
    return None if sector.startswith("text:") and not word.startswith("text:") else sector


def split_words(text: str, resolve: Callable[[str], Any], otherwise: Callable[[str], Any]) -> tuple[Any, ...]:
    """The members or codes of a cell that names several.

    A name may hold a separator of its own (农、林、牧、渔业, CEO/CTO): the longest run of pieces that is a name wins.
    `otherwise` gives the value of a piece that is none, or raises.
    """
    found: list[Any] = []
    for group in _STRONG.split(text):
        if group := group.strip():
            member = resolve(group)
            found.extend(_weakly(group, resolve, otherwise) if member is None else (member,))
    return tuple(dict.fromkeys(found))


def _weakly(group: str, resolve: Callable[[str], Any], otherwise: Callable[[str], Any]) -> list[Any]:
    pieces = [(m.start(), m.end()) for m in re.finditer(r"[^、，,/\t\s]+", group)]
    found: list[Any] = []
    place = 0
    while place < len(pieces):
        for stop in range(min(len(pieces), place + _LONGEST_JOIN), place, -1):
            member = resolve(group[pieces[place][0] : pieces[stop - 1][1]])
            if member is not None:
                break
        else:
            stop = _end_of_phrase(group, pieces, place)
            member = otherwise(group[pieces[place][0] : pieces[stop - 1][1]])
        found.append(member)
        place = stop
    return found


def _end_of_phrase(group: str, pieces: list[tuple[int, int]], place: int) -> int:
    """Where an unknown name ends: spaces and slashes belong to it, commas do not (`metal 3D printing, robotics`)."""
    stop = place + 1
    while stop < len(pieces) and not re.search(r"[、，,\t]", group[pieces[stop - 1][1] : pieces[stop][0]]):
        stop += 1
    return stop


def split_lines(text: str) -> tuple[str, ...]:
    """The texts of a cell that holds several: by line, semicolon or bar, and only without these by comma."""
    parts = _STRONG.split(text)
    if len([part for part in parts if part.strip()]) < 2:
        parts = re.split(r"[、，,]+", text)
    return tuple(part.strip() for part in parts if part.strip())


def unknown_word(leaf: Leaf, word: str) -> BadCellError:
    """The error of a word that a vocabulary or code list does not know."""
    if leaf.shape is Shape.TERM:
        members = list(leaf.detail)
        zh, en = "、".join(map(str, members)), ", ".join(member.en for member in members)
        return BadCellError(
            Words(f"“{word[:40]}”不在词表中", f"“{word[:40]}” is not in the vocabulary"),
            Words(f"改为其一：{zh}", f"write one of: {en} ({zh})"),
        )
    name_zh, name_en, example = _LISTS[leaf.detail]
    return BadCellError(
        Words(f"“{word[:40]}”不在{name_zh}中", f"“{word[:40]}” is not in {name_en}"),
        Words(f"填写代码或名称，如 {example}", f"write a code or name such as {example}"),
    )


_LISTS = {
    "regions": ("行政区划代码表（GB/T 2260）", "the regions of GB/T 2260", "331002 或 台州市"),
    "gb": ("国民经济行业分类（GB/T 4754-2017）", "GB/T 4754-2017", "C26 或 化学原料和化学制品制造业"),
    "sei": ("战略性新兴产业分类（2018）", "the strategic emerging industries (2018)", "新材料"),
    "ipc": ("国际专利分类（IPC）", "the IPC", "H01M"),
    "local": ("本地产业表", "the city's industry list", "L01"),
    "sector": ("行业表", "the industry lists", "新材料 或 gb:C26"),
}


def all_members(leaf: Leaf) -> tuple[Term, ...]:
    """Every member of a vocabulary, for a cell that says 全部."""
    return tuple(leaf.detail)
