"""The numbers of each authority: windows of ties, limits of experts, shape of panels; versioned data with source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from matcher.domain.codes import data_folder
from matcher.domain.taxonomy import TieKind
from matcher.domain.words import Words
from matcher.rules.rulebook import Rulebook, rulebook

OWN_PROJECT = "own_project"
"""The expert stands behind the project, or competes with it in the call: a conflict that is no tie of the record."""

KINDS = (*(kind.name.lower() for kind in TieKind), OWN_PROJECT)
"""Kinds of conflict (DOMAIN 4.3), as rule data name them."""


class RuleDataError(Exception):
    """The rule data of an authority are not complete: field, value found, rule and remedy."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        zh, en = f"{field} 的值 {value!r}：{rule.zh}；{remedy.zh}", f"{field} is {value!r}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Window:
    """How long a tie counts after its end: ``years``, or for ever when none; and which rule says so."""

    years: int | None
    source: str

    def reaches_back_to(self, today: date) -> date:
        """The first end date that still counts."""
        if self.years is None:
            return date.min
        leap = today.month == 2 and today.day == 29
        return today.replace(year=today.year - self.years, day=28 if leap else today.day)

    @property
    def words(self) -> Words:
        """The window in a sentence."""
        if self.years is None:
            return Words("永久有效，不会失效", "never lapses")
        return Words(f"结束后 {self.years} 年内有效", f"counts for {self.years} years after its end")


@dataclass(frozen=True, slots=True)
class Authority:
    """The rule data of one authority.

    Attributes:
        name: file name of the preset, such as ``policy``.
        version: of the data.
        source: where the rules stand.
        windows: by kind of tie; a kind without a window is no conflict for this authority.
        sizes: allowed panel sizes; ``odd`` where they must be odd.
        least: seats per role; ``share``: share of seats per role.
        unit_most: most experts of one employer in a panel, ``city_most`` of one city.
        reviews_per_year, age_most, refusals_most: limits; none where the authority has none.
    """

    name: str
    version: str
    source: str
    windows: Mapping[str, Window]
    sizes: tuple[int, ...] = ()
    odd: bool = False
    least: Mapping[str, int] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)
    unit_most: int | None = None
    city_most: int | None = None
    reviews_per_year: int | None = None
    age_most: int | None = None
    refusals_most: int | None = None


def authorities() -> tuple[str, ...]:
    """Names of the presets that come with the product."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


@cache
def authority(name: str) -> Authority:
    """The preset of an authority.

    Raises:
        RuleDataError: there is no such preset, or it is not complete.
    """
    path = _folder() / f"{name}.toml"
    if name not in authorities():
        known = ", ".join(authorities())
        raise RuleDataError(
            "authority",
            name,
            Words(f"已有规则：{known}", f"known are {known}"),
            Words("选其中一个，或添加其规则文件", "choose one or add its file"),
        )
    return read_authority(path)


def usual_authority(rules: Rulebook | None = None) -> Authority:
    """The authority whose windows count where nobody names one: that of the rulebook."""
    return authority((rules or rulebook()).rules["expert"]["tie_authority"])


def read_authority(path: Path) -> Authority:
    """The rule data in a file, for authorities that the product does not know."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleDataError(
            str(path),
            type(error).__name__,
            Words("应为 TOML 文件", "it is a TOML file"),
            Words("更正文件", "correct the file"),
        ) from error
    for key in ("version", "source", "windows"):
        if key not in table:
            raise RuleDataError(
                str(path), sorted(table), Words(f"应写明 {key}", f"it states {key}"), Words("补上该项", "add the key")
            )
    panel, limits = table.get("panel", {}), table.get("limits", {})
    return Authority(
        name=path.stem,
        version=str(table["version"]),
        source=str(table["source"]),
        windows={kind: _window(path, kind, entry) for kind, entry in table["windows"].items()},
        sizes=tuple(panel.get("sizes", ())),
        odd=bool(panel.get("odd", False)),
        least=dict(panel.get("least", {})),
        share=dict(panel.get("share", {})),
        unit_most=panel.get("unit_most"),
        city_most=panel.get("city_most"),
        reviews_per_year=limits.get("reviews_per_year"),
        age_most=limits.get("age_most"),
        refusals_most=limits.get("refusals_most"),
    )


def _window(path: Path, kind: str, entry: Mapping[str, Any]) -> Window:
    name = f"{path.name} windows.{kind}"
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise RuleDataError(
            name, kind, Words(f"已知种类：{known}", f"known kinds are {known}"), Words("更正名称", "correct the name")
        )
    if not entry.get("source"):
        rule = Words("每个时限写明出处", "every window names its source")
        raise RuleDataError(name, dict(entry), rule, Words("补上 source", "add the source"))
    years = entry.get("years")
    if years is None and not entry.get("forever"):
        rule = Words("写明 years 或 forever = true", "it states years or forever = true")
        raise RuleDataError(name, dict(entry), rule, Words("写其中一项", "state one"))
    if years is not None and (not isinstance(years, int) or years < 0):
        rule = Words("年数为整数", "years are counted")
        raise RuleDataError(name, years, rule, Words("填 0 或以上", "use 0 or more"))
    return Window(years, str(entry["source"]))


def _folder() -> Path:
    return data_folder() / "rules" / "panels"
