"""A service on a temporary database, with organisations that must not see each other's secrets."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.guard.roles import Role
from api.kit.logs import configure_logs
from api.settings import Settings
from api.store import accounts
from api.store.store import Store
from embeddings.tfidf import fit_tfidf

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

    def indexed(self) -> None:
        """Waits until every change is in the indexes."""
        assert self.app.state.library.ready.wait(20)
        self.app.state.library.answering.catch_up()

    def finished(self, org: str, job: str) -> dict[str, Any]:
        """The job once it has ended."""
        for _ in range(400):
            found = self.of(org).get(f"/v1/jobs/{job}").json()
            if found["state"] not in {"queued", "running"}:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{found} does not end")

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


@pytest.fixture(scope="session")
def small_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder fitted on a few sentences: it loads in no time."""
    folder = tmp_path_factory.mktemp("encoder") / "tfidf"
    texts = [
        "固态电池电解质 新材料",
        "医疗器械 影像诊断 软件",
        "工业机器人 精密减速器",
        "低空经济 无人机 物流",
        "sensor chip",
    ]
    fit_tfidf(texts, folder, dim=8)
    return folder


@pytest.fixture
def settings(tmp_path: Path, accounts_file: tuple[Path, dict[str, str]], small_encoder: Path) -> Settings:
    shutil.copy(accounts_file[0], tmp_path / "matcher.db")
    return Settings(data=tmp_path, log_level="ERROR", encoder=str(small_encoder))


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
