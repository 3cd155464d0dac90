"""pydantic's errors as broken rules a person can mend, in Chinese or English."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.kit.problems import FieldError

LONGEST_VALUE = 100

_RULES: dict[str, tuple[str, str]] = {
    "missing": ("必填", "required"),
    "extra_forbidden": ("没有这个字段；删去或改正名称", "no such field; remove it or correct its name"),
    "json_invalid": ("不是有效的 JSON", "not valid JSON"),
    "string_type": ("须为文本", "must be text"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_too_long": ("至多 {max_length} 个字符", "at most {max_length} characters"),
    "string_pattern_mismatch": ("格式须符合 {pattern}", "must have the form {pattern}"),
    "int_type": ("须为整数", "must be a whole number"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "int_from_float": ("须为整数", "must be a whole number"),
    "float_type": ("须为数字", "must be a number"),
    "float_parsing": ("须为数字", "must be a number"),
    "decimal_type": ("须为数字", "must be a number"),
    "decimal_parsing": ("须为数字", "must be a number"),
    "decimal_max_places": ("至多 {decimal_places} 位小数", "at most {decimal_places} decimal places"),
    "decimal_max_digits": ("至多 {max_digits} 位数字", "at most {max_digits} digits"),
    "finite_number": ("须为有限的数", "must be a finite number"),
    "bool_type": ("须为 true 或 false", "must be true or false"),
    "bool_parsing": ("须为 true 或 false", "must be true or false"),
    "greater_than_equal": ("不小于 {ge}", "at least {ge}"),
    "less_than_equal": ("不大于 {le}", "at most {le}"),
    "greater_than": ("大于 {gt}", "over {gt}"),
    "less_than": ("小于 {lt}", "under {lt}"),
    "enum": ("须为其中之一：{expected}", "must be one of: {expected}"),
    "literal_error": ("须为其中之一：{expected}", "must be one of: {expected}"),
    "date_type": ("须为日期，如 2026-11-23", "must be a date such as 2026-11-23"),
    "date_parsing": ("须为日期，如 2026-11-23", "must be a date such as 2026-11-23"),
    "date_from_datetime_parsing": ("须为日期，如 2026-11-23", "must be a date such as 2026-11-23"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} items"),
    "too_long": ("至多 {max_length} 项", "at most {max_length} items"),
    "tuple_type": ("须为列表", "must be a list"),
    "list_type": ("须为列表", "must be a list"),
    "dict_type": ("须为对象", "must be an object"),
    "model_type": ("须为对象", "must be an object"),
    "model_attributes_type": ("须为对象", "must be an object"),
}


def field_errors(error: ValidationError, language: str) -> list[FieldError]:
    """The broken rules, in `zh` or `en`, each with a JSON pointer to its place."""
    return [detail_error(detail, language) for detail in error.errors(include_url=False)]


def detail_error(detail: ErrorDetails, language: str) -> FieldError:
    """One of pydantic's error details as a broken rule."""
    found = detail.get("ctx") or {}
    words = _RULES.get(detail["type"])
    rule = words[language == "en"].format_map(found) if words else str(found.get("rule") or detail["msg"])
    remedy = found.get("remedy")
    return FieldError(
        pointer=pointer(detail["loc"]),
        value=shortened(None if detail["type"] in {"missing", "json_invalid"} else detail.get("input")),
        rule=rule,
        remedy=None if remedy is None else str(remedy),
    )


def pointer(place: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def shortened(value: Any) -> Any:
    """The value as it can be shown: numbers and short texts as they are, the rest as a short text."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= LONGEST_VALUE):
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)[:LONGEST_VALUE]
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
