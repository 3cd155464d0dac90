"""The numbers of each authority: windows of ties, limits of experts, shape of panels; versioned data with source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from matcher.conflicts.errors import RuleDataError
from matcher.domain.codes import data_folder

KINDS = (
    "employment", "co_author", "co_inventor", "co_applicant", "joint_project", "supervision", "kin", "share", "adviser",
    "dispute", "drafting", "refused", "own_project",
)  # fmt: skip
"""Kinds of tie (DOMAIN 4.3)."""


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
        raise RuleDataError("authority", name, f"known are {', '.join(authorities())}", "choose one or add its file")
    return read_authority(path)


def read_authority(path: Path) -> Authority:
    """The rule data in a file, for authorities that the product does not know."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleDataError(str(path), type(error).__name__, "it is a TOML file", "correct the file") from error
    for key in ("version", "source", "windows"):
        if key not in table:
            raise RuleDataError(str(path), sorted(table), f"it states {key}", "add the key")
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
        raise RuleDataError(name, kind, f"known kinds are {', '.join(KINDS)}", "correct the name")
    if not entry.get("source"):
        raise RuleDataError(name, dict(entry), "every window names its source", "add the source")
    years = entry.get("years")
    if years is None and not entry.get("forever"):
        raise RuleDataError(name, dict(entry), "it states years or forever = true", "state one")
    if years is not None and (not isinstance(years, int) or years < 0):
        raise RuleDataError(name, years, "years are counted", "use 0 or more")
    return Window(years, str(entry["source"]))


def _folder() -> Path:
    return data_folder() / "rules" / "panels"
