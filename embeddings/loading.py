"""Encoders behind one door: any model that turns texts into unit rows, by name."""

from pathlib import Path

from embeddings.encoder import BUILTIN, Encoder
from embeddings.errors import EncoderMissingError
from embeddings.manifest import MANIFEST, read_manifest

PREFIX = "builtin:"


def load_encoder(name: str | Path, models: Path | None = None) -> Encoder:
    """The encoder called `name`.

    `builtin:static` and `builtin:quality` need no network; a folder may hold a model of ours (with a manifest) or any
    sentence-transformers model; anything else is taken for a model name on the hub.
    `models` is where `builtin:quality` was built (default: `embeddings.quality.models_folder()`).

    Raises EncoderMissingError if there is no such model here (within 3 s when the hub cannot be reached) and
    EncoderBrokenError if its files are damaged.
    """
    text = str(name)
    if text.startswith(PREFIX):
        return _load_builtin(text, models)
    if isinstance(name, Path) or Path(text).exists() or text.startswith(("/", "./", "../", "~")):
        return load_folder(Path(text).expanduser())
    from embeddings.model import load_hub_model

    return load_hub_model(text)


def is_quick(encoder: Encoder) -> bool:
    """Whether it reads thousands of texts a second: a table of words, not a transformer."""
    from embeddings.static import StaticEncoder
    from embeddings.tfidf import TfidfEncoder

    return isinstance(encoder, StaticEncoder | TfidfEncoder)


def _load_builtin(name: str, models: Path | None) -> Encoder:
    if name == "builtin:static":
        return load_folder(BUILTIN / "static")
    if name == "builtin:quality":
        from embeddings.quality import load_quality

        return load_quality(models)
    raise EncoderMissingError(f"There is no built-in model {name!r}; there are builtin:static and builtin:quality.")


def load_folder(folder: Path) -> Encoder:
    """The encoder in `folder`: one of ours by its manifest, else a sentence-transformers model."""
    if not folder.is_dir():
        raise EncoderMissingError(f"There is no model folder {folder}; builtin:static works without one.")
    if (folder / MANIFEST).is_file():
        return _load_manifest_folder(folder)
    if (folder / "modules.json").is_file() or (folder / "config.json").is_file():
        from embeddings.model import load_model_folder

        return load_model_folder(folder)
    raise EncoderMissingError(
        f"{folder} is no model folder: it has neither {MANIFEST} nor modules.json nor config.json. "
        "Name a sentence-transformers folder, or use builtin:static."
    )


def _load_manifest_folder(folder: Path) -> Encoder:
    manifest = read_manifest(folder)
    if manifest.kind == "static":
        from embeddings.static import load_static

        return load_static(folder, manifest)
    if manifest.kind == "tfidf":
        from embeddings.tfidf import load_tfidf

        return load_tfidf(folder, manifest)
    raise EncoderMissingError(f"{folder} holds a model of kind {manifest.kind!r}; a folder may hold static or tfidf.")
