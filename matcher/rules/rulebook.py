"""The values of rules and the weights of scores: versioned data with their source, from `data/rules`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from matcher.domain import Purpose
from matcher.domain.codes import data_folder


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """rules: the tables of `rules.toml`. weights: those of `weights.toml`. Two rulebooks are equal if they are one."""

    rules: Mapping[str, Any]
    weights: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Version of the rule values."""
        return str(self.rules["version"])

    @property
    def weights_version(self) -> str:
        """Version of the weights."""
        return str(self.weights["version"])

    @property
    def lpr(self) -> float:
        """Loan prime rate of one year, per year."""
        return float(self.rules["lpr"]["value"])

    def part_weights(self, purpose: Purpose) -> dict[str, float]:
        """Part -> weight for a purpose."""
        return {name: float(weight) for name, weight in self.weights[str(purpose)].items()}


@cache
def rulebook() -> Rulebook:
    """The rulebook that comes with the product."""
    folder = data_folder() / "rules"
    tables = []
    for name in ("rules", "weights"):
        with (folder / f"{name}.toml").open("rb") as file:
            tables.append(tomllib.load(file))
    return Rulebook(*tables)
