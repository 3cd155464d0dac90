"""A catalogue: all records of one kind as one level may see them, as columns, vectors and words, ready to be searched.

Rows are handed out once and never reused; sets of rows are bitmaps. A catalogue is built from redacted records, so what
its level may not see is not in it.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.encoder import Encoder, Progress
from embeddings.fusion import fuse, word_weight
from embeddings.index import VectorIndex
from embeddings.lexical import Asked, LexicalIndex
from embeddings.passages import PassageStore
from matcher.columns import Columns
from matcher.domain import Kind, Level, Record
from matcher.domain.access import redact
from matcher.domain.texts import passages, whole

Rows = NDArray[np.int64]
Fetch = Callable[[Sequence[str]], Sequence[Record]]

_BATCH = 8192
_DEPTH = 100


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What is looked for in one catalogue: its vector (d,), its passages' vectors (p, d) and its words there."""

    words: Asked
    vector: NDArray[np.float32]
    passages: tuple[str, ...]
    passage_vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found by its text."""

    id: str
    label: str
    similarity: float


class Catalogue:
    """Records of one kind at one level; `version` names the state of the data that it holds.

    fetch: gives records by id; without it the catalogue keeps them itself. helper: takes a part of the work of putting
    a great many records.
    """

    def __init__(
        self, kind: Kind, level: Level, encoder: Encoder, fetch: Fetch | None = None, helper: Executor | None = None
    ) -> None:
        self.kind, self.level, self.encoder, self.word_weight = kind, level, encoder, word_weight(encoder.name)
        self.columns = Columns.of(kind, [])
        self.vectors = VectorIndex(encoder.dim, encoder.fingerprint)
        self.passages = PassageStore(encoder.dim, encoder.fingerprint)
        self.words = LexicalIndex(helper)
        self.live = BitMap()
        self.version = "0"
        self._ids: list[str] = []
        self._row_of: dict[str, int] = {}
        self._kept: dict[str, Record] = {}
        self._fetch = fetch

    def __len__(self) -> int:
        return len(self.live)

    def put(self, records: Sequence[Record], progress: Progress | None = None) -> None:
        """Adds records or replaces those with the same id; nothing above the catalogue's level enters."""
        for start in range(0, len(records), _BATCH):
            self._put_batch([redact(record, self.level) for record in records[start : start + _BATCH]])
            if progress:
                progress(min(start + _BATCH, len(records)), len(records))
        self.words.commit()

    def _put_batch(self, records: Sequence[Record]) -> None:
        rows = np.array([self._row(record.id) for record in records], np.uint32)
        texts = [whole(record) for record in records]
        self.words.put(rows, texts)
        parts = [passages(record) for record in records]
        flat = [part for group in parts for part in group]
        vectors = self.encoder.encode_document([*texts, *flat])
        self.columns.put(rows, records)
        self.vectors.put(rows, vectors[: len(texts)])
        ends = len(texts) + np.cumsum([len(group) for group in parts])
        groups = (vectors[end - len(group) : end] for group, end in zip(parts, ends, strict=True))
        self.passages.put_many(dict(zip(rows.tolist(), groups, strict=True)))
        self.live.update(rows)
        if self._fetch is None:
            self._kept.update((record.id, record) for record in records)

    def _row(self, record_id: str) -> int:
        row = self._row_of.get(record_id)
        if row is None:
            row = self._row_of[record_id] = len(self._ids)
            self._ids.append(record_id)
        return row

    def remove(self, ids: Iterable[str]) -> None:
        """Takes records out at once; unknown ids are ignored."""
        rows = self.rows_of(ids)
        if rows:
            gone = np.array(rows, np.uint32)
            self.live -= rows
            self.vectors.remove(gone)
            self.passages.remove(gone)
            self.words.remove(gone)
            self.words.commit()
            for row in rows:
                self._kept.pop(self._ids[row], None)

    @property
    def needs_merge(self) -> bool:
        """Whether so much was changed since the last merge that searches are slower than they need be."""
        return self.vectors.needs_merge or self.words.needs_merge

    def merge(self) -> None:
        """Makes searches fast again after many changes; some 20 s for 100,000 records, searches go on meanwhile."""
        self.passages.merge()
        self.words.merge()
        self.vectors.merge()

    def rows_of(self, ids: Iterable[str]) -> BitMap:
        """The rows of those ids that the catalogue holds."""
        return BitMap(self._row_of[one] for one in ids if one in self._row_of) & self.live

    def ids_of(self, rows: Iterable[int]) -> list[str]:
        """The ids of rows, in the same order."""
        return [self._ids[row] for row in rows]

    def records(self, ids: Sequence[str]) -> list[Record]:
        """The redacted records of ids that the catalogue holds, in the same order."""
        if self._fetch is None:
            return [self._kept[one] for one in ids]
        return [redact(record, self.level) for record in self._fetch(ids)]

    def query(self, subject: Record | str) -> Query:
        """What a record or a typed need looks for; stored long texts are documents on both sides (EMBEDDINGS 3)."""
        if isinstance(subject, str):
            vector = self.encoder.encode_query([subject])
            return Query(self.words.asked(subject), vector[0], (subject,), vector)
        text, parts = whole(subject), passages(subject)
        vectors = self.encoder.encode_document([text, *parts])
        return Query(self.words.asked(text), vectors[0], parts, vectors[1:])

    def nearest(self, query: Query, k: int, allowed: BitMap) -> Rows:
        """At most 2k allowed rows, ascending: the k nearest in meaning and the k with the most telling common words."""
        near, _ = self.vectors.search(query.vector[None], k, allowed)
        named, _ = query.words.search(k, allowed)
        return np.union1d(near[0][near[0] >= 0], named).astype(np.int64)

    def search(self, text: str, k: int, allowed: BitMap | None = None) -> list[Hit]:
        """The k records nearest to a text in meaning and words, best first; equal ones by id."""
        query = self.query(text)
        rows = self.nearest(query, max(k, _DEPTH), self.live if allowed is None else self.live & allowed)
        found = sorted(zip(-self.similarity(query, rows), self.ids_of(rows), strict=True))[:k]
        records = self.records([one for _, one in found])
        return [
            Hit(one, record.label, round(float(-minus), 4)) for (minus, one), record in zip(found, records, strict=True)
        ]

    def meaning(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """(n,) float32: how near each row is in meaning, the mean of whole text and best passage as cosines."""
        whole_text = self.vectors.scores(query.vector, rows)
        best_passage, which = self.passages.best(query.vector, rows)
        return np.where(which >= 0, (whole_text + best_passage) / 2, whole_text)

    def similarity(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """(n,) float32: `meaning` and BM25n of each row as one number."""
        return fuse(self.meaning(query, rows), query.words.scores(rows), self.word_weight)

    def rough_similarity(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """(n,) float32: `similarity` as if the best passage of each row were as near as the whole of it."""
        return fuse(self.vectors.scores(query.vector, rows), query.words.scores(rows), self.word_weight)

    def best_passages(self, query: Query, row: int, record: Record) -> tuple[str, str, float] | None:
        """The passage of the query and the passage of the record in `row` that are nearest, and their cosine."""
        texts = passages(record)
        if not texts or not query.passages:
            return None
        there = self.passages.of(row).astype(np.float32)
        cosines = query.passage_vectors @ there.T
        mine, other = divmod(int(cosines.argmax()), len(there))
        return query.passages[mine], texts[other], round(float(cosines[mine, other]), 4)

    def save(self, folder: Path) -> None:
        """Writes everything but the records into an empty folder."""
        self.columns.save(folder / "columns")
        self.vectors.save(folder / "vectors")
        self.passages.save(folder / "passages")
        self.words.save(folder / "words")
        head = {"kind": self.kind, "level": int(self.level), "fingerprint": self.encoder.fingerprint}
        head["version"] = self.version
        (folder / "catalogue.json").write_bytes(orjson.dumps(head))
        (folder / "ids.json").write_bytes(orjson.dumps(self._ids))
        (folder / "live.bits").write_bytes(self.live.serialize())

    @classmethod
    def open(cls, folder: Path, encoder: Encoder, fetch: Fetch, helper: Executor | None = None) -> "Catalogue":
        """A saved catalogue, memory-mapped; ValueError where another encoder made it."""
        head = orjson.loads((folder / "catalogue.json").read_bytes())
        if head["fingerprint"] != encoder.fingerprint:
            raise ValueError(f"made by encoder {head['fingerprint']}, asked with {encoder.fingerprint}; rebuild it")
        self = cls(Kind.of(head["kind"]), Level(head["level"]), encoder, fetch)
        self.version = head["version"]
        self.columns = Columns.open(folder / "columns")
        self.vectors = VectorIndex.open(folder / "vectors")
        self.passages = PassageStore.open(folder / "passages")
        self.words = LexicalIndex.open(folder / "words", helper)
        self._ids = orjson.loads((folder / "ids.json").read_bytes())
        self._row_of = {one: row for row, one in enumerate(self._ids)}
        self.live = BitMap.deserialize((folder / "live.bits").read_bytes())
        return self
