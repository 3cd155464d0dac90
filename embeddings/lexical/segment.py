"""An immutable table of rows and the words in them, readable by row and by word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
    def of(
        cls,
        rows: NDArray[np.uint32],
        row_starts: NDArray[np.int64],
        digests: NDArray[np.uint64],
        counts: NDArray[np.uint8],
    ) -> Self:
        """The table of entries (row by row, any order of words inside a row)."""
        words, row_words = np.unique(digests, return_inverse=True)
        shape = (len(rows), len(words))
        by_row = csr_array((counts, row_words.astype(np.int32), row_starts), shape=shape)
        by_row.sort_indices()
        by_word = by_row.tocsc()
        lengths = np.diff(np.concatenate([[0], np.cumsum(by_row.data, dtype=np.int64)])[row_starts])
        return cls(
            rows,
            words,
            lengths,
            row_starts,
            by_row.indices.astype(np.int32, copy=False),
            by_row.data,
            by_word.indptr.astype(np.int64),
            by_word.indices.astype(np.int32, copy=False),
            by_word.data,
        )

    @classmethod
    def of_texts(cls, rows: Iterable[int], texts: Iterable[Sequence[str]]) -> Self:
        """The table of rows (ascending) and the words of each."""
        numbers = np.fromiter(rows, np.uint32)
        known: dict[str, int] = {}
        ids: list[int] = []
        times: list[int] = []
        ends = [0]
        for text in texts:
            counted = Counter(text)
            ids += [known.setdefault(word, len(known)) for word in counted]
            times += [min(count, _MOST) for count in counted.values()]
            ends.append(len(ids))
        digests = np.fromiter(map(digest, known), np.uint64, len(known))
        return cls.of(numbers, np.array(ends, np.int64), digests[np.array(ids, np.int64)], np.array(times, np.uint8))

    @classmethod
    def joined(cls, parts: Sequence[tuple["Segment", NDArray[np.int64]]]) -> Self:
        """Some places of several tables that share no row, as one table."""
        taken = [(part, places, part.entries(places)) for part, places in parts]
        rows = np.concatenate([part.rows[places] for part, places, _ in taken])
        sizes = np.concatenate([part.sizes(places) for part, places, _ in taken])
        digests = np.concatenate([part.words[part.row_words[entries]] for part, _, entries in taken])
        counts = np.concatenate([part.row_counts[entries] for part, _, entries in taken])
        order = np.argsort(rows)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        entries = ranges(starts[:-1][order], sizes[order])
        row_starts = np.concatenate([[0], np.cumsum(sizes[order])])
        return cls.of(rows[order], row_starts, digests[entries], counts[entries])

    def sizes(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many different words the rows at these places have."""
        return self.row_starts[places + 1] - self.row_starts[places]

    def entries(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The entries of the rows at these places, row after row."""
        return ranges(self.row_starts[places], self.sizes(places))

    def places(self, rows: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Where these rows, all of them here, stand."""
        return np.searchsorted(self.rows, rows)

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


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """start, start + 1, … of each range, one range after the other."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)
