"""The index of words of one kind and level: a table, the changes since, and the rows removed since."""

import json
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyroaring import BitMap

from embeddings.errors import RowError, SnapshotError
from embeddings.index.rows import checked_rows
from embeddings.lexical.asked import Asked
from embeddings.lexical.cutting import CutTexts, cut
from embeddings.lexical.part import Part, State, numbers_of
from embeddings.lexical.segment import Segment
from embeddings.text import ANALYSIS

_HEAD, _FORMAT = "lexical.json", 1
_LONGEST_DELTA = 5_000


class LexicalIndex:
    """BM25n over the words of texts; safe to search while it is changed.

    helper: cuts texts into words meanwhile, for indexes that take in a great many; None cuts them at once.
    """

    def __init__(self, helper: Executor | None = None) -> None:
        self._helper = helper
        self._waiting: list[tuple[NDArray[np.int64], Future[CutTexts]]] = []
        self._state = State.of(_nothing(), _nothing())
        self._put: dict[int, NDArray[np.int32]] = {}
        self._vocabulary = _Vocabulary()
        self._removed = BitMap()
        self._change = threading.Lock()

    def __len__(self) -> int:
        return self._state.row_count

    @property
    def rows(self) -> BitMap:
        """The committed rows."""
        base, delta = self._state.parts
        return base.live | delta.live

    @property
    def needs_merge(self) -> bool:
        """Whether the changes have grown so long that a merge pays."""
        base, delta = self._state.parts
        return len(delta.live) > max(_LONGEST_DELTA, len(base.segment.rows) // 10)

    def put(self, rows: ArrayLike, texts: Sequence[str]) -> None:
        """Adds or replaces the texts of rows, seen after `commit`. Raises RowError if they do not fit."""
        numbers = checked_rows(rows)
        if len(numbers) != len(texts):
            raise RowError(f"{len(numbers)} rows with {len(texts)} texts; give one text for each row.")
        if not len(numbers):
            return
        with self._change:
            if self._helper is None:
                self._enter(numbers, cut(texts))
            else:
                self._waiting.append((numbers, self._helper.submit(cut, list(texts))))

    def _enter(self, rows: NDArray[np.int64], texts: CutTexts) -> None:
        place_of = np.fromiter(map(self._vocabulary.__getitem__, texts.vocabulary), np.int32)
        new = dict(zip(rows.tolist(), np.split(place_of[texts.places], texts.ends[:-1]), strict=True))
        self._put |= new
        self._removed -= BitMap(new)

    def _settle(self) -> None:
        """Takes in the texts that the helper cut."""
        for rows, texts in self._waiting:
            self._enter(rows, texts.result())
        self._waiting = []

    def remove(self, rows: ArrayLike | BitMap) -> None:
        """Forgets rows, seen after `commit`; those that it does not hold are no error."""
        gone = rows if isinstance(rows, BitMap) else BitMap(checked_rows(rows).astype(np.uint32))
        with self._change:
            self._settle()
            for row in gone & BitMap(self._put):
                del self._put[row]
            self._removed |= gone

    def commit(self) -> None:
        """Makes all changes since the last commit seen at once."""
        with self._change:
            self._settle()
            new = dict(sorted(self._put.items()))
            gone = self._removed | BitMap(new)
            if gone:
                base, delta = (part.without(gone) for part in self._state.parts)
                fresh = Part.of(Segment.of_texts(new, self._vocabulary))
                self._state = State.of(base, Part.of(_joined(delta, fresh)))
            self._put, self._removed, self._vocabulary = {}, BitMap(), _Vocabulary()

    def merge(self) -> None:
        """Makes one table of all that is committed; searches go on meanwhile."""
        with self._change:
            self._state = State.of(Part.of(_joined(*self._state.parts)), _nothing())

    def asked(self, text: str) -> Asked:
        """What the index as it is now says of a text; ask once where more than one thing is wanted."""
        return Asked(text, self._state)

    def search(self, text: str, k: int, allowed: BitMap | None = None) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """As `Asked.search`."""
        return self.asked(text).search(k, allowed)

    def scores(self, text: str, rows: ArrayLike) -> NDArray[np.float32]:
        """As `Asked.scores`."""
        return self.asked(text).scores(rows)

    def shared(self, text: str, row: int) -> list[tuple[str, float]]:
        """As `Asked.shared`."""
        return self.asked(text).shared(row)

    def save(self, folder: Path) -> None:
        """Writes what is committed into a folder; publish it with `embeddings.snapshot`."""
        folder.mkdir(parents=True, exist_ok=True)
        state = self._state
        (folder / _HEAD).write_text(json.dumps({"format": _FORMAT, "analysis": ANALYSIS}), "utf-8")
        for name, part in zip(("base", "delta"), state.parts, strict=True):
            part.segment.save(folder, name)
            np.save(folder / f"{name}.live.npy", numbers_of(part.live))

    @classmethod
    def open(cls, folder: Path, helper: Executor | None = None) -> Self:
        """The index in a folder, memory-mapped. Raises SnapshotError if it is broken or has other word rules."""
        try:
            head = json.loads((folder / _HEAD).read_text("utf-8"))
            if (head["format"], head["analysis"]) != (_FORMAT, ANALYSIS):
                raise SnapshotError(
                    f"{folder}: made with the word rules {head['analysis']}, now {ANALYSIS}; rebuild it."
                )
            parts = []
            for name in ("base", "delta"):
                part = Part.of(Segment.open(folder, name))
                parts.append(part.without(part.live - BitMap(np.load(folder / f"{name}.live.npy"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"{folder}: this index cannot be read ({error}); rebuild it from the store.") from error
        index = cls(helper)
        index._state = State.of(parts[0], parts[1])
        return index


class _Vocabulary(dict[str, int]):
    """Words in the order in which they came, each with its place."""

    def __missing__(self, word: str) -> int:
        self[word] = place = len(self)
        return place


def _nothing() -> Part:
    return Part.of(Segment.of_texts({}, ()))


def _joined(*parts: Part) -> Segment:
    whole = [part for part in parts if part.live]
    if len(whole) == 1 and len(whole[0].live) == len(whole[0].segment.rows):
        return whole[0].segment
    return Segment.joined([(part.segment, part.places()) for part in parts])
