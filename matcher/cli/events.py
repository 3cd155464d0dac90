"""`matcher events propose | plan | check | replan | report | export`: an event file in, a timetable out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from matcher.domain.words import Words
from matcher.scheduling.errors import FormatError, SchedulingError
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event

app = typer.Typer(no_args_is_help=True, help="Matchmaking events: who meets whom, when and where.")
errors = Console(stderr=True)

EventArgument = Annotated[str, typer.Argument(help="matchevent-2 file, or FILE.jsonl.gz#NAME")]
PlanArgument = Annotated[Path, typer.Argument(help="plan written by `matcher events plan`")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="write there instead of to the screen")]
SeedOption = Annotated[int, typer.Option(min=0, help="of the annealing")]


@app.command()
def plan(event: EventArgument, out: OutOption = None, seed: SeedOption = 0) -> None:
    """The best plan with its bound; the same file and seed give the same plan."""
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.solve import solve

    with told():
        problem = read_event(event)
        with progress() as tell:
            found = solve(problem, seed, tell=tell)
        _write(found.document(), out)
    errors.print(_summary(found), highlight=False)
    for reason in found.reasons[:20]:
        errors.print(reason, highlight=False, markup=False)
    if found.status == "infeasible":
        raise typer.Exit(1)


@app.command()
def check(
    event: EventArgument,
    plan_file: Annotated[Path | None, typer.Argument(help="plan to verify; without it the event itself")] = None,
) -> None:
    """Whether a plan keeps every rule; without a plan, what in the event contradicts itself and the way out."""
    from matcher.scheduling.check import check as verify
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.replan_files import seats_from_document

    with told():
        problem = read_event(event)
        if plan_file is None:
            _explain(problem)
            return
        document = _json(plan_file)
        seats_from_document(document)
        verdict = verify(problem, document["meetings"])
    for broken in verdict.broken:
        typer.echo(f"{broken.rule}: {broken.reason.both}")
    kept = "every rule is kept" if verdict.holds else f"{len(verdict.broken)} rules are broken"
    typer.echo(f"{kept}; score {verdict.score}, shortfall {verdict.shortfall}, breaks {verdict.breaks}")
    if not verdict.holds:
        raise typer.Exit(1)


@app.command()
def replan(
    event: EventArgument,
    plan_file: PlanArgument,
    change: Annotated[
        Path, typer.Argument(help="JSON: cause, now, absent, lost_tables, lost_slots, cancelled, pinned")
    ],
    out: OutOption = None,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="the instant answer instead of the fewest changes")
    ] = False,
) -> None:
    """Repair a plan on the day: the fewest cancellations, then the fewest moves, then the best refills."""
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.replan import repair, repair_at_once
    from matcher.scheduling.replan_files import change_from_document, delta_document, plan_from_document

    with told():
        problem = read_event(event)
        before = plan_from_document(problem, _json(plan_file))
        answer = (repair_at_once if at_once else repair)(problem, before, change_from_document(_json(change)))
        _write(answer.plan.document() | delta_document(answer.delta), out)
    delta = answer.delta
    for party in delta.told:
        errors.print(f"tell {problem.parties[party].label}", highlight=False, markup=False)
    counted = f"{len(delta.cancelled)} cancelled, {len(delta.moved)} moved, {len(delta.added)} added"
    errors.print(f"{counted}; {'proven fewest' if delta.is_least else 'not proven fewest'}", highlight=False)


@app.command()
def propose(
    event: EventArgument,
    ranked: Annotated[
        list[Path], typer.Argument(help="ranked lists: run.csv of `matcher rank`, or match lists as JSON")
    ],
    out: OutOption = None,
    most: Annotated[int, typer.Option(min=1, help="proposals for each party")] = 10,
) -> None:
    """Wishes that the ranked lists of both sides propose, with reasons, and who is wanted by more than it can meet."""
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.proposals import proposals_document, ranked_from_csv, ranked_from_document
    from matcher.scheduling.proposals import propose as proposed
    from matcher.scheduling.wishes import demand

    with told():
        problem = read_event(event)
        lines = [
            line
            for path in ranked
            for line in (ranked_from_csv(_text(path)) if path.suffix == ".csv" else ranked_from_document(_json(path)))
        ]
        found = proposed(problem, lines, most)
        sentences = [d.sentence(problem) for d in demand(problem, [p.wish for p in found])]
        _write(proposals_document(problem, found, sentences), out)
    errors.print(f"{len(found)} wishes proposed", highlight=False)
    for sentence in sentences[:20]:
        errors.print(sentence.both, highlight=False, markup=False)


@app.command()
def report(
    event: EventArgument,
    plan_file: PlanArgument,
    out: OutOption = None,
    wishes: Annotated[
        Path | None, typer.Option(help="JSON: wishes with their answers; adds wishes met by rank")
    ] = None,
    outcomes: Annotated[
        Path | None, typer.Option(help="JSON: what became of the meetings; adds what came of it")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="also draw it, as .svg or .png")] = None,
) -> None:
    """Wishes met, meetings per party, waiting, use of tables, why the rest was refused, and what came of it."""
    from matcher.scheduling.figures import write_figure
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.outcomes import outcomes_from_document
    from matcher.scheduling.proposals import wishes_from_document
    from matcher.scheduling.replan_files import plan_from_document
    from matcher.scheduling.report import report as figures

    with told():
        problem = read_event(event)
        held = plan_from_document(problem, _json(plan_file))
        sent = () if wishes is None else wishes_from_document(problem, _json(wishes))
        came = None if outcomes is None else outcomes_from_document(problem, held, _json(outcomes))
        found = figures(problem, held, sent, came)
        if plot is not None:
            write_figure(found, plot)
        _write(found.document(), out)


@app.command()
def export(
    event: EventArgument,
    plan_file: PlanArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="folder for the files; it is made if it is not there")],
    starts: Annotated[str | None, typer.Option(help="first slot, with zone: 2026-05-01T09:00+08:00")] = None,
    minutes: Annotated[int, typer.Option(min=1, help="length of a slot")] = 20,
    pause: Annotated[int, typer.Option(min=0, help="minutes between two slots")] = 5,
    stamp: Annotated[str | None, typer.Option(help="time of the release, with zone; now")] = None,
) -> None:
    """plan.xlsx, plan.pdf, a text card per party, and with --starts a calendar (.ics) per party."""
    from matcher.scheduling.agenda import with_clock
    from matcher.scheduling.matchevent import read_event
    from matcher.scheduling.replan_files import plan_from_document

    with told():
        problem = read_event(event)
        found = plan_from_document(problem, _json(plan_file))
        moment = datetime.now(UTC) if stamp is None else _time("stamp", stamp)
        if starts is not None:
            problem = with_clock(problem, _time("starts", starts), minutes, pause)
        out.mkdir(parents=True, exist_ok=True)
        count = _export(problem, found, out, moment, calendars=starts is not None)
    errors.print(f"{count} files in {out}", highlight=False)


def _export(event: Event, found: Plan, out: Path, moment: datetime, *, calendars: bool) -> int:
    from matcher.scheduling.agenda import card
    from matcher.scheduling.booklet import booklet
    from matcher.scheduling.calendars import calendar
    from matcher.scheduling.releases import release
    from matcher.scheduling.sheets import write_workbook

    write_workbook(event, found, out / "plan.xlsx")
    (out / "plan.pdf").write_bytes(booklet(event, found, lambda text: errors.print(text, style="yellow"), moment))
    published = release(event, found, "export")
    for number in range(len(event.parties)):
        (out / f"party-{number}.txt").write_text(card(event, found, number), encoding="utf-8")
        if calendars:
            (out / f"party-{number}.ics").write_bytes(calendar(event, published, number, moment))
    return 2 + len(event.parties) * (2 if calendars else 1)


def _explain(event: Event) -> None:
    from matcher.scheduling.contradictions import contradiction, describe
    from matcher.scheduling.counts import findings

    found = findings(event)
    for finding in found:
        typer.echo(f"{'blocks' if finding.blocks else 'promise'}: {finding.words.both}")
    clash = contradiction(event) if event.required else None
    if clash is None and not any(f.blocks for f in found):
        typer.echo("the meetings that must be held do not contradict each other")
        return
    if clash is not None:
        typer.echo("these rules cannot all hold:" if clash.is_smallest else "among these rules is a contradiction:")
        for sentence in clash.sentences:
            typer.echo(f"  {sentence.both}")
        for rule in clash.relaxations[:5]:
            typer.echo(f"  a plan exists without: {describe(event, rule).both}")
    raise typer.Exit(1)


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A line that shows the stage and its best value while a plan is made."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("planning", total=None)
        yield lambda stage, value: bar.update(task, description=f"{stage} {value:,.0f}")


@contextmanager
def told() -> Iterator[None]:
    """Turns what a person did wrong into one sentence and exit code 2."""
    try:
        yield
    except (SchedulingError, OSError) as error:
        errors.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(2) from error


def _summary(found: Plan) -> str:
    held = f"{len(found.seats)} meetings, score {found.score}, shortfall {found.shortfall}"
    return f"{found.status}: {held}; value {found.value} of {found.bound}, breaks {found.breaks} ({found.breaks_bound})"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            "file",
            str(path),
            Words(f"不是 UTF-8（{error.reason}）", f"it is not UTF-8 ({error.reason})"),
            Words("另存为 UTF-8", "save it as UTF-8"),
        ) from error


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise FormatError(
            "file",
            str(path),
            Words(f"不是 JSON（{error}）", f"it is not JSON ({error})"),
            Words("给出先前写出的文件", "give the file that was written"),
        ) from error


def _time(field: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FormatError(
            field,
            text,
            Words("不是时间", "it is no time"),
            Words("写作 2026-05-01T09:00+08:00", "write 2026-05-01T09:00+08:00"),
        ) from error
    if moment.tzinfo is None:
        raise FormatError(
            field,
            text,
            Words("时间须带时区", "a time needs its zone"),
            Words("写作 2026-05-01T09:00+08:00", "write 2026-05-01T09:00+08:00"),
        )
    return moment


def _write(document: dict[str, Any], out: Path | None) -> None:
    text = json.dumps(document, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
