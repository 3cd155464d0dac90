"""The projects and experts of an order, as far as the caller reads them."""

from typing import cast

from sqlalchemy import Connection

from api.guard.caller import Caller
from api.kit.problems import FieldError, InvalidError
from api.panels.orders import PoolOrder
from api.store import records
from matcher.domain import Expert, Kind, Project, Record
from matcher.domain.access import redact


def pools(connection: Connection, wanted: PoolOrder, caller: Caller) -> tuple[list[Project], list[Expert]]:
    """The named records; own ones whole for who may write them, because conflicts are found in secret fields too.

    Of others' records no secret is read. InvalidError names one that is not there, or not for the caller.
    """
    projects = _seen(connection, Kind.PROJECT, wanted.projects, caller)
    return cast(list[Project], projects), cast(list[Expert], _seen(connection, Kind.EXPERT, wanted.experts, caller))


def _seen(connection: Connection, kind: Kind, ids: tuple[str, ...], caller: Caller) -> list[Record]:
    stored = records.find_many(connection, kind, ids)
    found: list[Record] = []
    for one in dict.fromkeys(ids):
        known = stored.get(one)
        level = None if known is None or known.deleted else caller.level(kind, known.org)
        if known is None or level is None:
            place = FieldError(
                pointer=f"/records/{kind}s",
                value=one,
                rule="须为您可查看的记录 / must be a record that you may see",
                remedy="核对编号 / check the id",
            )
            raise InvalidError(f"没有 {one}，或您无权查看。", f"There is no {one}, or not for you.", [place])
        found.append(redact(known.record(), level))
    return found
