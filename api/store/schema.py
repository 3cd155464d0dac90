"""The tables. Times are ISO 8601 UTC texts, which sort; bodies are JSON texts as the domain writes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_TIME = String(32)
_ID = String(100)

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The one sequence (`seq`) and the next row number of each kind (`row:fund`)."""

organisations = Table(
    "organisations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(400), nullable=False),
    Column("checked", Boolean, nullable=False, server_default=false()),
    Column("created", _TIME, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("prefix", String(16), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("org", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("note", String(200), nullable=False, server_default=""),
    Column("created", _TIME, nullable=False),
    Column("revoked", _TIME),
)

records = Table(
    "records",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("row", BigInteger, nullable=False),
    Column("org", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("updated", _TIME, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("import_id", String(40)),
    Column("content_hash", String(32), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("kind", "row"),
    Index(None, "kind", "seq"),
    Index(None, "kind", "org", "seq"),
)
"""The newest version of every record; a deleted one stays as a tombstone with its last body."""

facets = Table(
    "facets",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("org", _ID, nullable=False),
    Column("public", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("consented", Text, nullable=False),
)
"""What lists filter by, once per level, computed from the record as that level sees it."""

history = Table(
    "history",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("org", _ID, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("updated", _TIME, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("import_id", String(40)),
    Column("content_hash", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
"""Every version that a later one took the place of."""

changes = Table(
    "changes",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("id", _ID, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("import_id", String(40), index=True),
    Column("actor", String(40), nullable=False),
    Column("at", _TIME, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("org", _ID, nullable=False),
    Column("task", String(40), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("stage", String(40), nullable=False, server_default=""),
    Column("cancel", Boolean, nullable=False, server_default=false()),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created", _TIME, nullable=False),
    Column("started", _TIME),
    Column("finished", _TIME),
    Column("order", Text, nullable=False),
    Column("result", Text),
    Column("error", Text),
)

imports = Table(
    "imports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("org", _ID, nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("file_name", String(400), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("job_id", String(40), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("created", _TIME, nullable=False),
    Column("finished", _TIME),
    Column("undone", _TIME),
    Column("report", Text),
)

match_lists = Table(
    "match_lists",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("org", _ID, nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("created", _TIME, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("org", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("name", String(400), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("updated", _TIME, nullable=False),
    Index(None, "kind", "org", "created"),
)
"""A call for panels or an event; its content is that of its newest version."""

case_versions = Table(
    "case_versions",
    metadata,
    Column("case_id", String(40), ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

case_notes = Table(
    "case_notes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("case_id", String(40), ForeignKey("cases.id"), nullable=False),
    Column("about", String(20), nullable=False),
    Column("key", String(250), nullable=False),
    Column("at", _TIME, nullable=False),
    Column("org", _ID, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "case_id", "about", "key"),
)
"""What many people add to a case side by side: opinions, wishes, arrivals, outcomes. Of one key the newest counts."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("org", _ID, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", _TIME, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", _TIME, nullable=False),
    Column("org", _ID, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("kind", String(20)),
    Column("subject_id", _ID),
    Column("request_id", String(80)),
    Column("detail", Text),
)
