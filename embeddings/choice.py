"""Which model answers when nobody names one: the one chosen with `matcher models use`, else the best that is here."""

from pathlib import Path

from embeddings.quality import models_folder, quality_is_built

_FILE = "chosen.txt"


def chosen_model(models: Path | None = None) -> str:
    """The name kept in the models folder; without one `builtin:quality` if it is built, else `builtin:static`."""
    folder = models or models_folder()
    try:
        name = (folder / _FILE).read_text("utf-8").strip()
    except FileNotFoundError:
        name = ""
    return name or ("builtin:quality" if quality_is_built(folder) else "builtin:static")


def choose_model(name: str, models: Path | None = None) -> None:
    """Keeps `name` as the model that answers, whole or not at all; an empty name leaves the choice open again."""
    folder = models or models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_FILE}.partial"
    partial.write_text(name + "\n", "utf-8")
    partial.replace(folder / _FILE)
