"""The numbers of each authority: windows of ties, limits of experts, shape of panels; versioned data with source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from matcher.domain.codes import data_folder
from matcher.domain.taxonomy import TieKind
from matcher.domain.words import Words
from matcher.rules.errors import RuleDataError
from matcher.rules.limits import Limits, read_limits
from matcher.rules.rulebook import Rulebook, rulebook

OWN_PROJECT = "own_project"
"""The expert stands behind the project, or competes with it in the call: a conflict that is no tie of the record."""

KINDS = (*(kind.name.lower() for kind in TieKind), OWN_PROJECT)
"""Kinds of conflict (DOMAIN 4.3), as rule data name them."""


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
        apart: kinds of tie between two experts that keep them out of one panel.
        limits: who may judge at all; reviews_per_year, refusals_most: none where the authority has no such limit.
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
    apart: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    reviews_per_year: int | None = None
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
    return read_authority(_preset(name))


def usual_authority(rules: Rulebook | None = None) -> Authority:
    """The authority whose windows count where nobody names one: that of the rulebook."""
    return authority((rules or rulebook()).rules["expert"]["tie_authority"])


def read_authority(path: Path) -> Authority:
    """The rule data in a file, for authorities that the product does not know.

    A file that says ``like = "policy"`` states only what differs: all else is taken from that preset.
    """
    table = _table(path)
    panel, limits = table.get("panel", {}), table.get("limits", {})
    windows = {kind: _window(path, kind, entry) for kind, entry in table["windows"].items()}
    return Authority(
        name=path.stem,
        version=str(table["version"]),
        source=str(table["source"]),
        windows=windows,
        sizes=tuple(panel.get("sizes", ())),
        odd=bool(panel.get("odd", False)),
        least=dict(panel.get("least", {})),
        share=dict(panel.get("share", {})),
        unit_most=panel.get("unit_most"),
        city_most=panel.get("city_most"),
        apart=_apart(path, panel.get("apart", ()), windows),
        limits=read_limits(path.name, limits),
        reviews_per_year=limits.get("reviews_per_year"),
        refusals_most=limits.get("refusals_most"),
    )


def _table(path: Path) -> dict[str, Any]:
    """The tables of a file, with those of the preset that it is like beneath them."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleDataError(
            str(path),
            type(error).__name__,
            Words("应为 TOML 文件", "it is a TOML file"),
            Words("更正文件", "correct the file"),
        ) from error
    if "like" in table:
        base = _table(_preset(table["like"]))
        if table["like"] == path.stem or "like" in base:
            rule = Words("所参照的规则自身完整", "it is like a preset that is like no other")
            raise RuleDataError(f"{path.name} like", table["like"], rule, Words("另选一个", "choose another"))
        table |= {key: base.get(key, {}) | table.get(key, {}) for key in ("panel", "limits", "windows")}
    for key in ("version", "source", "windows"):
        if key not in table:
            raise RuleDataError(
                str(path), sorted(table), Words(f"应写明 {key}", f"it states {key}"), Words("补上该项", "add the key")
            )
    return table


def _preset(name: str) -> Path:
    if name not in authorities():
        known = ", ".join(authorities())
        raise RuleDataError(
            "authority",
            name,
            Words(f"已有规则：{known}", f"known are {known}"),
            Words("选其中一个，或添加其规则文件", "choose one or add its file"),
        )
    return _folder() / f"{name}.toml"


def _apart(path: Path, kinds: Sequence[str], windows: Mapping[str, Window]) -> tuple[str, ...]:
    for kind in kinds:
        if kind not in windows:
            rule = Words("只能是有时限规定的关系", "only kinds of tie that have a window")
            remedy = Words("在 windows 中写明其时限", "state its window in windows")
            raise RuleDataError(f"{path.name} panel.apart", kind, rule, remedy)
    return tuple(kinds)


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
