"""From a header as people write it to the field that it means, with the unit that it names.

`融资额(万元)`, `融资额/元`, `ask`, `financing_need.equity.amount_max`, `注册资本（单位：万元）*`, `Ticket max [CNY]`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from matcher.domain import KINDS, Kind, field
from matcher.domain.term import fold
from matcher.tables.amounts import FOREIGN, wan_of_unit
from matcher.tables.fields import Leaf, leaves

ERROR_HEADER = "错误说明 Errors"
"""The column that a file to mend has in addition; it is passed over when the file comes back."""

_PASSED_OVER = frozenset(
    map(fold, (ERROR_HEADER, "错误说明", "错误", "errors", "error", "_error", "序号", "no.", "no", "#"))
)
_ID_WORDS = {
    Kind.PROJECT: ("项目编号", "项目ID", "project id"),
    Kind.FUND: ("基金编号", "基金ID", "fund id"),
    Kind.LOAN: ("产品编号", "产品ID", "product id", "loan id"),
    Kind.INSURANCE: ("产品编号", "产品ID", "product id", "insurance id"),
    Kind.EXPERT: ("专家编号", "专家ID", "expert id"),
    Kind.CENTER: ("中心编号", "中心ID", "center id"),
}
_NEEDS = {
    "equity": ("股权融资", "股权", "融资", "拟融资", "计划融资", "equity", "funding"),
    "loan": ("贷款", "信贷", "loan"),
    "insurance": ("保险", "投保", "insurance"),
    "service": ("服务", "service"),
}
_NEED_AMOUNTS = ("", "额", "金额", "需求", "需求额", "需求金额", "额度", "总额", " need", " amount", " need amount")
_OTHER_UNITS = {
    **{word: word for word in ("%", "‰", "年", "月", "人", "件", "项", "次", "分", "天", "倍")},
    **dict.fromkeys(("个月", "months", "month"), "月"),
    **dict.fromkeys(("years", "year"), "年"),
    **dict.fromkeys(("percent", "百分比"), "%"),
}
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_MARKS = re.compile(r"[*※★☆]|必填项?|选填项?|\(\)")
_TAIL = re.compile(r"^(.+?)(?:[\s/_:]+([^\s/_:]+)|((?:百|千|万|亿)?元))$")


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the two bounds of a range go, and where a single number goes."""

    low: tuple[str, ...]
    high: tuple[str, ...]
    one: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a header means: the field, the unit of bare numbers, and the fields of a range where one may stand."""

    leaf: Leaf
    unit: str | None = None
    pair: Pair | None = None
    foreign: str | None = None


def resolve(kind: Kind, header: str) -> Target | None:
    """The field that a header of a kind's table means; None where it means none."""
    known = _headers(kind)
    for words, unit in _readings(header):
        target = known.get(fold(words))
        if target is not None:
            foreign = unit if unit and FOREIGN.search(unit) else None
            return Target(target.leaf, None if foreign else unit, target.pair, foreign)
    return None


def is_passed_over(header: str) -> bool:
    """Whether a column says nothing about the record: running numbers and the errors of an earlier import."""
    return fold(header) in _PASSED_OVER


def _readings(header: str) -> Iterator[tuple[str, str | None]]:
    """The words of a header with the unit apart, the likeliest reading first."""
    text = unicodedata.normalize("NFKC", header).strip()
    yield text, None
    text = _MARKS.sub("", text).strip(" :\n\t'")
    yield text, None
    bare, unit = _BRACKETS.sub(" ", text).strip(), _unit_in_brackets(text)
    yield bare, unit
    if (found := _TAIL.match(bare)) and (tail := _unit(found[2] or found[3])):
        yield found[1], tail
    for piece in re.split(r"[\n/|]+|(?<=[\u4e00-\u9fff])\s+(?=[A-Za-z])", bare):
        if piece.strip() and piece != bare:
            yield piece.strip(), unit


def _unit_in_brackets(text: str) -> str | None:
    pieces = (piece for group in _BRACKETS.findall(text) for piece in re.split(r"[,、;/]", group))
    return next((unit for piece in pieces if (unit := _unit(piece))), None)


def _unit(word: str) -> str | None:
    """A unit in the form that cells know: 元 … 亿元, 月 or 年, %, ‰, a counting word, or a foreign currency."""
    word = re.sub(r"^\s*单位\s*:?\s*", "", word).strip().lower()
    if not word:
        return None
    if FOREIGN.search(word):
        return word
    if word in _OTHER_UNITS:
        return _OTHER_UNITS[word]
    worth = wan_of_unit(word)
    return None if worth is None else _MONEY[worth]


_MONEY = {
    worth: name for name in ("元", "千元", "万元", "十万元", "百万元", "千万元", "亿元") if (worth := wan_of_unit(name))
}


