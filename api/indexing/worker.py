"""The process that brings one book up to date: `python -m api.indexing.worker URL DATA ENCODER KIND LEVEL ORG`."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from api.indexing.shelf import Shelf
from api.indexing.titles import Title
from api.store.records import KIND_OF
from api.store.store import Store
from embeddings.loading import load_encoder
from matcher.domain import Level

POLITENESS = 5
"""How far the process stands back behind the service's own work (`nice`)."""


def main(url: str, data: str, encoder: str, kind: str, level: str, org: str) -> None:
    """Brings the book up to date and publishes it; a process of its own cuts its texts into words."""
    os.nice(POLITENESS)
    store = Store(url, 1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as helper:
        shelf = Shelf(store, Path(data), load_encoder(encoder), helper=helper)
        shelf.publish(Title(KIND_OF[kind], Level(int(level)), org or None))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
