"""Snapshots: a folder that is there whole or not at all, and says so itself.

    folder = publish(root, write=index.save, meta={"seq": 1041, "fingerprint": encoder.fingerprint})
    snapshot = open_current(root)        # Snapshot(path, meta) or None; verified, or SnapshotError

Written under a temporary name, each file and folder flushed to disk, named by its number, then `CURRENT` is switched by
rename. A crash at any line leaves the old snapshot or the new one. The one before stays for a way back.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import SnapshotError

MANIFEST, CURRENT = "manifest.json", "CURRENT"
_NAME, _KEPT = re.compile(r"snapshot-(\d{8})"), 2
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A verified folder and what was noted when it was published (among it `seq` and `fingerprint`, if given)."""

    path: Path
    meta: Mapping[str, Any]


def publish(root: Path, write: Callable[[Path], None], meta: Mapping[str, Any]) -> Path:
    """Writes a new snapshot by `write(folder)` and makes it the current one; gives its folder.

    `meta` is kept beside it and must be JSON. An error while writing leaves what was current untouched. One process at
    a time may publish under a root.
    """
    root.mkdir(parents=True, exist_ok=True)
    for left_over in root.glob(".writing-*"):  # of a crash
        shutil.rmtree(left_over, ignore_errors=True)
    writing = Path(tempfile.mkdtemp(prefix=".writing-", dir=root))
    try:
        write(writing)
        files = {str(path.relative_to(writing)): _digest_flushed(path) for path in _files(writing)}
        _write_flushed(writing / MANIFEST, json.dumps({"files": files, "meta": dict(meta)}, indent=1, sort_keys=True))
        for folder in [*(path for path in writing.rglob("*") if path.is_dir()), writing]:
            _flush_folder(folder)
        folder = root / f"snapshot-{max([0, *_numbers(root)]) + 1:08d}"
        writing.rename(folder)
    except BaseException:
        shutil.rmtree(writing, ignore_errors=True)
        raise
    _flush_folder(root)
    switching = root / f".{CURRENT}"
    _write_flushed(switching, folder.name)
    switching.rename(root / CURRENT)
    _flush_folder(root)
    for number in sorted(_numbers(root))[:-_KEPT]:
        shutil.rmtree(root / f"snapshot-{number:08d}", ignore_errors=True)
    return folder


def open_current(root: Path) -> Snapshot | None:
    """The current snapshot, every file checked, or the one before if it is broken; None if none was published.

    Raises SnapshotError if all that is there is broken: then rebuild from the store.
    """
    current = _current_name(root)
    names = [f"snapshot-{number:08d}" for number in sorted(_numbers(root), reverse=True)]
    names = [name for name in names if current is None or name <= current]  # never one that was not switched to
    if current is None and not names:
        return None
    problems: list[str] = []
    for name in names:
        try:
            return _verified(root / name)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            problems.append(f"{name}: {error}")
    raise SnapshotError(
        f"No snapshot under {root} is whole ({'; '.join(problems) or 'none there'}); rebuild the index."
    )


def _verified(folder: Path) -> Snapshot:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    expected = manifest["files"]
    found = {str(path.relative_to(folder)) for path in _files(folder)} - {MANIFEST}
    if found != set(expected):
        raise ValueError(f"files missing or added: {', '.join(sorted(found ^ set(expected)))}")
    for name, noted in expected.items():
        if (seen := _digest(folder / name)) != noted:
            raise ValueError(f"{name} has changed ({seen['bytes']} bytes, {noted['bytes']} were written)")
    return Snapshot(folder, manifest["meta"])


def _current_name(root: Path) -> str | None:
    try:
        name = (root / CURRENT).read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    return name if _NAME.fullmatch(name) else None


def _numbers(root: Path) -> list[int]:
    return [int(found[1]) for path in root.glob("snapshot-*") if (found := _NAME.fullmatch(path.name))]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> dict[str, int | str]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
        return {"bytes": file.tell(), "sha256": digest.hexdigest()}


def _digest_flushed(path: Path) -> dict[str, int | str]:
    _flush(path)
    return _digest(path)


def _write_flushed(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    _flush(path)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder; its rename is journaled
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
