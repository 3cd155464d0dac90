"""Several items in one cell, one a line: `发明 | 授权 | 一种阀门 | ZL2020…`. And maps: `技术成熟度=已核验`."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from matcher.domain.record import Part
from matcher.domain.words import Words
from matcher.tables.errors import BadCellError
from matcher.tables.fields import Leaf, part_leaves

_ITEMS = re.compile(r"[\n\r;；]+")
_ATTRIBUTES = re.compile(r"\s*[|｜\t]\s*")
_LOOSE = re.compile(r"\s*[|｜\t,，、:：]\s*|\s+")
_PAIR = re.compile(r"(.+?)\s*[=＝:：]\s*(.+)")
_PLAIN_TEXT = re.compile(r"[;；\n]+")


def read_items(model: type[Part], text: str) -> tuple[dict[str, Any], ...]:
    """The items of a cell, each a dict of the attributes given; BadCellError for a value that cannot be read."""
    return tuple(_item(model, line.strip()) for line in _ITEMS.split(text) if line.strip())


def _item(model: type[Part], line: str) -> dict[str, Any]:
    readers = _readers(model)
    cells = _ATTRIBUTES.split(line)
    if len(cells) == 1 and len(readers) > 1:
        cells = _loose(model, line)
    if len(cells) > len(readers):
        raise BadCellError(
            Words(f"一项最多 {len(readers)} 个值：{form(model)}", f"an item has at most {len(readers)} values"),
            Words("每行一项，值之间用 | 分隔", "one item a line, values separated by |"),
        )
    from matcher.tables.cells import UNKNOWN

    values = ((leaf, read(cell)) for (leaf, read), cell in zip(readers, cells, strict=False) if cell)
    return {leaf.path[-1]: value for leaf, value in values if value is not UNKNOWN}


def _loose(model: type[Part], line: str) -> list[str]:
    """The values of a line without bars: split at commas, colons and spaces where the first is no free text."""
    first = part_leaves(model)[0]
    if first.shape.value in {"line", "prose"}:
        return [line]
    return _LOOSE.split(line, maxsplit=len(part_leaves(model)) - 1)


@cache
def _readers(model: type[Part]) -> tuple[tuple[Leaf, Callable[[Any], Any]], ...]:
    from matcher.tables.cells import reader

    return tuple((leaf, reader(leaf)) for leaf in part_leaves(model))


def form(model: type[Part], language: str = "zh") -> str:
    """How an item is written: the names of its values between bars."""
    return " | ".join(leaf.en if language == "en" else leaf.zh for leaf in part_leaves(model))


def read_map(text: str) -> dict[str, str]:
    """`技术成熟度=已核验；专利=自述` as a dict; the fields' names are resolved with the headers of the kind."""
    found = {}
    for part in _PLAIN_TEXT.split(text):
        if not part.strip():
            continue
        pair = _PAIR.fullmatch(part.strip())
        if pair is None:
            raise BadCellError(
                Words("应为 字段=值", "field=value"),
                Words("多项用分号隔开，如 技术成熟度=已核验", "separate by semicolons"),
            )
        found[pair[1]] = pair[2]
    return found
