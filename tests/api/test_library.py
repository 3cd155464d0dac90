"""From fast to deep: the quick model answers until the slow one has read everything, and no answer mixes the two."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from api.indexing.ahead import FEW, Ahead
from api.indexing.library import ANSWERING, Library
from api.indexing.shelf import Shelf
from api.settings import Settings
from api.store import accounts, records, write
from api.store.store import Store
from api.store.write import Author
from embeddings.choice import QUICK, choose_model
from embeddings.encoder import Encoder
from embeddings.loading import load_encoder
from embeddings.tfidf import fit_tfidf
from matcher.domain import Kind, Level
from matcher.domain.access import redact
from matcher.domain.texts import passages, whole
from tests.reliability.victim import incoming

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def only_the_table_of_words_is_quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("api.indexing.shelf.is_quick", lambda encoder: encoder.name == QUICK)
    monkeypatch.setenv("MATCHER_MODELS", str(tmp_path / "models"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'matcher.db'}")
    opened.write_now(lambda c: accounts.add_organisation(c, "org", "Org", checked=True))
    yield opened
    opened.close()


@pytest.fixture
def other_encoder(tmp_path: Path) -> Path:
    fit_tfidf(["氢能 储能", "合成生物", "光学 镜头", "sensor chip"], tmp_path / "other", dim=4)
    return tmp_path / "other"


def fill(store: Store, first: int, count: int) -> None:
    rows = [incoming(f"f{number}", number) for number in range(first, first + count)]
    store.write_now(lambda c: write.put(c, Kind.FUND, rows, Author("org", "k")))


def settings(tmp_path: Path, encoder: Path | None = None) -> Settings:
    return Settings(data=tmp_path, encoder=None if encoder is None else str(encoder))


def settled(library: Library) -> str:
    """The name of the model that answers once every shelf took in what it may."""
    for shelf in library.shelves:
        shelf.settle()
    library._retire()
    return library.answering.encoder.name


def vectors_are_of(shelf: Shelf, encoder: Encoder, store: Store) -> None:
    catalogue = shelf.shared(Kind.FUND, Level.PLATFORM).catalogue
    stored = store.read_now(lambda c: records.since(c, Kind.FUND, 0, 10_000))
    held = [redact(each.record(), Level.PLATFORM) for each in stored if not each.deleted]
    rows = [catalogue.rows_of([record.id])[0] for record in held]
    np.testing.assert_allclose(
        catalogue.vectors.vectors(rows), encoder.encode_document([whole(record) for record in held]), atol=1e-6
    )


def test_the_quick_model_answers_until_the_slow_one_has_read_everything(
    store: Store, tmp_path: Path, small_encoder: Path
) -> None:
    fill(store, 0, 30)
    library = Library(store, settings(tmp_path, small_encoder))
    slow, quick = library.shelves
    assert settled(library) == QUICK
    assert not slow.ready.is_set()
    assert [(each.read, each.total, each.ready) for each in library.standings()] == [(0, 30, False), (30, 30, True)]
    assert slow.ahead is not None
    slow.ahead.read(store)
    assert settled(library) == str(small_encoder)
    vectors_are_of(slow, load_encoder(small_encoder), store)
    vectors_are_of(quick, load_encoder(QUICK), store)
    assert library.shelves == (slow, quick), "the quick one stays for the next import"
    library.stop()


def test_a_few_changes_are_taken_in_at_once_and_many_are_read_ahead_first(
    store: Store, tmp_path: Path, small_encoder: Path
) -> None:
    shelf = Shelf(store, tmp_path, load_encoder(small_encoder))
    fill(store, 0, FEW)
    shelf._read_ahead()
    shelf.settle()
    assert shelf.ready.is_set()
    fill(store, FEW, FEW)
    assert len(shelf.shared(Kind.FUND, Level.PLATFORM).catalogue) == 2 * FEW, "a request takes in a few by itself"
    fill(store, 2 * FEW, 10 * FEW)
    shelf.settle()
    assert len(shelf.shared(Kind.FUND, Level.PLATFORM).catalogue) < 12 * FEW
    shelf._read_ahead()  # by a process of its own
    shelf.settle()
    assert (shelf.ready.is_set(), shelf.failed) == (True, False)
    assert len(shelf.shared(Kind.FUND, Level.PLATFORM).catalogue) == 12 * FEW
    vectors_are_of(shelf, load_encoder(small_encoder), store)
    shelf.stop()


def test_another_model_takes_over_when_it_is_complete_and_the_old_one_leaves_the_disk(
    store: Store, tmp_path: Path, small_encoder: Path, other_encoder: Path
) -> None:
    fill(store, 0, 30)
    choose_model(str(small_encoder))
    library = Library(store, settings(tmp_path))
    first = library.shelves[0]
    assert first.ahead is not None
    first.ahead.read(store)
    assert settled(library) == str(small_encoder)
    library.stop()

    choose_model(str(other_encoder))
    library = Library(store, settings(tmp_path))
    assert [shelf.encoder.name for shelf in library.shelves] == [str(other_encoder), str(small_encoder), QUICK]
    assert settled(library) == str(small_encoder), "a service that dies during a change begins with the old model"
    second = library.shelves[0]
    assert second.ahead is not None
    second.ahead.read(store)
    assert settled(library) == str(other_encoder)
    assert (tmp_path / "index" / ANSWERING).read_text("utf-8").strip() == str(other_encoder)
    held = {shelf.encoder.fingerprint for shelf in library.shelves}
    assert [shelf.encoder.name for shelf in library.shelves] == [str(other_encoder), QUICK]
    assert {path.name for path in (tmp_path / "index").iterdir() if path.is_dir()} <= held
    assert {path.name for path in (tmp_path / "vectors").iterdir()} == {second.encoder.fingerprint}
    library.stop()


def test_a_model_chosen_while_the_service_runs_takes_over(
    store: Store, tmp_path: Path, small_encoder: Path, other_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.indexing.library.LOOK_S", 0.05)
    fill(store, 0, 30)
    library = Library(store, settings(tmp_path))
    library.start()
    assert library.ready.wait(20)
    assert library.answering.encoder.name == QUICK
    choose_model(str(other_encoder))
    until = time.monotonic() + 60
    while library.answering.encoder.name != str(other_encoder) and time.monotonic() < until:
        time.sleep(0.05)
    vectors_are_of(library.answering, load_encoder(other_encoder), store)
    library.stop()


def test_a_chosen_model_that_cannot_be_loaded_is_told_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    fill(store, 0, 3)
    choose_model(str(tmp_path / "nothing"))
    library = Library(store, settings(tmp_path))
    assert settled(library) == QUICK
    assert "nothing" in library.refused
    library.stop()


def read_with_kills(store: Store, folder: Path, encoder: Path, kills: int, seconds: float) -> None:
    """What was read when the process was killed is kept, and no number runs ahead of the vectors."""
    command = [sys.executable, "-m", "api.indexing.reader", store.url, str(folder), str(encoder)]
    ahead, last = Ahead(folder, load_encoder(encoder)), 0
    for _ in range(kills):
        with subprocess.Popen(command, cwd=ROOT) as process:
            until = time.monotonic() + 30
            while ahead.seq(Kind.FUND) == last and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(seconds)
            process.kill()
        assert ahead.seq(Kind.FUND) >= last
        last = ahead.seq(Kind.FUND)
        done = store.read_now(lambda c: records.since(c, Kind.FUND, 0, 10_000))
        read = [redact(each.record(), Level.PLATFORM) for each in done if each.seq <= last]
        texts = [text for record in read for text in (whole(record), *passages(record))]
        assert ahead.vectors.known(texts, "document").keys() == set(texts)
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert ahead.left(store, Kind.FUND) == 0
    ahead.close()


def test_a_killed_reader_goes_on_where_it_was(store: Store, tmp_path: Path, small_encoder: Path) -> None:
    fill(store, 0, 600)
    read_with_kills(store, tmp_path, small_encoder, 2, 0.02)


@pytest.mark.slow
def test_a_reader_killed_ten_times_goes_on_where_it_was(store: Store, tmp_path: Path, small_encoder: Path) -> None:
    fill(store, 0, 6000)
    read_with_kills(store, tmp_path, small_encoder, 10, 0.15)


def change_with_kills(store: Store, folder: Path, models: tuple[Path, Path], moments: list[float]) -> None:
    """Whatever a change of models was doing when it was killed, the old or the new one answers, whole and unmixed."""
    names = [str(model) for model in models]
    command = [sys.executable, "-m", "tests.reliability.changing", store.url, str(folder), *names]
    for moment in moments:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert process.stdout.readline().strip() in names
            time.sleep(moment)
            process.kill()
        library = Library(store, settings(folder))
        answering = settled(library)
        assert answering in names, "a model that took over is lost"
        vectors_are_of(library.answering, load_encoder(answering), store)
        library.stop()


def test_a_change_of_models_that_is_killed_leaves_the_old_or_the_new(
    store: Store, tmp_path: Path, small_encoder: Path, other_encoder: Path
) -> None:
    fill(store, 0, 30)
    change_with_kills(store, tmp_path, (small_encoder, other_encoder), [1.2])


@pytest.mark.slow
def test_twelve_changes_of_models_that_are_killed_leave_the_old_or_the_new(
    store: Store, tmp_path: Path, small_encoder: Path, other_encoder: Path
) -> None:
    fill(store, 0, 300)
    change_with_kills(store, tmp_path, (small_encoder, other_encoder), [0.25 * step for step in range(12)])
