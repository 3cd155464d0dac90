"""Answers as JSON bytes, written by orjson."""

import hashlib
from typing import Any

import orjson
from starlette.responses import Response

JSON = "application/json"


def json_bytes(value: Any) -> bytes:
    """The value as UTF-8 JSON; decimals and other scalars of the domain as texts."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SERIALIZE_NUMPY)


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(json_bytes(value), status, headers, JSON)


def tag_of(body: bytes) -> str:
    """A strong ETag: it names exactly these bytes and tells nothing else about the record."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(header: str, tag: str) -> bool:
    """Whether an If-Match or If-None-Match header names the tag."""
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))
