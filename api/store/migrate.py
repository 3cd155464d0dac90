"""Brings the tables to this version's form with alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from api.store.errors import SchemaError


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Creates or upgrades the tables in one transaction; raises SchemaError for tables of a later version."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7305)"))  # two services may start at once
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise SchemaError(
                f"the database is of a later version than this program ({error}); install the newer program"
            ) from error


def is_current(connection: Connection) -> bool:
    """Whether the tables have this version's form."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head
