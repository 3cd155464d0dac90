"""`matcher evaluate`: the golden set, the engine beside plainer rankers, exposure."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from embeddings.choice import chosen_model
from embeddings.loading import load_encoder
from matcher.cli.ranking import EncoderOption, JsonOption, errors, told
from matcher.domain import Level

app = typer.Typer(no_args_is_help=False, help="Measure the ranked lists against judged queries.")


@app.command()
def evaluate(
    data: Annotated[Path | None, typer.Option(help="folder with demo/ and golden/; the one that comes with it")] = None,
    encoder: EncoderOption = None,
    level: Annotated[int, typer.Option(min=0, max=2, help="what searchers may see: 1 before consent, 2 after")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="of the resampling and the random ranker")] = 0,
    samples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamplings for the intervals")] = 10_000,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="write the whole report there as JSON")] = None,
    as_json: JsonOption = False,
) -> None:
    """nDCG@10, recall@20 and MRR with paired bootstrap intervals, and how evenly candidates are shown."""
    from matcher.evaluation.golden import load_golden
    from matcher.evaluation.report import show, to_json
    from matcher.evaluation.run import Setting, evaluate

    with told():
        golden, model = load_golden(data), load_encoder(encoder or chosen_model())
        with Progress(console=errors, transient=True) as bar:
            task = bar.add_task("ranking", total=None)
            report = evaluate(
                golden,
                model,
                Setting(Level(level), seed, samples),
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        if out:
            out.write_bytes(to_json(report))
    if as_json:
        typer.echo(to_json(report).decode(), nl=False)
    else:
        show(report, Console())
