"""Where the files of an import lie."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO


class ImportFolder:
    """`data/imports/ID/`: the file as it came, and the file to mend."""

    def __init__(self, data: Path, import_id: str) -> None:
        self.path = data / "imports" / import_id

    def source(self, file_name: str) -> Path:
        """The file as it came; its own name and ending stay out of the path."""
        return self.path / "source"

    def mend(self, file_name: str) -> Path:
        """The rows that failed, to be corrected and imported again."""
        forms = {
            ".csv": ".csv",
            ".tsv": ".csv",
            ".txt": ".csv",
            ".jsonl": ".jsonl",
            ".ndjson": ".jsonl",
            ".json": ".jsonl",
        }
        return self.path / f"mend{forms.get(Path(file_name).suffix.lower(), '.xlsx')}"

    def keep(self, file_name: str, content: BinaryIO) -> str:
        """Writes the file durably; gives its SHA-256."""
        self.path.mkdir(parents=True)
        digest = hashlib.sha256()
        with self.source(file_name).open("wb") as file:
            while part := content.read(1 << 20):
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest()

    def drop(self) -> None:
        """Removes the folder."""
        for path in self.path.glob("*"):
            path.unlink()
        self.path.rmdir()
