"""An immutable table of rows and the words in them, readable by row and by word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embeddings.index.rows import ranges

_MOST = 255  # a word counted more often in one text adds nothing to BM25 any more


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n rows and w words, both ascending; entry e of a row: word `row_words[e]` stands there `row_counts[e]` times.

    `row_starts` (n + 1,) bounds the entries of a row, `word_starts` (w + 1,) those of a word in `word_places` (places
    of rows, not row numbers) and `word_counts`. `words` (w,) are 64-bit digests, `lengths` (n,) the words per row.
    """

    rows: NDArray[np.uint32]
    words: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    row_starts: NDArray[np.int64]
    row_words: NDArray[np.int32]
    row_counts: NDArray[np.uint8]
    word_starts: NDArray[np.int64]
    word_places: NDArray[np.int32]
    word_counts: NDArray[np.uint8]

    @classmethod
    def of(cls, rows: NDArray[np.uint32], words: NDArray[np.uint64], by_row: csr_array) -> Self:
        """The table of a matrix of counts (n, w) of uint8, its entries in order and each once."""
        by_word = by_row.tocsc()
        row_starts = by_row.indptr.astype(np.int64)
        lengths = np.diff(np.concatenate([[0], np.cumsum(by_row.data, dtype=np.int64)])[row_starts])
        entries = by_row.indices.astype(np.int32, copy=False), by_row.data
        return cls(
            rows,
            words,
            lengths,
            row_starts,
            *entries,
            by_word.indptr.astype(np.int64),
            by_word.indices.astype(np.int32, copy=False),
            by_word.data,
        )

    @classmethod
    def of_texts(cls, texts: Mapping[int, NDArray[np.int32]], vocabulary: Iterable[str]) -> Self:
        """The table of rows (ascending) and the words of each, as places in the vocabulary, repeats and all."""
        digests = np.fromiter(map(digest, vocabulary), np.uint64)
        words, place_of = np.unique(digests, return_inverse=True)
        ends = np.cumsum([0, *map(len, texts.values())])
        flat = np.concatenate([*texts.values(), np.empty(0, np.int32)])
        ones = np.ones(len(flat), np.int32)
        counts = csr_array((ones, place_of[flat].astype(np.int32), ends), shape=(len(texts), len(words)))
        counts.sum_duplicates()
        counts.data = np.minimum(counts.data, _MOST).astype(np.uint8)
        return cls.of(np.fromiter(texts, np.uint32), words, counts)

    @classmethod
    def joined(cls, parts: Sequence[tuple["Segment", NDArray[np.int64]]]) -> Self:
        """Some places of several tables that share no row, as one table."""
        words = np.unique(np.concatenate([part.words for part, _ in parts]))
        taken = [(part, places, part.entries(places)) for part, places in parts]
        sizes = np.concatenate([part.sizes(places) for part, places, _ in taken])
        new_words = [
            np.searchsorted(words, part.words).astype(np.int32)[part.row_words[entries]] for part, _, entries in taken
        ]
        counts = np.concatenate([part.row_counts[entries] for part, _, entries in taken])
        starts = np.concatenate([[0], np.cumsum(sizes)])
        rows = np.concatenate([part.rows[places] for part, places, _ in taken])
        matrix = csr_array((counts, np.concatenate(new_words), starts), shape=(len(rows), len(words)))
        order = np.argsort(rows)
        return cls.of(rows[order], words, matrix if (order[1:] > order[:-1]).all() else matrix[order])

    def sizes(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many different words the rows at these places have."""
        return self.row_starts[places + 1] - self.row_starts[places]

    def entries(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The entries of the rows at these places, row after row."""
        return ranges(self.row_starts[places], self.sizes(places))

    def places(self, rows: NDArray[np.uint32] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these rows stand, or would stand in order; without a search where no number is left out."""
        first, count = (int(self.rows[0]), len(self.rows)) if len(self.rows) else (0, 0)
        if count and int(self.rows[-1]) - first + 1 == count:
            return np.clip(rows.astype(np.int64) - first, 0, count)
        return np.searchsorted(self.rows, rows.astype(np.uint32))

    def save(self, folder: Path, name: str) -> None:
        """Writes `{name}.{part}.npy` for each part."""
        for field in fields(self):
            np.save(folder / f"{name}.{field.name}.npy", getattr(self, field.name))

    @classmethod
    def open(cls, folder: Path, name: str) -> Self:
        """The saved table, memory-mapped. Raises OSError or ValueError where a file is missing or cut short."""
        parts = (np.load(folder / f"{name}.{field.name}.npy", mmap_mode="r") for field in fields(cls))
        segment = cls(*(part.view(np.ndarray) for part in parts))
        entries = len(segment.row_words), len(segment.row_counts), len(segment.word_places), len(segment.word_counts)
        ends = int(segment.row_starts[-1]), int(segment.word_starts[-1])
        if len({*entries, *ends}) != 1 or len(segment.row_starts) != len(segment.rows) + 1:
            raise ValueError(f"the files of {name} do not fit each other")
        return segment


def digest(word: str) -> int:
    """64 bits that stand for a word: the same in every process."""
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")
