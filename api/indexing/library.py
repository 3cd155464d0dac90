"""The shelves of a service: the wanted model, the quick one that answers at once, and the change between models.

Every shelf holds all records as one encoder sees them and has vectors of that encoder alone. The first shelf that has
caught up answers, so a model that is being prepared takes over when it is complete and not before; a request takes one
shelf and stays with it, so no answer mixes two encoders. `index/answering.txt` names the model that took over last:
whenever the service dies, the next one starts with that one or with the new one.
"""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from api.indexing.shelf import Shelf
from api.kit.requests import places
from api.settings import Settings
from api.store.store import Store
from embeddings.choice import QUICK, chosen_model
from embeddings.encoder import Encoder
from embeddings.errors import EmbeddingsError
from embeddings.loading import load_encoder

log = structlog.get_logger("matcher.indexing")

ANSWERING = "answering.txt"

LOOK_S = 2.0
"""How often it is looked whether another model was chosen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a model is: records whose texts it has read, of how many; whether its books are complete."""

    name: str
    dim: int
    fingerprint: str
    read: int
    total: int
    ready: bool
    failed: bool


class Library:
    """The shelves, the best first. apart: see Shelf."""

    def __init__(self, store: Store, settings: Settings, *, apart: bool = False) -> None:
        self._store, self._settings, self._apart = store, settings, apart
        self._root = settings.data / "index"
        self._root.mkdir(parents=True, exist_ok=True)
        self._wanted, self.refused = "", ""
        self._bell, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)
        self.ready = threading.Event()
        self.shelves: tuple[Shelf, ...] = ()
        self._open()

    @property
    def answering(self) -> Shelf:
        """The shelf for one request: the best one that is ready; take it once and stay with it."""
        shelves = self.shelves
        return next((shelf for shelf in shelves if shelf.ready.is_set()), shelves[-1])

    @property
    def lag(self) -> int:
        """Changes that the shared books of the answering shelf lack."""
        return self.answering.lag

    def standings(self) -> list[Standing]:
        """How far each model is, the best first."""
        return [self._standing(shelf) for shelf in self.shelves]

    def _standing(self, shelf: Shelf) -> Standing:
        read, total = shelf.progress()
        encoder = shelf.encoder
        return Standing(encoder.name, encoder.dim, encoder.fingerprint, read, total, shelf.ready.is_set(), shelf.failed)

    def start(self) -> None:
        """Begins to follow the table with every shelf, and to look for another choice of model."""
        for shelf in self.shelves:
            shelf.start()
        self._thread.start()

    def wake(self) -> None:
        """Something changed."""
        for shelf in self.shelves:
            shelf.wake()

    def stop(self) -> None:
        """Stops following and publishes what changed."""
        self._stopping.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()
        for shelf in self.shelves:
            shelf.stop()

    def settle(self, progress: Callable[[int, int], None]) -> int:
        """Brings the answering shelf up to date without threads; gives the changes taken in.

        A slow model answers if it has read everything; what it has not read waits for the service. `progress` hears
        how many changes are done, of how many.
        """
        for shelf in self.shelves:
            total = shelf.behind()
            taken = shelf.settle(lambda behind, total=total: progress(total - behind, total))  # type: ignore[misc]
            if shelf.ready.is_set():
                return taken
        raise AssertionError("a quick shelf is always ready in the end")

    def _open(self) -> None:
        """The shelves of a start: the wanted model, the one that answered last, the quick one if the first is slow."""
        if (first := self._wish()) is not None:
            self._add(first)
        if (last := self._answered_last()) not in {"", self._wanted}:
            try:
                self._add(load_encoder(last))
            except EmbeddingsError as error:
                log.warning("the model that answered last is gone", model=last, error=str(error))
        if not self.shelves or self.shelves[0].ahead is not None:
            self._add(load_encoder(QUICK))

    def _answered_last(self) -> str:
        """The model that took over last; empty before the first."""
        try:
            return (self._root / ANSWERING).read_text("utf-8").strip()
        except FileNotFoundError:
            return ""

    def _wish(self) -> Encoder | None:
        """The wanted model if it is a new wish and can be loaded.

        Raises EmbeddingsError where the settings name it; one that was chosen beside them is refused and told.
        """
        wanted = self._settings.encoder or chosen_model()
        if wanted == self._wanted:
            return None
        self._wanted, self.refused = wanted, ""
        try:
            return load_encoder(wanted)
        except EmbeddingsError as error:
            if self._settings.encoder:
                raise
            self.refused = str(error)
            log.warning("the chosen model cannot be loaded", model=wanted, error=self.refused)
            return None

    def _add(self, encoder: Encoder, *, first: bool = False) -> None:
        """Puts the encoder's shelf before or behind the others; one that is there already keeps its books."""
        known = [shelf for shelf in self.shelves if shelf.encoder.fingerprint == encoder.fingerprint]
        added = known[0] if known else Shelf(self._store, self._settings.data, encoder, apart=self._apart)
        added.heard = self._heard
        others = tuple(shelf for shelf in self.shelves if shelf is not added)
        if self._thread.is_alive() and not known:
            added.start()
        if first or not known:
            self.shelves = (added, *others) if first else (*others, added)

    def _heard(self) -> None:
        """A shelf has become ready."""
        self.ready.set()
        self._bell.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            try:
                if (wish := self._wish()) is not None:
                    self._add(wish, first=True)
                self._retire()
            except Exception as error:  # the next round tries again; until then the shelves stand as they are
                log.error("fault in a change of models", error=type(error).__name__, at=places(error))  # noqa: TRY400
            self._bell.wait(LOOK_S)

    def _retire(self) -> None:
        """Once the best shelf is ready its model is noted, and those that nobody needs any more give up their disk."""
        best, *others = self.shelves
        if not best.ready.is_set():
            return
        if self._answered_last() != best.encoder.name:
            partial = self._root / f"{ANSWERING}.partial"
            partial.write_text(best.encoder.name + "\n", "utf-8")
            partial.replace(self._root / ANSWERING)
        quick = [shelf for shelf in others if best.ahead is not None and shelf.encoder.name == QUICK]
        self.shelves = (best, *quick)
        for shelf in others:
            if shelf not in quick:
                shelf.stop(save=False)
        self._sweep()

    def _sweep(self) -> None:
        """Removes books and vectors of models that no shelf holds."""
        held = {shelf.encoder.fingerprint for shelf in self.shelves}
        for folder in (self._root, self._settings.data / "vectors"):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.is_dir() and path.name not in held:
                    shutil.rmtree(path, ignore_errors=True)
