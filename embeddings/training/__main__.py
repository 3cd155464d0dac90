"""One command a step: `python -m embeddings.training STEP --data FOLDER --work FOLDER`; `static`, `quality` run all."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from embeddings.errors import EmbeddingsError
from embeddings.training.corpus import Corpus
from embeddings.training.quality_steps import QualityBuild
from embeddings.training.static_steps import StaticBuild

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Data = Annotated[Path, typer.Option(help="Folder with the public training files (docs/models.md lists them).")]
Work = Annotated[Path, typer.Option(help="Folder for the results of the steps; a step done before is skipped.")]
Summaries = Annotated[bool, typer.Option(help="Whether the machine-written Chinese summaries may train.")]
STATIC_STEPS = ("vocabulary", "teachers", "initialise", "pairs", "finetune", "quantise")
QUALITY_STEPS = ("trim", "export", "rows", "head", "judge")


class Meter:
    """Prints `label: done/total, seconds` at most once a second, on stderr."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Takes the count of what is done, of `total` (0 if unknown)."""
        now = time.monotonic()
        if now - self._last >= 1 or done == total:
            self._last = now
            print(f"{self._label}: {done}/{total or '?'}, {now - self._began:.0f} s", file=sys.stderr, flush=True)


def run_steps(step: str, data: Path, work: Path, *, summaries: bool) -> None:
    """Runs one step, or every step of `static` or `quality`."""
    work.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(data, summaries)
    build = StaticBuild(corpus, work) if step in {*STATIC_STEPS, "static"} else QualityBuild(corpus, work)
    for name in {"static": STATIC_STEPS, "quality": QUALITY_STEPS}.get(step, (step,)):
        getattr(build, name)(Meter(name))


def _command(step: str, doc: str) -> None:
    @app.command(step, help=doc)
    def run(data: Data, work: Work, summaries: Summaries = True) -> None:
        run_steps(step, data, work, summaries=summaries)


for _build, _steps, _all in ((StaticBuild, STATIC_STEPS, "static"), (QualityBuild, QUALITY_STEPS, "quality")):
    for _step in _steps:
        _command(_step, getattr(_build, _step).__doc__ or "")
    _command(_all, f"All steps of builtin:{_all}: {', '.join(_steps)}.")


def main() -> None:
    """Runs a step; an expected refusal is one line, not a traceback."""
    try:
        app()
    except EmbeddingsError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
