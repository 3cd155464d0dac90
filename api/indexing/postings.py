"""Filters and owners as bitmaps: word -> rows, so that a filter of any selectivity costs microseconds."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import orjson
from pyroaring import BitMap


class Postings:
    """Words of rows; a word is `field=value` or `@organisation`."""

    def __init__(self, rows: dict[str, BitMap] | None = None) -> None:
        self._rows = rows or {}

    def put(self, words: Mapping[int, Iterable[str]]) -> None:
        """Gives each row its words, in place of those that it had."""
        self.remove(BitMap(words))
        added: dict[str, list[int]] = {}
        for row, some in words.items():
            for word in some:
                added.setdefault(word, []).append(row)
        for word, rows in added.items():
            self._rows[word] = self._rows.get(word, BitMap()) | BitMap(rows)

    def remove(self, rows: BitMap) -> None:
        """Takes rows out of every word."""
        for word, held in list(self._rows.items()):
            if held.intersect(rows):
                self._rows[word] = held - rows

    def rows(self, word: str) -> BitMap:
        """The rows that have the word."""
        return self._rows.get(word, BitMap())

    def allowed(self, wanted: Mapping[str, Sequence[object]]) -> BitMap | None:
        """The rows that have, for each field, one of its values; None without any field."""
        kept: BitMap | None = None
        for field, values in wanted.items():
            some = BitMap.union(BitMap(), *(self.rows(f"{field}={value}") for value in values))
            kept = some if kept is None else kept & some
        return kept

    def save(self, folder: Path) -> None:
        """Writes the bitmaps into two files."""
        parts = {word: rows.serialize() for word, rows in self._rows.items() if rows}
        (folder / "postings.json").write_bytes(orjson.dumps({word: len(part) for word, part in parts.items()}))
        (folder / "postings.bits").write_bytes(b"".join(parts.values()))

    @classmethod
    def open(cls, folder: Path) -> "Postings":
        """What `save` wrote."""
        sizes = orjson.loads((folder / "postings.json").read_bytes())
        content, start, rows = (folder / "postings.bits").read_bytes(), 0, {}
        for word, size in sizes.items():
            rows[word] = BitMap.deserialize(content[start : start + size])
            start += size
        return cls(rows)
