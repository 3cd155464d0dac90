"""The typed filters of a list: one query parameter per filterable field, values in either language."""

from typing import Any

from pydantic import ValidationError
from starlette.requests import Request

from api.kit.cursors import from_cursor
from api.kit.fields import field_errors
from api.kit.languages import language_of
from api.kit.problems import FieldError, InvalidError
from api.store.facets import FIELDS, value_type
from matcher.domain import KINDS, Kind

LARGEST_PAGE = 200
USUAL_PAGE = 50
_OTHERS = ("limit", "cursor", "mine")


class Query:
    """A list's query as asked: filters, page and whose records."""

    def __init__(self, request: Request, kind: Kind) -> None:
        self._language = language_of(request)
        parameters = request.query_params
        known = (*FIELDS[kind], *_OTHERS)
        unknown = [name for name in parameters if name not in known]
        if unknown:
            raise self._refused(unknown[0], None, ("没有这个参数", "no such parameter"), ", ".join(known))
        self.wanted = {
            name: [self._value(kind, name, text) for text in parameters.getlist(name)]
            for name in FIELDS[kind]
            if name in parameters
        }
        self.after_row = from_cursor(parameters["cursor"]) if "cursor" in parameters else -1
        self.limit = self._limit(parameters.get("limit", str(USUAL_PAGE)))
        mine = parameters.get("mine", "false")
        if mine not in {"true", "false"}:
            raise self._refused("mine", mine, ("须为 true 或 false", "must be true or false"), None)
        self.mine = mine == "true"

    def _limit(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST_PAGE):
            rule = (f"须为 1 至 {LARGEST_PAGE} 的整数", f"must be a whole number from 1 to {LARGEST_PAGE}")
            raise self._refused("limit", text, rule, None)
        return int(text)

    def _value(self, kind: Kind, name: str, text: str) -> object:
        try:
            return value_type(kind, name).validate_python(text)
        except ValidationError as error:
            found = field_errors(error, self._language)[0]
            raise self._refused(name, text, (found.rule, found.rule), found.remedy) from None

    def _refused(self, name: str, value: Any, rule: tuple[str, str], remedy: str | None) -> InvalidError:
        english = self._language == "en"
        error = FieldError(
            pointer=name, value=None if value is None else str(value)[:100], rule=rule[english], remedy=remedy
        )
        return InvalidError(f"参数 {name}：{rule[0]}。", f"Parameter {name}: {rule[1]}.", [error])


def parameters(kind: Kind) -> list[dict[str, Any]]:
    """The OpenAPI description of a list's query parameters."""
    model = KINDS[kind]
    filters = [
        {
            "name": name,
            "in": "query",
            "description": f"{model.model_fields[name].title}: one of the values; repeat for several",
            "schema": {"type": "array", "items": {"type": "string"}},
            "explode": True,
        }
        for name in FIELDS[kind]
    ]
    return [
        *filters,
        {
            "name": "limit",
            "in": "query",
            "description": "records on a page",
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
        },
        {"name": "cursor", "in": "query", "description": "`next` of the page before", "schema": {"type": "string"}},
        {
            "name": "mine",
            "in": "query",
            "description": "the own organisation's records only",
            "schema": {"type": "boolean", "default": False},
        },
    ]