@cache
def _headers(kind: Kind) -> dict[str, Target]:
    """Every spelling of every header of a kind. The first to claim a spelling keeps it: labels before synonyms."""
    known: dict[str, Target] = {}
    by_path = {leaf.path: leaf for leaf in leaves(kind)}
    own = {leaf: Target(leaf, None, _pair(leaf, by_path)) for leaf in by_path.values()}
    for leaf, target in own.items():
        for word in (leaf.dotted, leaf.zh, leaf.en):
            known.setdefault(fold(word), target)
    for word in _ID_WORDS[kind]:
        known.setdefault(fold(word), own[by_path[("id",)]])
    for leaf, target in own.items():
        if leaf.path[0] == "financing_need":
            continue  # four needs share these words: only with the need before them
        for word in (*leaf.path[-1:], *leaf.also) if leaf.path[0] != "subsidy" else leaf.also:
            known.setdefault(fold(word), target)
    for word, target in (*_spans(kind, by_path), *_combined(kind, own)):
        known.setdefault(fold(word), target)
    return known


def _pair(leaf: Leaf, by_path: dict[tuple[str, ...], Leaf]) -> Pair | None:
    """The bounds beside a bound: `ticket_min` for `ticket_max`; a range in either column fills both."""
    *above, name = leaf.path
    for low, high in (("min", "max"), ("amount_min", "amount_max_unsecured")):
        if name in {name.replace(high, low), name.replace(low, high), "ticket_typical"}:
            stem = name.replace("typical", low)
            ends = (*above, stem.replace(high, low)), (*above, stem.replace(low, high))
            if ends[0] != ends[1] and all(end in by_path for end in ends):
                return Pair(*ends, (leaf.path,))
    return None


_SPAN_HEADERS: dict[Kind, tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]] = {
    Kind.FUND: (
        (
            "ticket_min",
            "ticket_max",
            ("ticket_typical",),
            (
                "单笔投资额",
                "单笔投资金额",
                "投资金额",
                "投资额度",
                "投资规模",
                "ticket",
                "ticket size",
                "check size",
                "cheque size",
            ),
        ),
        ("trl_min", "trl_max", ("trl_min", "trl_max"), ("TRL", "成熟度", "技术成熟度", "成熟度要求")),
    ),
    Kind.LOAN: (
        (
            "amount_min",
            "amount_max_unsecured",
            ("amount_max_unsecured",),
            ("额度", "贷款额度", "贷款金额", "授信额度", "amount", "loan amount"),
        ),
        ("term_min", "term_max", ("term_max",), ("贷款期限", "term", "loan term")),
        (
            "company_age_min_months",
            "company_age_max_months",
            ("company_age_min_months",),
            ("企业成立时间", "经营年限", "company age"),
        ),
    ),
    Kind.INSURANCE: (("trl_min", "trl_max", ("trl_min", "trl_max"), ("TRL", "成熟度", "技术成熟度", "成熟度要求")),),
}
_ASKED = (
    "ask",
    "amount",
    "融资需求",
    "资金需求",
    "资金需求额",
    "融资规模",
    "financing need",
    "financing_need",
    "funding need",
)


def _spans(kind: Kind, by_path: dict[tuple[str, ...], Leaf]) -> Iterator[tuple[str, Target]]:
    """Headers that mean a range and no single field."""
    for low, high, one, headers in _SPAN_HEADERS.get(kind, ()):
        pair = Pair((low,), (high,), tuple((name,) for name in one))
        for header in headers:
            yield header, Target(by_path[(high,)], None, pair)
    for need, parents in _NEEDS.items() if kind is Kind.PROJECT else ():
        path = ("financing_need", need)
        pair = Pair((*path, "amount_min"), (*path, "amount_max"), ((*path, "amount_min"), (*path, "amount_max")))
        words = [f"{parent}{rest}" for parent in parents for rest in _NEED_AMOUNTS]
        for word in (*words, ".".join(path), *(_ASKED if need == "equity" else ())):
            yield word, Target(by_path[pair.high], None, pair)


def _combined(kind: Kind, own: dict[Leaf, Target]) -> Iterator[tuple[str, Target]]:
    """A group's word before the word of a field in it: `股权融资最低`, `企业成立日期`, `equity min`."""
    for leaf, target in own.items():
        if len(leaf.path) < 2:
            continue
        info = KINDS[kind].model_fields[leaf.path[0]]
        parents = _NEEDS.get(leaf.path[1], ()) if leaf.path[0] == "financing_need" else _words_of(info)
        for parent in parents:
            for rest in ("", "额", "金额", "需求", " amount", " need"):
                for word in (leaf.path[-1], *leaf.also, leaf.zh.split("需求", 1)[-1], leaf.en.split(": ")[-1]):
                    yield f"{parent}{rest}{word}", target


def _words_of(info: object) -> tuple[str, ...]:
    from pydantic.fields import FieldInfo

    assert isinstance(info, FieldInfo)
    return (field.zh(info), field.en(info), *field.also(info))


def top_level(kind: Kind, word: str) -> str | None:
    """The record's own field that a word means (`企业信息` is legal_entity); None if it means none."""
    return _top_level(kind).get(fold(word))


@cache
def _top_level(kind: Kind) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, info in KINDS[kind].model_fields.items():
        for word in (name, *_words_of(info)):
            if word:
                names.setdefault(fold(word), name)
    return names
