"""Versioned code lists from `data/codes/`: regions, industries, IPC. Names in both languages resolve to codes.

A list is a UTF-8 CSV with the columns code, zh, en, parent, synonyms (separated by |) and map (codes of other lists,
`sei:新材料|gb:C26`). The first line is a comment: `# version=2026.1 source=…`.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from matcher.domain.term import fold

SCHEMES = ("sei", "gb", "ipc", "local")
"""Industry schemes: 战略性新兴产业, GB/T 4754, IPC, and the city's own list of 16 slots."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list."""

    code: str
    zh: str
    en: str
    parent: str | None
    synonyms: tuple[str, ...]
    maps_to: tuple[str, ...]


class CodeList(Mapping[str, Code]):
    """A code list: code -> entry; `resolve` turns a code, name or synonym into the code."""

    def __init__(self, name: str, version: str, source: str, entries: tuple[Code, ...]) -> None:
        self.name, self.version, self.source = name, version, source
        self._entries = {entry.code: entry for entry in entries}
        self._words: dict[str, str] = {}
        for entry in entries:
            for word in (entry.code, entry.zh, entry.en, *entry.synonyms):
                self._words.setdefault(fold(word), entry.code)

    def __getitem__(self, code: str) -> Code:
        return self._entries[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def resolve(self, word: str) -> str | None:
        """The code that a code, a name in either language or a synonym stands for; None if there is none."""
        return self._words.get(fold(word))

    def label(self, code: str, language: str = "zh") -> str:
        """The entry's name in `zh` or `en`; the code itself where the list does not know it."""
        entry = self._entries.get(code)
        return code if entry is None else (entry.en if language == "en" else entry.zh)


def data_folder() -> Path:
    """Where the product's data files lie: beside the packages in a checkout, inside `matcher` when installed."""
    package = Path(__file__).parent.parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


@cache
def code_list(name: str) -> CodeList:
    """The list `data/codes/{name}.csv`: regions, gb, sei, ipc or local."""
    path = data_folder() / "codes" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        head = file.readline().removeprefix("#").split(maxsplit=1)
        facts = dict(part.split("=", 1) for part in head)
        rows = csv.DictReader(file)
        entries = tuple(
            Code(
                row["code"],
                row["zh"],
                row["en"],
                row["parent"] or None,
                tuple(filter(None, row["synonyms"].split("|"))),
                tuple(filter(None, row["map"].split("|"))),
            )
            for row in rows
        )
    return CodeList(name, facts["version"], facts.get("source", "").strip(), entries)


_FINER = {
    "gb": re.compile(r"([A-T]?\d\d)\d{1,2}", re.IGNORECASE),
    "ipc": re.compile(r"(([A-H]\d\d)[A-Z])\s*(?:\d{1,4}(?:/\d{2,6})?)?", re.IGNORECASE),
}
"""Codes finer than a list goes: C2641 or 2641 of GB/T 4754 lies in C26, H01M 10/0562 of the IPC in H01M, within H01."""


def resolve_code(name: str, word: str) -> str | None:
    """The code of a list that a word stands for; a finer code of the same scheme gives the entry that it lies in."""
    entries = code_list(name)
    found = entries.resolve(word)
    if found is None and name in _FINER and (finer := _FINER[name].fullmatch(word.strip())):
        found = next((code for part in finer.groups() if (code := entries.resolve(part))), None)
    return found


def _resolver(name: str, rule: str, remedy: str) -> AfterValidator:
    def resolve(word: str) -> str:
        code = resolve_code(name, word)
        if code is None:
            raise PydanticCustomError("unknown_code", "{rule}; {remedy}", {"rule": rule, "remedy": remedy})
        return code

    return AfterValidator(resolve)


RegionCode = Annotated[
    str, _resolver("regions", "a region of GB/T 2260", "give a six-digit code or a name such as 台州市 or 331002")
]
GbCode = Annotated[
    str, _resolver("gb", "a class of GB/T 4754-2017", "give a letter A-T, a division such as C26 or a name")
]
SeiCode = Annotated[str, _resolver("sei", "a strategic emerging industry (2018)", "give a name such as 新材料")]
IpcCode = Annotated[str, _resolver("ipc", "an IPC section, class or subclass", "give a code such as H, H01 or H01M")]
LocalCode = Annotated[
    str, _resolver("local", "a slot of the city's industry list", "give a code or name from data/codes/local.csv")
]


def resolve_sector(word: str) -> str:
    """`scheme:code` for an industry in any scheme, else `text:` and the folded word, which matches by equal words.

    A scheme may be given (`gb:C26`); without one the schemes are tried in the order sei, local, gb, ipc.
    """
    scheme, _, rest = word.partition(":")
    if scheme in SCHEMES and rest:
        code = resolve_code(scheme, rest)
        if code is None:
            raise PydanticCustomError(
                "unknown_code", "{rule}; {remedy}", {"rule": f"a code of the list {scheme}", "remedy": "see data/codes"}
            )
        return f"{scheme}:{code}"
    if scheme == "text" and rest:
        return f"text:{fold(rest)}"
    for scheme in ("sei", "local", "gb", "ipc"):
        code = code_list(scheme).resolve(word)
        if code is not None:
            return f"{scheme}:{code}"
    return f"text:{fold(word)}"


Sector = Annotated[str, AfterValidator(resolve_sector)]
"""An industry as `scheme:code` (sei, gb, ipc, local) or `text:word` where no list knows the word."""
