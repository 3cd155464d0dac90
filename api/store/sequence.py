"""Numbers that are never given twice: the sequence of changes and the rows of each kind."""

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import NoResultFound

from api.store.errors import SchemaError
from api.store.schema import changes, counters


def allocate(connection: Connection, name: str, count: int) -> int:
    """The first of `count` new numbers. Holds the counter until the commit, so numbers become visible in order."""
    taken = (
        update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    try:
        return int(connection.execute(taken).scalar_one()) - count + 1
    except NoResultFound as error:
        raise SchemaError(f"the counter {name} is missing; run `matcher doctor`") from error


def lock(connection: Connection) -> None:
    """Waits until no other process writes records; holds until the commit."""
    allocate(connection, "seq", 0)


def newest(connection: Connection) -> int:
    """The number of the newest change; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(changes.c.seq), 0))).scalar_one())
