"""The store, run on SQLite always and on PostgreSQL by `make test-postgres`: same code, same promises."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from api.store import accounts, cases, imports, jobs, records, write
from api.store.audit import Actor
from api.store.clock import now
from api.store.errors import ChangedSinceError, ForeignRecordError, StoreClosedError
from api.store.imports import Import
from api.store.migrate import is_current
from api.store.schema import changes, metadata
from api.store.sequence import newest
from api.store.sight import Sight
from api.store.store import Store
from api.store.write import Author, Incoming
from matcher.domain import Fund, Kind, Level

A, B = Author("a", "key-a"), Author("b", "key-b")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'matcher.db'}"
    else:
        from tests.api.postgres import fresh_database

        url = fresh_database()
    opened = Store(url)
    for org in ("a", "b"):
        opened.write_now(lambda c, org=org: accounts.add_organisation(c, org, org.upper(), checked=True))
    yield opened
    opened.close()


def funds(*ids: str, name: str = "基金") -> list[Incoming]:
    return [Incoming.of(Kind.FUND, Fund(id=one, name=name, kind="VC", regions=("331002",))) for one in ids]


def put(store: Store, rows: list[Incoming], author: Author = A) -> write.Outcome:
    return store.write_now(lambda c: write.put(c, Kind.FUND, rows, author))


def live(store: Store) -> dict[str, tuple[int, int]]:
    found = store.read_now(lambda c: records.since(c, Kind.FUND, 0, 1000))
    return {each.id: (each.version, each.seq) for each in found if not each.deleted}


def test_tables_are_those_of_the_program(store: Store) -> None:
    def differences(connection: records.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "compare_server_default": False})
        return compare_metadata(context, metadata)

    assert store.read_now(is_current)
    assert store.read_now(differences) == []


def test_every_change_takes_the_next_number(store: Store) -> None:
    put(store, funds("f1", "f2"))
    put(store, funds("f2", name="新名"))
    store.write_now(lambda c: write.remove(c, Kind.FUND, ["f1"], A))
    rows = store.read_now(lambda c: list(c.execute(select(changes).order_by(changes.c.seq))))
    assert [(row.seq, row.id, row.version, row.deleted) for row in rows] == [
        (1, "f1", 1, False),
        (2, "f2", 1, False),
        (3, "f2", 2, False),
        (4, "f1", 2, True),
    ]
    assert store.read_now(newest) == 4
    assert live(store) == {"f2": (2, 3)}


def test_equal_content_changes_nothing(store: Store) -> None:
    put(store, funds("f1"))
    outcome = put(store, funds("f1"))
    assert (outcome.unchanged, outcome.seq, live(store)) == (["f1"], 0, {"f1": (1, 1)})


def test_old_versions_stay_in_the_history(store: Store) -> None:
    for name in ("一", "二", "三"):
        put(store, funds("f1", name=name))
    old = store.read_now(lambda c: records.versions(c, Kind.FUND, "f1"))
    assert [(each.version, each.record().name) for each in old] == [(1, "一"), (2, "二")]


def test_a_foreign_id_stops_the_whole_write(store: Store) -> None:
    put(store, funds("f1"), B)
    with pytest.raises(ForeignRecordError) as refused:
        put(store, funds("f0", "f1", name="x"))
    assert refused.value.ids == ["f1"]
    assert live(store) == {"f1": (1, 1)}


def test_a_deleted_id_stays_with_its_organisation_and_keeps_its_row(store: Store) -> None:
    put(store, funds("f1"))
    row = store.read_now(lambda c: records.find(c, Kind.FUND, "f1")).row
    store.write_now(lambda c: write.remove(c, Kind.FUND, ["f1"], A))
    with pytest.raises(ForeignRecordError):
        put(store, funds("f1"), B)
    assert put(store, funds("f1")).created == ["f1"]
    again = store.read_now(lambda c: records.find(c, Kind.FUND, "f1"))
    assert (again.row, again.version, again.deleted) == (row, 3, False)


def test_only_the_owner_removes(store: Store) -> None:
    put(store, funds("f1"))
    assert store.write_now(lambda c: write.remove(c, Kind.FUND, ["f1", "f9"], B)) == 0
    assert live(store) == {"f1": (1, 1)}


def test_pages_respect_sight(store: Store) -> None:
    put(store, funds("f1", "f2"))
    put(store, funds("f3"), B)

    def ids(sight: Sight, wanted: records.Wanted) -> list[str]:
        return [each.id for each in store.read_now(lambda c: records.page(c, Kind.FUND, sight, wanted, -1, 10))]

    assert ids(Sight("a", Level.CONSENTED, Level.PLATFORM), {}) == ["f1", "f2", "f3"]
    assert ids(Sight("a", Level.CONSENTED, None), {}) == ["f1", "f2"]
    assert ids(Sight("a", Level.CONSENTED, Level.PLATFORM), {"regions": ["331000"], "kind": ["VC"]}) == [
        "f1",
        "f2",
        "f3",
    ]
    assert ids(Sight("a", Level.CONSENTED, Level.PLATFORM), {"regions": ["33%"]}) == []
    assert ids(Sight("a", Level.CONSENTED, Level.PLATFORM), {"regions": []}) == []


def test_an_import_is_undone_as_a_whole(store: Store) -> None:
    put(store, funds("old", "same"))
    each = Import("imp_1", "a", "fund", "f.csv", "", False, "", "key-a", now(), now(), None, None)
    store.write_now(lambda c: imports.add(c, each))
    put(store, [*funds("old", name="新"), *funds("new", "same")], Author("a", "key-a", "imp_1"))
    assert store.write_now(lambda c: imports.undo(c, each, "key-a")) == {"removed": 1, "restored": 1}
    found = store.read_now(lambda c: records.find_many(c, Kind.FUND, ["old", "new", "same"]))
    assert {one: (record.deleted, record.record().name) for one, record in found.items()} == {
        "old": (False, "基金"),
        "new": (True, "基金"),
        "same": (False, "基金"),
    }
    assert found["same"].version == 1
    assert store.read_now(lambda c: imports.find(c, "imp_1")).undone is not None


def test_an_import_whose_records_changed_since_is_not_undone(store: Store) -> None:
    each = Import("imp_1", "a", "fund", "f.csv", "", False, "", "key-a", now(), now(), None, None)
    store.write_now(lambda c: imports.add(c, each))
    put(store, funds("f1", "f2"), Author("a", "key-a", "imp_1"))
    put(store, funds("f2", name="改"))
    before = live(store)
    with pytest.raises(ChangedSinceError) as refused:
        store.write_now(lambda c: imports.undo(c, each, "key-a"))
    assert (refused.value.ids, live(store)) == (["f2"], before)


def test_writes_that_wait_share_a_commit_and_fail_alone(store: Store) -> None:
    release, entered = threading.Event(), threading.Event()

    def slow(_: object) -> str:
        entered.set()
        release.wait(10)
        return "slow"

    def broken(connection: records.Connection) -> None:
        write.put(connection, Kind.FUND, funds("broken"), A)
        raise RuntimeError("no")

    first = store.writer.submit(slow)
    entered.wait(10)
    before = store.writer.commits
    waiting: list[Future[object]] = [
        store.writer.submit(lambda c, number=number: write.put(c, Kind.FUND, funds(f"f{number}"), A).created)
        for number in range(20)
    ]
    failing = store.writer.submit(broken)
    release.set()
    assert first.result(10) == "slow"
    assert [each.result(10) for each in waiting] == [[f"f{number}"] for number in range(20)]
    with pytest.raises(RuntimeError, match="no"):
        failing.result(10)
    assert store.writer.commits - before == 2
    assert sorted(live(store)) == sorted(f"f{number}" for number in range(20))


def test_a_closed_store_takes_nothing(tmp_path: Path) -> None:
    closed = Store(f"sqlite:///{tmp_path / 'x.db'}")
    closed.close()
    with pytest.raises(StoreClosedError):
        closed.write_now(lambda c: None)


def test_jobs_survive_a_crash_and_end_once(store: Store) -> None:
    first = store.write_now(lambda c: jobs.queue(c, "a", "task", {"x": 1}))
    second = store.write_now(lambda c: jobs.queue(c, "a", "task", {"x": 2}))
    taken = store.write_now(jobs.take)
    assert (taken.id, taken.state, taken.attempts, taken.order) == (first, "running", 1, {"x": 1})
    assert store.write_now(jobs.requeue_running) == 1
    assert store.write_now(jobs.take).attempts == 2
    store.write_now(lambda c: jobs.finish(c, first, "done", {"ok": True}))
    store.write_now(lambda c: jobs.finish(c, first, "failed"))
    found = store.read_now(lambda c: jobs.find(c, first, "a"))
    assert (found.state, found.result) == ("done", {"ok": True})
    assert store.read_now(lambda c: jobs.find(c, first, "b")) is None
    store.write_now(lambda c: jobs.cancel(c, second))
    assert store.read_now(lambda c: jobs.find(c, second)).state == "cancelled"
    assert store.write_now(jobs.take) is None


def test_two_processes_write_without_losing_numbers(store: Store) -> None:
    """Two writers on one database, as a service and an import."""
    other = Store(store.reader.url.render_as_string(hide_password=False))

    def write_many(which: Store, name: str) -> None:
        for number in range(15):
            which.write_now(lambda c, number=number: write.put(c, Kind.FUND, funds(f"{name}{number}"), A))

    threads = [threading.Thread(target=write_many, args=args) for args in ((store, "x"), (other, "y"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(seq for _, seq in live(store).values()) == list(range(1, 31))
    rows = store.read_now(lambda c: [each.row for each in records.since(c, Kind.FUND, 0, 100)])
    assert sorted(rows) == list(range(30))


OFFICER, ORGANIZER = Actor("a", "key-a", "r1"), Actor("b", "key-b", "r2")


def test_a_case_keeps_every_version(store: Store) -> None:
    made = store.write_now(lambda c: cases.create(c, "panels", OFFICER, "秋季", {"n": 1}))
    second = store.write_now(lambda c: cases.change(c, made, OFFICER, "pin", {"n": 2}))
    assert second is not None
    assert store.read_now(lambda c: cases.find(c, "panels", made.id)) == second
    assert store.read_now(lambda c: cases.find(c, "panels", made.id, 1)) == made
    assert store.read_now(lambda c: cases.find(c, "event", made.id)) is None
    assert store.read_now(lambda c: cases.find(c, "panels", made.id, 3)) is None
    told = store.read_now(lambda c: cases.versions(c, made.id))
    assert [(each.version, each.action, each.actor) for each in told] == [(1, "create", "key-a"), (2, "pin", "key-a")]


def test_of_two_changes_of_one_version_the_first_stands(store: Store) -> None:
    made = store.write_now(lambda c: cases.create(c, "event", ORGANIZER, "对接会", {}))
    assert store.write_now(lambda c: cases.change(c, made, ORGANIZER, "first", {"by": 1})) is not None
    assert store.write_now(lambda c: cases.change(c, made, ORGANIZER, "second", {"by": 2})) is None
    newest = store.read_now(lambda c: cases.find(c, "event", made.id))
    assert newest is not None
    assert (newest.version, newest.body) == (2, {"by": 1})
    assert len(store.read_now(lambda c: cases.versions(c, made.id))) == 2


def test_of_the_notes_of_a_key_the_newest_counts(store: Store) -> None:
    one = store.write_now(lambda c: cases.create(c, "event", OFFICER, "x", {}))
    other = store.write_now(lambda c: cases.create(c, "event", OFFICER, "y", {}))
    store.write_now(lambda c: cases.add_notes(c, one.id, "wish", OFFICER, [("p1", {"rank": 1}), ("p2", {"rank": 2})]))
    store.write_now(lambda c: cases.add_notes(c, one.id, "wish", ORGANIZER, [("p1", {"rank": 3})]))
    store.write_now(lambda c: cases.add_notes(c, one.id, "outcome", OFFICER, [("p1", {"held": True})]))
    store.write_now(lambda c: cases.add_notes(c, other.id, "wish", OFFICER, [("p1", {"rank": 9})]))
    found = store.read_now(lambda c: cases.notes(c, one.id, "wish"))
    assert [(each.key, each.body, each.org) for each in found] == [("p2", {"rank": 2}, "a"), ("p1", {"rank": 3}, "b")]
    assert [each.key for each in store.read_now(lambda c: cases.notes(c, one.id, "wish", "p2"))] == ["p2"]


def test_cases_of_an_organisation_newest_first(store: Store) -> None:
    for name in ("one", "two", "three"):
        store.write_now(lambda c, name=name: cases.create(c, "panels", OFFICER, name, {}))
    store.write_now(lambda c: cases.create(c, "panels", ORGANIZER, "other", {}))
    store.write_now(lambda c: cases.create(c, "event", OFFICER, "event", {}))
    assert [row["name"] for row in store.read_now(lambda c: cases.page(c, "panels", "a", 2))] == ["three", "two"]
