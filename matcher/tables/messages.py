"""The rules of the domain records, when broken, in words: rule and remedy in Chinese and English."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from matcher.domain.words import Words

_Context = Mapping[str, Any]
_Told = tuple[Words, Words]
_CORRECT = Words("更正该值", "correct the value")
_DELETE_OR_CORRECT = Words("更正该值，未知时留空", "correct the value, or leave it empty while unknown")


def told(kind: str, context: _Context, message: str) -> _Told:
    """Rule and remedy of a validation error of pydantic: its type, its context and its own English message."""
    if maker := _MESSAGES.get(kind):
        return maker(context)
    rule, remedy = context.get("rule"), context.get("remedy")
    if rule and remedy:
        zh_rule, zh_remedy = _OURS.get(str(remedy), (str(rule), str(remedy)))
        return Words(zh_rule or str(rule), str(rule)), Words(zh_remedy, str(remedy))
    return Words(f"不符合规则：{message}", message), _DELETE_OR_CORRECT


def first_mistake(error: ValidationError) -> tuple[str, Any, Words]:
    """Place (empty: the whole), value and rule of one mistake of a document.

    Of alternatives it is the one that came furthest. The English rule is pydantic's own sentence, which says the most.
    """
    found = max(error.errors(include_url=False), key=lambda each: len(each["loc"]))
    rule, _ = told(found["type"], found.get("ctx", {}), found["msg"])
    place = ".".join(str(step) for step in found["loc"] if "[" not in str(step))
    return place, found.get("input"), Words(rule.zh, found["msg"])


def _bound(zh: str, en: str, key: str) -> Callable[[_Context], _Told]:
    return lambda context: (Words(f"{zh} {context[key]}", f"{en} {context[key]}"), _DELETE_OR_CORRECT)


def _fixed(zh: str, en: str, remedy: Words = _DELETE_OR_CORRECT) -> Callable[[_Context], _Told]:
    return lambda _: (Words(zh, en), remedy)


def _length(context: _Context) -> _Told:
    limit = context["max_length"]
    return Words(f"最多 {limit} 个字符", f"at most {limit} characters"), Words("缩短内容", "shorten the text")


def _order(context: _Context) -> _Told:
    rule, found = str(context["rule"]), context.get("found", "")
    low, _, high = rule.partition(" <= ")
    return (
        Words(f"下限不得大于上限：{low} ≤ {high}（现为 {found}）", f"{rule}, found {found}"),
        Words("交换或更正两个值", "exchange or correct the two values"),
    )


def _budget(context: _Context) -> _Told:
    found = context.get("found", "")
    return (
        Words(f"预算明细之和须等于验证预算（现为 {found}）", f"budget_items sum to verification_budget, found {found}"),
        Words("更正某一项或总额", "correct an item or the total"),
    )


_NUMBER = _fixed("应为数字", "a number")
_WHOLE = _fixed("应为整数", "a whole number")
_FINITE = _fixed("应为有限的数", "a finite number")
_DATE = _fixed("应为日期", "a date", Words("按 2024-03-01 填写", "write it as 2024-03-01"))
_BOOLEAN = _fixed("应为是或否", "yes or no", Words("填写 是 或 否", "write yes or no"))
_TEXT = _fixed("应为文本", "a text")
_LIST = _fixed("应为列表", "a list", Words('写成 ["值1", "值2"]', 'write ["value 1", "value 2"]'))
_OBJECT = _fixed("应为一组字段", "a group of fields", Words('写成 {"字段": 值}', 'write {"field": value}'))

_MESSAGES: dict[str, Callable[[_Context], _Told]] = {
    "missing": _fixed("必填", "required", Words("补充该值", "give the value")),
    "extra_forbidden": _fixed(
        "没有这个字段", "no such field", Words("更正字段名或删除", "correct the field's name or delete it")
    ),
    "json_invalid": _fixed("不是有效的 JSON", "not valid JSON", Words("更正该文件", "correct the file")),
    "enum": lambda c: (
        Words("不在词表中", "not in the vocabulary"),
        Words(f"改为其一：{c['expected']}", f"write one of: {c['expected']}"),
    ),
    "literal_error": lambda c: (
        Words("不在词表中", "not in the vocabulary"),
        Words(f"改为其一：{c['expected']}", f"write one of: {c['expected']}"),
    ),
    "greater_than_equal": _bound("不得小于", "at least", "ge"),
    "less_than_equal": _bound("不得大于", "at most", "le"),
    "greater_than": _bound("须大于", "more than", "gt"),
    "less_than": _bound("须小于", "less than", "lt"),
    "string_too_long": _length,
    "string_too_short": _fixed("不得为空", "not empty"),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_pattern_mismatch": lambda c: (
        Words(f"格式不符（{c['pattern']}）", f"does not have the form {c['pattern']}"),
        _CORRECT,
    ),
    "finite_number": _FINITE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _FINITE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_max_places": _fixed(
        "精确到分（万元的六位小数）",
        "at most six decimal places of 万元 (a fen)",
        Words("舍入到分", "round to the fen"),
    ),
    "decimal_max_digits": _fixed(
        "金额最多 16 位数字", "at most 16 digits", Words("检查单位是否写错", "look at the unit")
    ),
    "decimal_whole_digits": _fixed(
        "金额过大", "the amount is too large", Words("检查单位是否写错", "look at the unit")
    ),
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "min_over_max": _order,
    "budget_sum": _budget,
    "unknown_field": lambda c: (
        Words(f"没有字段 {c.get('found', '')}", f"no field {c.get('found', '')}"),
        Words("更正字段名", "correct the name"),
    ),
    "control_character": _fixed("不得含控制字符", "no control characters", Words("删除该字符", "delete the character")),
}

_OURS = {
    "copy it from the business licence": (
        "统一社会信用代码为 18 位（0-9、A-Y，不含 I、O、S、V、Z）",
        "按营业执照填写",
    ),
    "look for a mistyped character": ("统一社会信用代码的校验位不符", "检查是否有字符输错"),
    "write it as name@unit.cn": ("应为电子邮箱", "按 name@unit.cn 填写"),
    "write it as 0000-0002-1825-0097": ("ORCID 为 16 位", "按 0000-0002-1825-0097 填写"),
    "copy it from orcid.org": ("ORCID 的校验位不符", "从 orcid.org 复制"),
    "give the missing number": ("固定利率填 value，LPR 填 basis_points，上限填 multiple", "补充缺少的数字"),
    "give a six-digit code or a name such as 台州市 or 331002": (
        "不在行政区划代码表（GB/T 2260）中",
        "填写六位代码或名称，如 331002 或 台州市",
    ),
    "give a letter A-T, a division such as C26 or a name": (
        "不在国民经济行业分类（GB/T 4754-2017）中",
        "填写代码或名称，如 C26",
    ),
    "give a name such as 新材料": ("不在战略性新兴产业分类（2018）中", "填写名称，如 新材料"),
    "give a code such as H, H01 or H01M": ("不在国际专利分类（IPC）中", "填写代码，如 H01M"),
    "give a code or name from data/codes/local.csv": ("不在本地产业表中", "填写代码或名称，如 L01"),
    "see data/codes": ("不在代码表中", "见 data/codes"),
}
"""The Chinese of the domain's own rules, by their remedy."""
