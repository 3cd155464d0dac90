"""Books follow the table: at once for a few changes, by a process of their own for many."""

from pathlib import Path

import pytest

from api.indexing.book import Book
from api.indexing.postings import Postings
from api.indexing.shelf import Shelf
from api.indexing.titles import Title
from api.store import accounts, write
from api.store.store import Store
from api.store.write import Author
from embeddings.loading import load_encoder
from matcher.domain import Kind, Level, Project
from tests.reliability.victim import incoming

TITLE = Title(Kind.FUND, Level.PLATFORM)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(f"sqlite:///{tmp_path / 'matcher.db'}")
    opened.write_now(lambda c: accounts.add_organisation(c, "org", "Org", checked=True))
    return opened


def fill(store: Store, count: int) -> None:
    rows = [incoming(f"f{number}", number) for number in range(count)]
    store.write_now(lambda c: write.put(c, Kind.FUND, rows, Author("org", "k")))


def test_many_changes_are_taken_in_by_a_process_of_their_own(
    store: Store, tmp_path: Path, small_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 30)
    monkeypatch.setattr("api.indexing.shelf.BULK", 10)
    shelf = Shelf(store, tmp_path, load_encoder(small_encoder), apart=True)
    assert shelf.behind() == 30
    assert shelf.catch_up() == 30
    assert shelf.behind() == 0
    books = [book for book in shelf.books() if book.title.kind is Kind.FUND]
    assert [(len(book.catalogue), book.unsaved, book.seq) for book in books] == [(30, 0, 30)] * 2
    shelf.stop()
    store.close()


def test_a_hidden_change_leaves_the_version(store: Store, tmp_path: Path, small_encoder: Path) -> None:
    def put(project: Project) -> None:
        row = write.Incoming.of(Kind.PROJECT, project)
        store.write_now(lambda c: write.put(c, Kind.PROJECT, [row], Author("org", "k")))

    book = Book(Title(Kind.PROJECT, Level.PLATFORM), store, tmp_path, load_encoder(small_encoder))
    put(Project(id="p", teaser="固态电池"))
    book.catch_up()
    put(Project(id="p", teaser="固态电池", description="配方"))
    assert (book.catch_up(), book.version, book.seq) == (1, 1, 2)
    put(Project(id="p", teaser="影像诊断"))
    assert (book.catch_up(), book.version, book.seq) == (1, 2, 3)
    store.close()


def test_a_snapshot_ahead_of_the_table_is_not_used(tmp_path: Path, small_encoder: Path) -> None:
    stores = []
    for name, count in (("new", 5), ("old", 2)):
        one = Store(f"sqlite:///{tmp_path / name}.db")
        one.write_now(lambda c: accounts.add_organisation(c, "org", "Org", checked=True))
        fill(one, count)
        stores.append(one)
    encoder = load_encoder(small_encoder)
    book = Book(TITLE, stores[0], tmp_path / "index", encoder)
    book.catch_up()
    book.save()
    restored = Book(TITLE, stores[1], tmp_path / "index", encoder)
    assert (restored.seq, restored.catch_up(), len(restored.catalogue)) == (0, 2, 2)
    for one in stores:
        one.close()


def test_snapshots_of_another_encoder_are_rebuilt(store: Store, tmp_path: Path, small_encoder: Path) -> None:
    from embeddings.tfidf import fit_tfidf

    fill(store, 3)
    book = Book(TITLE, store, tmp_path / "index", load_encoder(small_encoder))
    book.catch_up()
    book.save()
    other = fit_tfidf(["别的 文本", "医疗 器械", "无人机"], tmp_path / "other", dim=2)
    assert Book(TITLE, store, tmp_path / "index", other).seq == 0
    store.close()


def test_postings_answer_as_a_plain_search_would() -> None:
    words = {0: ["a=1", "b=x"], 1: ["a=2", "b=x"], 2: ["a=1", "a=2"], 5: []}
    postings = Postings()
    postings.put(words)
    postings.put({1: ["a=3"]})
    words[1] = ["a=3"]
    for wanted in ({"a": ["1"]}, {"a": ["1", "2"]}, {"a": ["1"], "b": ["x"]}, {"a": []}, {"c": ["1"]}):
        plain = [
            row
            for row, held in words.items()
            if all(any(f"{field}={value}" in held for value in values) for field, values in wanted.items())
        ]
        found = postings.allowed(wanted)
        assert found is not None and sorted(found) == plain
    assert postings.allowed({}) is None


def test_postings_survive_a_file(tmp_path: Path) -> None:
    postings = Postings()
    postings.put({3: ["a=1"], 70_000: ["a=1", "@org"]})
    postings.save(tmp_path)
    again = Postings.open(tmp_path)
    assert [sorted(again.rows(word)) for word in ("a=1", "@org", "b")] == [[3, 70_000], [70_000], []]


def test_remembered_rows_are_the_encoders(small_encoder: Path) -> None:
    import numpy as np

    from api.indexing.encoders import RememberingEncoder

    plain = load_encoder(small_encoder)
    remembering = RememberingEncoder(plain)
    texts = [f"固态电池 {number % 7}" for number in range(150)] + ["医疗器械"]
    for some in (texts, texts[::-1], ["无人机"], []):
        assert np.array_equal(remembering.encode_document(some), plain.encode_document(some))


def test_a_long_own_book_is_built_apart_while_the_caller_is_told_to_wait(
    store: Store, tmp_path: Path, small_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.kit.problems import NotReadyError

    fill(store, 30)
    monkeypatch.setattr("api.indexing.shelf.BULK", 10)
    shelf = Shelf(store, tmp_path, load_encoder(small_encoder), apart=True)
    with pytest.raises(NotReadyError):
        shelf.own(Kind.FUND, "org")
    shelf._build_asked()
    book = shelf.own(Kind.FUND, "org")
    assert book is not None
    assert len(book.catalogue) == 30
    assert shelf.own(Kind.FUND, "nobody") is None
    shelf.stop()
    store.close()
