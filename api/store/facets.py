"""What a list of records can be filtered by, computed for each level from the record as that level sees it.

A filter on a hidden field would tell its value; here it meets the redacted record, where the value is unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter

from matcher.domain import KINDS, Kind, Level, Record
from matcher.domain.access import redact

SEPARATOR = "\x1f"

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PROJECT: (
        "region", "applicant_kind", "titles", "sei", "local_industry", "industry_gb4754", "ipc", "trl",
        "verification_stage", "round", "center_id",
    ),
    Kind.FUND: ("kind", "stages", "verification_stages", "sectors_include", "regions", "region_mode", "instruments"),
    Kind.LOAN: ("purposes", "licence_regions", "guarantee", "borrower_kinds", "titles_any_of", "sectors_include"),
    Kind.INSURANCE: ("insurance_class", "policyholders", "covered_risks", "stages", "regions", "sectors_include"),
    Kind.EXPERT: ("roles", "titles", "fields", "regions", "languages", "center_id"),
    Kind.CENTER: ("kind", "scope", "level", "fields", "stages", "services", "region"),
}  # fmt: skip
"""The fields by which each kind can be filtered."""


@dataclass(frozen=True, slots=True)
class Facets:
    """The filterable values of one record for the levels 0, 1 and 2."""

    public: str
    platform: str
    consented: str

    @classmethod
    def of(cls, kind: Kind, record: Record) -> "Facets":
        """What each level can filter the record by."""
        return cls(*(_joined(kind, redact(record, level)) for level in (Level.PUBLIC, Level.PLATFORM, Level.CONSENTED)))


@cache
def value_type(kind: Kind, field: str) -> TypeAdapter[Any]:
    """The type of one value of a filterable field: the element of a list, without None."""
    info = KINDS[kind].model_fields[field]
    annotation = next(part for part in get_args(info.annotation) or (info.annotation,) if part is not type(None))
    inner = get_args(annotation)
    if inner and inner[-1] is Ellipsis:
        annotation = inner[0]
    return TypeAdapter(annotation)


def token(field: str, value: object) -> str:
    """The text by which a value of a field is found."""
    return f"{SEPARATOR}{field}={value}{SEPARATOR}"


def tokens(kind: Kind, record: Record) -> list[str]:
    """What a record, redacted to a level, can be filtered by at that level: `field=value`."""
    return [f"{field}={value}" for field in FIELDS[kind] for value in _values(field, getattr(record, field))]


def _joined(kind: Kind, record: Record) -> str:
    parts = tokens(kind, record)
    return SEPARATOR + SEPARATOR.join(parts) + SEPARATOR if parts else ""


def _values(field: str, value: Any) -> Iterator[object]:
    for single in value if isinstance(value, tuple) else () if value is None else (value,):
        if "region" in field and field != "region_mode":
            yield from within(str(single))
        else:
            yield single


@cache
def within(region: str) -> tuple[str, ...]:
    """The region and those that contain it: 331002 lies in 331000 and 330000."""
    return tuple(dict.fromkeys((region, region[:4] + "00", region[:2] + "0000")))
