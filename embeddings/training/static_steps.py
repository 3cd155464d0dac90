"""The steps that make `builtin:static`, each from the files of the earlier ones in the work folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial as bound
from pathlib import Path

import numpy as np

from embeddings.encoder import FloatRows, Progress
from embeddings.loading import load_folder
from embeddings.manifest import write_manifest
from embeddings.training.corpus import Corpus
from embeddings.training.evaluate import development_tasks, evaluate
from embeddings.training.finetune import Settings, finetune
from embeddings.training.initialise import initial_table
from embeddings.training.pairs import Tasks, read_bags, tokenise, write_bags
from embeddings.training.quantise import export_static
from embeddings.training.teachers import e5_vectors, use_vectors
from embeddings.training.vocabulary import Sizes, choose_pieces, count_words, read_pieces, write_vocabulary

VERSION = "1"
# The mean of several runs' tables beats each of them (Wortsman et al. 2022, "Model soups"): .779 and .780 alone, .783
# together. Steps and seed of each run:
RUNS = ((800, 0), (1600, 0))
OF_SUMMARIES = ("ax_tz", "ax_ze", "ax_zz", "ax_mix")


@dataclass(frozen=True, slots=True)
class StaticBuild:
    """One build of the table: its data, its work folder, its size. The defaults are what ships."""

    corpus: Corpus
    work: Path
    runs: tuple[tuple[int, int], ...] = RUNS
    sizes: Sizes = field(default_factory=Sizes)
    settings: Settings = field(default_factory=Settings)
    dim: int = 256

    def vocabulary(self, progress: Progress | None = None) -> None:
        """Counts words and writes the pieces and their tokenizer."""
        if (self.work / "vocabulary" / "pieces.json").is_file():
            return
        chinese, english = count_words(self.corpus, progress)
        words = (entry.simplified for entry in self.corpus.dictionary())
        write_vocabulary(self.work / "vocabulary", choose_pieces(chinese, english, words, self.sizes))

    def teachers(self, progress: Progress | None = None) -> None:
        """Asks both teachers for a vector of every piece."""
        texts = [piece.text for piece in read_pieces(self.work / "vocabulary")]
        self._array("use", lambda: use_vectors(texts, progress))
        self._array("e5", lambda: e5_vectors(texts, self.work / "e5-full", progress))

    def initialise(self, progress: Progress | None = None) -> None:
        """Makes the first table from the teachers' vectors."""
        teachers = [(np.load(self.work / "e5.npy"), 384), (np.load(self.work / "use.npy"), 400)]
        pieces = read_pieces(self.work / "vocabulary")
        self._array("initial", lambda: initial_table(pieces, teachers, self.dim))

    def pairs(self, progress: Progress | None = None) -> None:
        """Turns the training text into bags of tokens."""
        from tokenizers import Tokenizer

        if not (self.work / "bags.npz").is_file():
            tokenizer = Tokenizer.from_file(str(self.work / "vocabulary" / "tokenizer.json"))
            write_bags(self.work / "bags.npz", tokenise(self.corpus, tokenizer, progress))

    def finetune(self, progress: Progress | None = None) -> None:
        """Trains one table a run and averages them."""
        tasks = Tasks(read_bags(self.work / "bags.npz"), () if self.corpus.summaries else OF_SUMMARIES)
        first = np.load(self.work / "initial.npy")
        tables = []
        for steps, seed in self.runs:
            settings = replace(self.settings, steps=steps, seed=seed)
            name = f"table.{steps}.{seed}"
            state = self.work / f"{name}.state"
            tables.append(self._array(name, bound(finetune, first, tasks, settings, state, progress)))
        self._array("table", lambda: np.mean(tables, axis=0, dtype=np.float32))

    def quantise(self, progress: Progress | None = None) -> None:
        """Writes the folder that ships, and what it reaches on the development tasks if their files are there."""
        folder = self.work / "static"
        pieces = read_pieces(self.work / "vocabulary")
        recipe = {
            "version": VERSION,
            "runs": [list(run) for run in self.runs],
            "settings": repr(self.settings),
            "sizes": repr(self.sizes),
            "summaries": self.corpus.summaries,
        }
        table = np.load(self.work / "table.npy")
        manifest = export_static(folder, pieces, table, recipe=recipe, data=self.corpus.digests(), figures={})
        if (self.corpus.folder / "csl_dev.jsonl.gz").is_file():
            figures = evaluate(load_folder(folder), development_tasks(self.corpus), progress=progress)
            write_manifest(folder, replace(manifest, figures=figures))
            (self.work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")

    def _array(self, name: str, make: Callable[[], FloatRows]) -> FloatRows:
        """The array NAME.npy of the work folder, made if it is not there."""
        path = self.work / f"{name}.npy"
        if not path.is_file():
            partial = path.with_suffix(".partial.npy")
            np.save(partial, make())
            partial.replace(path)
        return np.asarray(np.load(path), np.float32)
