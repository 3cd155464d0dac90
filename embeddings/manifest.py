"""The manifest of a model folder: what it is, which files it has, and the digest that names its vectors.

A model folder is whole only with its `manifest.json`; writers put it there last, so a killed build leaves no model.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from embeddings.errors import EncoderBrokenError

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """One model folder, described.

    `kind` says which loader reads it (`static`, `quality`, `tfidf`), `files` gives the sha256 of each file. `recipe`,
    `data`, `figures` and `licences` tell where it comes from and change no vector, so the fingerprint leaves them out.
    """

    kind: str
    name: str
    version: str
    dim: int
    files: Mapping[str, str]
    prompts: Mapping[str, str] = field(default_factory=dict)
    max_tokens: int | None = None
    licences: Mapping[str, str] = field(default_factory=dict)
    recipe: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, object] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits of everything in the folder that changes a vector."""
        parts = [
            self.format,
            self.kind,
            self.dim,
            sorted(self.files.items()),
            sorted(self.prompts.items()),
            self.max_tokens,
        ]
        return digest_of(json.dumps(parts, ensure_ascii=False))


def digest_of(*parts: str) -> str:
    """Sixteen hex digits that name these parts in this order."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path, *, verify: bool = True) -> Manifest:
    """The manifest of `folder`, after its files were found unchanged.

    Raises EncoderBrokenError for a manifest that is no JSON, has another format, or names a file that is missing or has
    another digest.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text("utf-8"))
        manifest = Manifest(**content)
    except (OSError, ValueError, TypeError) as error:
        raise EncoderBrokenError(
            f"{path} is no model manifest ({error}); expected JSON with {', '.join(f.name for f in fields(Manifest))}."
        ) from error
    if manifest.format != FORMAT:
        raise EncoderBrokenError(
            f"{path} has format {manifest.format}; this version reads {FORMAT}. Build the model again."
        )
    if verify:
        _check_files(folder, manifest)
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise EncoderBrokenError(
                f"{path} is missing though {MANIFEST} names it. Copy or build the model folder again."
            )
        found = file_digest(path)
        if found != expected:
            raise EncoderBrokenError(
                f"{path} has sha256 {found[:16]}…, {MANIFEST} says {expected[:16]}…: it was cut short or changed. "
                "Copy or build the model folder again."
            )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Puts the manifest beside its files, complete or not at all."""
    path = folder / MANIFEST
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1, default=dict) + "\n", "utf-8")
    partial.replace(path)
