"""What the answers look like, per kind, for OpenAPI."""

from functools import cache

from pydantic import BaseModel, Field, create_model

from api.resources.seen import SeenBase
from matcher.domain import KINDS, Kind


@cache
def seen_model(kind: Kind) -> type[BaseModel]:
    """`SeenFund` and the like: the record with its frame."""
    model = KINDS[kind]
    return create_model(f"Seen{model.__name__}", __base__=SeenBase, record=(model, ...))


class PageBase(BaseModel):
    """One page of a list."""

    next: str | None = Field(description="cursor of the next page; null at the end")


@cache
def page_model(kind: Kind) -> type[BaseModel]:
    """`FundPage` and the like: items and the cursor of the next page."""
    item = seen_model(kind)
    return create_model(f"{KINDS[kind].__name__}Page", __base__=PageBase, items=(list[item], ...))  # type: ignore[valid-type]


class Version(BaseModel):
    """One version of an own record."""

    version: int
    updated: str
    deleted: bool
    import_id: str | None
    record: dict[str, object]


class Versions(BaseModel):
    """All versions of an own record, oldest first."""

    items: list[Version]
