"""The process that reads texts ahead for a slow encoder: `python -m api.indexing.reader URL DATA ENCODER`."""

import os
import sys
from pathlib import Path

from api.indexing.ahead import Ahead
from api.store.store import Store
from embeddings.loading import load_encoder

POLITENESS = 15
"""How far the process stands back behind everything else (`nice`): requests and the making of books go first."""


def main(url: str, data: str, encoder: str) -> None:
    """Encodes what is left, one thread, and ends; what it did is kept if it is killed."""
    os.nice(POLITENESS)
    store, model = Store(url, 1), load_encoder(encoder)
    ahead = Ahead(Path(data), model)
    ahead.read(store)
    ahead.close()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
