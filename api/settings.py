"""Settings from the environment: each `MATCHER_*` variable is described in docs/operations.md."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "MATCHER_"


class SettingsError(ValueError):
    """A variable is unknown or its value breaks a rule."""


class Settings(BaseModel):
    """How the service runs. Every field has a default that suits one machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("var"), description="folder of the database, indexes, snapshots and uploads")
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite in the data folder if not given")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="port to listen on; 0 takes a free one")
    encoder: str | None = Field(
        None, description="encoder: a built-in name, a model folder or a hub name; the built-in default if not given"
    )
    models: Path | None = Field(
        None,
        description="folder of built encoders; read by the encoders themselves, the user's data folder if not given",
    )
    read_threads: Annotated[int, Field(ge=1, le=64)] = Field(4, description="threads that read the database")
    match_threads: Annotated[int, Field(ge=1, le=64)] = Field(2, description="threads that rank")
    max_body_mib: Annotated[int, Field(ge=1, le=64)] = Field(2, description="largest JSON body in MiB")
    max_upload_mib: Annotated[int, Field(ge=1, le=1024)] = Field(64, description="largest uploaded file in MiB")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level of log lines")
    log_readable: bool = Field(False, description="log lines as text for a terminal instead of JSON")

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data / 'matcher.db'}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """Settings from `MATCHER_*` variables; `given` values that are not None go first.

        Raises SettingsError for an unknown variable or a value that breaks a rule.
        """
        values: dict[str, object] = {
            name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)
        }
        unknown = sorted(set(values) - set(cls.model_fields))
        if unknown:
            known = ", ".join(PREFIX + name.upper() for name in cls.model_fields)
            raise SettingsError(f"{PREFIX}{unknown[0].upper()} is no setting; there are {known}")
        values |= {name: value for name, value in given.items() if value is not None}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(f"{PREFIX}{str(first['loc'][0]).upper()}={first['input']!r}: {first['msg']}") from None
