"""kill -9 at any moment: nothing acknowledged is lost, no import is half there, and the index equals the table."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from api.indexing.book import Book
from api.indexing.titles import Title
from api.store import records
from api.store.schema import changes, facets
from api.store.store import Store
from embeddings.loading import load_encoder
from matcher.domain import Kind, Level
from tests.reliability.victim import ROWS

ROOT = Path(__file__).parents[2]


def kill_while_writing(url: str, folder: Path, encoder: Path, cycle: int, seconds: float) -> list[str]:
    """What the process acknowledged before it was killed."""
    command = [sys.executable, "-m", "tests.reliability.victim", url, str(folder), str(encoder), str(cycle)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        said = process.stdout.read()
    return [line for line in said.split("\n")[:-1] if line]  # a line cut short was not acknowledged to anybody


def check(url: str, folder: Path, encoder: Path, said: list[str]) -> None:
    store = Store(url)
    try:
        live = {each.id for each in store.read_now(all_funds) if not each.deleted}
        singles = {line.split()[1] for line in said if line.startswith("single")}
        gone = {line.split()[1] for line in said if line.startswith("gone")}
        maybe_gone = {one for one in singles - live if int(one.rsplit("s", 1)[1]) % 3 == 1}
        assert singles - gone - live <= maybe_gone and len(singles - gone - live) <= 1, "an acknowledged write is lost"
        assert not gone & live, "an acknowledged delete is lost"
        imported: dict[str, int] = {}
        for one in live:
            if "-i" in one:
                imported[one.rsplit("-", 1)[0]] = imported.get(one.rsplit("-", 1)[0], 0) + 1
        assert set(imported.values()) <= {ROWS}, "an import is half there"
        assert {line.split()[1] for line in said if line.startswith("import")} <= set(imported)
        seqs = store.read_now(lambda c: list(c.execute(select(changes.c.seq).order_by(changes.c.seq)).scalars()))
        assert seqs == list(range(1, len(seqs) + 1)), "the sequence has a gap"
        assert len(store.read_now(lambda c: list(c.execute(select(facets.c.row))))) == len(live)
        book = Book(Title(Kind.FUND, Level.PLATFORM), store, folder, load_encoder(encoder))
        book.catch_up()
        catalogue = book.catalogue
        assert sorted(catalogue.ids_of(catalogue.live)) == sorted(live), "the index differs from the table"
        assert len(catalogue.vectors) == len(catalogue.words) == len(live)
    finally:
        store.close()


def all_funds(connection: records.Connection) -> list[records.Stored]:
    return records.since(connection, Kind.FUND, 0, 10**7)


def cycles(tmp_path: Path, encoder: Path, count: int) -> None:
    url, folder, said = f"sqlite:///{tmp_path / 'matcher.db'}", tmp_path / "index", []
    moments = random.Random(20261123)
    for cycle in range(count):
        said += kill_while_writing(url, folder, encoder, cycle, moments.uniform(0.05, 1.2))
        check(url, folder, encoder, said)
    assert said, "nothing was written before the kills"


def test_two_kills_lose_nothing(tmp_path: Path, small_encoder: Path) -> None:
    cycles(tmp_path, small_encoder, 2)


@pytest.mark.slow
def test_twenty_kills_lose_nothing(tmp_path: Path, small_encoder: Path) -> None:
    cycles(tmp_path, small_encoder, 20)


def test_a_broken_snapshot_is_rebuilt(tmp_path: Path, small_encoder: Path) -> None:
    from api.store import accounts, write
    from tests.reliability.victim import incoming

    store = Store(f"sqlite:///{tmp_path / 'matcher.db'}")
    store.write_now(lambda c: accounts.add_organisation(c, "org", "Org", checked=True))
    rows = [incoming(f"f{number}", number) for number in range(20)]
    store.write_now(lambda c: write.put(c, Kind.FUND, rows, write.Author("org", "k")))
    title, encoder = Title(Kind.FUND, Level.PLATFORM), load_encoder(small_encoder)
    book = Book(title, store, tmp_path / "index", encoder)
    book.catch_up()
    book.save()
    assert len(Book(title, store, tmp_path / "index", encoder).catalogue) == 20
    for path in (tmp_path / "index").rglob("digests.json"):
        path.write_bytes(b"{}")
    again = Book(title, store, tmp_path / "index", encoder)
    assert (len(again.catalogue), again.seq) == (0, 0)
    again.catch_up()
    assert len(again.catalogue) == 20
    store.close()
