"""`matcher evaluate`: the golden set, the engine beside plainer rankers, exposure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from embeddings.choice import model_for_files
from embeddings.loading import load_encoder
from matcher.cli.ranking import EncoderOption, JsonOption, errors, told
from matcher.domain import Level

if TYPE_CHECKING:
    from matcher.evaluation.papers import PaperCall
    from matcher.evaluation.significance import Interval
    from matcher.evaluation.ways import WayLine

app = typer.Typer(invoke_without_command=True, help="Measure the ranked lists against judged queries.")


@app.callback()
def evaluate(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="folder with demo/ and golden/; the one that comes with it")] = None,
    encoder: EncoderOption = None,
    level: Annotated[int, typer.Option(min=0, max=2, help="what searchers may see: 1 before consent, 2 after")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="of the resampling and the random ranker")] = 0,
    samples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamplings for the intervals")] = 10_000,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="write the whole report there as JSON")] = None,
    as_json: JsonOption = False,
) -> None:
    """nDCG@10, recall@20 and MRR with paired bootstrap intervals, and how evenly candidates are shown."""
    if context.invoked_subcommand is not None:
        return
    from matcher.evaluation.golden import load_golden
    from matcher.evaluation.report import show, to_json
    from matcher.evaluation.run import Setting, evaluate

    with told():
        golden, model = load_golden(data), load_encoder(encoder or model_for_files())
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


@app.command()
def text(
    encoder: Annotated[
        list[str] | None, typer.Option("--encoder", help="may be given several times; every built-in one if not")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the resampling")] = 0,
    samples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamplings for the intervals")] = 10_000,
    as_json: JsonOption = False,
) -> None:
    """Encoders alone and with words on eight tasks over papers, Chinese, English and across, beside plain baselines."""
    from embeddings.quality import quality_is_built
    from matcher.evaluation.text import compare_text, sample_tasks

    names = encoder or ["builtin:static", *(["builtin:quality"] if quality_is_built() else [])]
    with told(), Progress(console=errors, transient=True) as bar:
        task = bar.add_task("judging", total=None)
        lines = compare_text(
            [load_encoder(name) for name in names],
            sample_tasks(),
            seed,
            samples,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False))
        return
    table = Table("", *(line.ranker.replace("builtin:", "") for line in lines))
    for name in lines[0].tasks:
        table.add_row(name, *(f"{line.tasks[name]:.3f}" for line in lines))
    table.add_row("mean", *(f"{line.mean.mean:.3f}" for line in lines))
    table.add_row("ahead of words", "", *(f"{line.ahead.mean:+.3f}" for line in lines[1:]))
    table.add_row("95 %", "", *(f"{line.ahead.low:+.3f} {line.ahead.high:+.3f}" for line in lines[1:]))
    Console().print(table)


@app.command()
def experts(
    papers: Annotated[
        Path | None, typer.Option(help="folder with csl.jsonl.gz, arxiv.jsonl.gz and disciplines.tsv")
    ] = None,
    encoder: EncoderOption = None,
    seed: Annotated[int, typer.Option(min=0, help="of the experts and the resampling")] = 0,
    samples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamplings for the intervals")] = 10_000,
    as_json: JsonOption = False,
) -> None:
    """How well calls for panels tell who is an expert: on papers by ways to score, and on the golden set."""
    from matcher.evaluation.calls import evaluate_calls
    from matcher.evaluation.golden import load_golden
    from matcher.evaluation.papers import paper_calls, thin_calls
    from matcher.evaluation.ways import compare_priors, compare_scales, compare_ways

    with told():
        model, calls, thin = (
            load_encoder(encoder or model_for_files()),
            paper_calls(papers, seed),
            thin_calls(papers, seed),
        )
        ways, priors = compare_ways(calls, model, seed, samples), compare_priors(thin, model, seed, samples)
        scales, golden = compare_scales(calls, model, seed), evaluate_calls(load_golden(), model, seed, samples)
    if as_json:
        found: dict[str, Sequence[Any]] = {"ways": ways, "priors": priors, "scales": scales, "golden": golden.lines}
        typer.echo(json.dumps({name: [asdict(line) for line in lines] for name, lines in found.items()}))
        return
    console = Console()
    console.print(_ways("papers, nDCG@10", ways, calls))
    console.print(_ways("thin profiles, nDCG@10; evidences that the group is worth", priors, thin))
    table = Table("papers: who has no expert", "one scale", "project by project")
    for each in scales:
        table.add_row(each.task, f"{each.one:.3f}", f"{each.each:.3f}")
    console.print(table)
    table = Table("golden", "nDCG@10", "call ahead by", "judged of the first ten")
    for line in golden.lines:
        ahead = "" if line.ahead is None else _difference(line.ahead["nDCG@10"])
        table.add_row(line.ranker, f"{line.metrics['nDCG@10'].mean:.3f}", ahead, f"{line.judged:.0%}")
    console.print(table)


def _ways(title: str, lines: Sequence["WayLine"], calls: Mapping[str, "PaperCall"]) -> Table:
    table = Table(title, *(line.way for line in lines))
    for name, call in calls.items():
        size = f"{len(call.projects)} x {len(call.experts)}"
        table.add_row(f"{name} ({size})", *(f"{line.tasks[name]:.3f}" for line in lines))
    table.add_row("mean", *(f"{line.mean.mean:.3f}" for line in lines))
    table.add_row("ahead of the first", "", *(_difference(line.ahead) for line in lines[1:]))
    return table


def _difference(found: "Interval") -> str:
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
