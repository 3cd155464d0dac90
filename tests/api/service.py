"""A service on a temporary database, with organisations that must not see each other's secrets."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.guard.roles import Role
from api.kit.logs import configure_logs
from api.settings import Settings
from api.store import accounts
from api.store.store import Store

PARTIES = {
    "center": (Role.OFFICER, True),
    "fund": (Role.ANALYST, True),
    "events": (Role.ORGANIZER, True),
    "newcomer": (Role.ANALYST, False),
    "public": (Role.VISITOR, False),
    "platform": (Role.ADMIN, True),
}
"""Organisation -> role of its key, and whether a person has checked the organisation."""


@dataclass
class Service:
    """The running application, its store, and a client per organisation."""

    app: FastAPI
    anonymous: TestClient
    keys: dict[str, str]

    @property
    def store(self) -> Store:
        return self.app.state.store

    def of(self, org: str) -> TestClient:
        client = TestClient(self.app, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {self.keys[org]}"
        client.headers["Accept-Language"] = "en"
        return client


@pytest.fixture(autouse=True)
def quiet() -> None:
    configure_logs("ERROR")


@pytest.fixture(scope="session")
def accounts_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database with tables and accounts to copy, and the keys."""
    path = tmp_path_factory.mktemp("accounts") / "matcher.db"
    store = Store(f"sqlite:///{path}")
    keys = store.write_now(open_accounts)
    store.close()
    return path, keys


@pytest.fixture
def settings(tmp_path: Path, accounts_file: tuple[Path, dict[str, str]]) -> Settings:
    shutil.copy(accounts_file[0], tmp_path / "matcher.db")
    return Settings(data=tmp_path, log_level="ERROR")


@pytest.fixture
def service(settings: Settings, accounts_file: tuple[Path, dict[str, str]]) -> Iterator[Service]:
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Accept-Language"] = "en"
        yield Service(app, client, accounts_file[1])


def open_accounts(connection: object) -> dict[str, str]:
    keys = {}
    for org, (role, checked) in PARTIES.items():
        accounts.add_organisation(connection, org, org.title(), checked=checked)
        keys[org] = accounts.create_key(connection, org, str(role))
    return keys
