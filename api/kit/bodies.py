"""Bodies of requests as domain objects, documented in OpenAPI."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from api.kit.fields import field_errors
from api.kit.languages import language_of
from api.kit.problems import InvalidError, MalformedError, TooLargeError, UnsupportedError

MIB = 1 << 20

M = TypeVar("M", bound=BaseModel)

DOCUMENTED_BODIES: list[type[BaseModel]] = []
"""Models of bodies that routes read themselves, for the components of the OpenAPI document."""


async def read_json(request: Request, model: type[M]) -> tuple[M, bytes]:
    """The body as `model`, and its bytes. Raises for another content type, for what is no JSON, for a broken rule."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedError("请求体须为 application/json。", "The body must be application/json.")
    body = await read_bytes(request, request.app.state.settings.max_body_mib * MIB)
    return parsed(body, model, language_of(request)), body


async def read_bytes(request: Request, limit: int) -> bytes:
    """The whole body; TooLargeError as soon as it passes `limit` bytes."""
    announced = request.headers.get("content-length", "")
    parts, size = [], int(announced) if announced.isdecimal() else 0
    if size <= limit:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > limit:
                break
            parts.append(part)
    if size > limit:
        raise TooLargeError(f"请求体超过 {limit // MIB} MiB。", f"The body is over {limit // MIB} MiB.")
    return b"".join(parts)


def parsed(body: bytes, model: type[M], language: str) -> M:
    """The JSON bytes as `model`; MalformedError or InvalidError."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            reason = str((first.get("ctx") or {}).get("error", ""))
            raise MalformedError(
                f"请求体不是有效的 JSON：{reason}。", f"The body is not valid JSON: {reason}."
            ) from None
        raise invalid(error, language) from None


def invalid(error: ValidationError, language: str, within: str = "") -> InvalidError:
    """The problem that a validation error is; `within` is the pointer to the part of the body that was read."""
    errors = [each.model_copy(update={"pointer": within + each.pointer}) for each in field_errors(error, language)]
    places = "、".join(each.pointer or "/" for each in errors[:3])
    return InvalidError(f"{places} 不符合规则。", f"Rules are broken at {places.replace('、', ', ')}.", errors)


def json_body(model: type[BaseModel], examples: dict[str, Any]) -> dict[str, Any]:
    """What a route's `openapi_extra` says about its JSON body."""
    DOCUMENTED_BODIES.append(model)
    named = {name: {"summary": name, "value": value} for name, value in examples.items()}
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}}
