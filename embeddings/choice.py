"""Which model answers when nobody names one: the one chosen with `matcher models use`, else a built-in one."""

from dataclasses import dataclass
from pathlib import Path

from embeddings.presets import PRESETS
from embeddings.quality import models_folder, quality_is_built

QUICK = "builtin:static"
"""Reads thousands of texts a second."""

_FILE = "chosen.txt"


def chosen_model(models: Path | None = None) -> str:
    """For texts whose vectors are kept: the choice, else `builtin:quality` if it is built, else the quick one."""
    return _choice(models) or ("builtin:quality" if quality_is_built(models) else QUICK)


def model_for_files(models: Path | None = None) -> str:
    """For texts that are read once, as those of a file on the command line: the choice; without one the quick one."""
    return _choice(models) or QUICK


def _choice(models: Path | None) -> str:
    try:
        return ((models or models_folder()) / _FILE).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def choose_model(name: str, models: Path | None = None) -> None:
    """Keeps `name` as the model that answers, whole or not at all; an empty name leaves the choice open again."""
    folder = models or models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_FILE}.partial"
    partial.write_text(name + "\n", "utf-8")
    partial.replace(folder / _FILE)


@dataclass(frozen=True, slots=True)
class Known:
    """A model that can be named. `dim` is None where it is not known before it is loaded."""

    name: str
    dim: int | None
    licence: str
    state: str


def known_models(models: Path | None = None) -> list[Known]:
    """The built-in models, the presets for a hub, and the chosen one if it is none of these."""
    quality = "ready" if quality_is_built(models) else "not built: matcher models build"
    rows = [
        Known(QUICK, 256, "Apache-2.0", "ready"),
        Known("builtin:quality", 640, "MIT, Apache-2.0", quality),
        *(Known(preset.name, preset.dim, preset.licence, "from a hub") for preset in PRESETS.values()),
    ]
    chosen = chosen_model(models)
    return rows if any(row.name == chosen for row in rows) else [*rows, Known(chosen, None, "", "chosen")]
