"""Who a record is: an id that follows from what names it, and a hash of all that it says."""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson

from matcher.domain import Kind, Record
from matcher.domain.term import fold

_NAMED_BY: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.PROJECT: (("name", "legal_entity.credit_code"), ("name", "legal_entity.name"), ("name",)),
    Kind.FUND: (("name", "manager"), ("name",), ("registration_no",)),
    Kind.LOAN: (("bank", "name"), ("name",)),
    Kind.INSURANCE: (("insurer", "name"), ("name",), ("filing_no",)),
    Kind.EXPERT: (("name", "employers"), ("name",)),
    Kind.CENTER: (("name",),),
}
"""What names a record, the fullest first; where nothing does, everything that it says."""

_ID_BYTES = 8


def content_hash(record: Record) -> str:
    """A hash of everything that the record says, 32 hex digits: equal records have equal hashes."""
    said = [type(record).__name__, record.model_dump(exclude_none=True)]
    content = orjson.dumps(said, default=_plain, option=orjson.OPT_SORT_KEYS)
    return blake2b(content, digest_size=16).hexdigest()


def stable_id(kind: Kind, values: Mapping[str, Any]) -> str:
    """The id of a record that came without one: the kind and a hash of what names it, or of all its values.

    The same row gives the same id in every file, also where other fields of it were corrected meanwhile.
    """
    for fields in _NAMED_BY[kind]:
        found = [_at(values, path) for path in fields]
        if all(found):
            return _id(kind, [fields, [fold(_text(value)) for value in found]])
    return _id(kind, dict(values))


def _at(values: Mapping[str, Any], path: str) -> Any:
    for name in path.split("."):
        value = values.get(name) if isinstance(values, Mapping) else None
        if value is None:
            return None
        values = value
    return values


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS).decode()
    )


def _id(kind: Kind, identity: Any) -> str:
    digest = blake2b(
        orjson.dumps(identity, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS),
        digest_size=_ID_BYTES,
    )
    return f"{kind}-{digest.hexdigest()}"


def _plain(value: Any) -> Any:
    """Decimals without the zeros that say nothing; anything else as text."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
