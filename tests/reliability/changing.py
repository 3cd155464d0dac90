"""A process that changes models back and forth, telling each model that took over, until it is killed.

`python -m tests.reliability.changing DATABASE-URL FOLDER MODEL MODEL`
"""

import itertools
import sys
from pathlib import Path

from api.indexing import library, shelf
from api.indexing.library import Library
from api.settings import Settings
from api.store.store import Store
from embeddings.choice import QUICK, choose_model
from tests.reliability.victim import say


def main(url: str, folder: str, *models: str) -> None:
    shelf.is_quick = lambda encoder: encoder.name == QUICK  # the small models read ahead too
    library.LOOK_S = shelf.POLL_S = 0.02
    choose_model(models[0])
    changing = Library(Store(url), Settings(data=Path(folder)))
    changing.start()
    say("ready")
    for model in itertools.cycle(models):
        choose_model(model)
        while changing.answering.encoder.name != model or len(changing.shelves) > 2:
            changing.ready.wait(0.02)
        say(model)


if __name__ == "__main__":
    main(*sys.argv[1:])
