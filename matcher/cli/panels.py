"""`matcher panels`: conflicts, call, solve, check, repair, draw, reserve list; records in, panels with proof out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from embeddings.choice import model_for_files
from matcher.assignment.errors import ChangeError
from matcher.assignment.lots.drawrules import CAP, EPSILON, PLANS
from matcher.assignment.problem import Problem
from matcher.assignment.result import Listener, Progress
from matcher.cli.conflicts import AuthorityOption, conflicts
from matcher.cli.ranking import EncoderOption, TodayOption, matchmaker, read_file
from matcher.cli.ranking import told as files_told
from matcher.cli.telling import errors, told
from matcher.domain import Kind
from matcher.domain.words import Words
from matcher.opinions.opinion import DIMENSIONS

app = typer.Typer(no_args_is_help=True, help="Expert panels: who judges which project, with proof.")
app.command("conflicts")(conflicts)

Spreads = Literal["regions", "cities"]
CallArgument = Annotated[Path, typer.Argument(help="call file (JSON, see docs/panels.md) or .npz archive")]
PlanArgument = Annotated[Path, typer.Argument(help="plan written by `matcher panels solve`")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="write there instead of to the screen")]


@app.command("call")
def call_records(
    projects: Annotated[Path, typer.Argument(help="projects: XLSX, CSV or JSON Lines")],
    experts: Annotated[Path, typer.Argument(help="experts: XLSX, CSV or JSON Lines")],
    out: OutOption = None,
    authority: AuthorityOption = None,
    size: Annotated[int | None, typer.Option(min=1, max=50, help="experts per project")] = None,
    load_max: Annotated[int, typer.Option(min=1, help="projects per expert at most")] = 4,
    name: Annotated[str, typer.Option(help="of the call")] = "",
    encoder: EncoderOption = None,
    spread: Annotated[Spreads | None, typer.Option(help="soft: panels from many regions or cities")] = None,
    today: TodayOption = None,
) -> None:
    """A call file from records: scores by evidences, conflicts as forbidden pairs, rotation from past reviews."""
    from embeddings.loading import load_encoder
    from matcher.assignment.files.callrows import SoftRow, SpreadRow
    from matcher.calling import CallRules, call_of, twins
    from matcher.rules.authority import authority as preset

    with told(), files_told():
        rules = (
            CallRules(size=size or 5, load_max=load_max)
            if authority is None
            else CallRules.of_authority(preset(authority), size, load_max)
        )
        rules = replace(rules, soft=SoftRow(spread=None if spread is None else SpreadRow(of=spread)))
        asked, pool = read_file(projects, Kind.PROJECT), read_file(experts, Kind.EXPERT)
        model = load_encoder(encoder or model_for_files())
        made = call_of(
            name or projects.stem, rules, asked.records, pool.records, model, matchmaker(today).context.today
        )
        _write(made.model_dump(mode="json", exclude_defaults=True), out)
    for one in twins(made):
        _warn(f"{one.expert}: {one.zh} / {one.en}")
    barred = {pair.expert for pair in made.forbidden if not pair.project}
    pairs = {(pair.project, pair.expert) for pair in made.forbidden if pair.expert not in barred}
    errors.print(
        f"{len(made.projects)} x {len(made.experts)}, {len(barred)} experts and {len(pairs)} pairs may not be, "
        f"{len(made.questions)} questions, {len(made.apart)} pairs of experts apart",
        highlight=False,
    )


@app.command()
def solve(
    call: CallArgument,
    out: OutOption = None,
    floor: Annotated[float, typer.Option(min=0, max=1, help="share of the best weakest panel; 0: none")] = 0.98,
    soft: Annotated[float, typer.Option(min=0, max=1, help="share of the total that soft terms must leave")] = 0.999,
    seed: Annotated[int, typer.Option(min=0, help="of the search for soft terms in large calls")] = 0,
    limit: Annotated[
        float | None, typer.Option(min=0, help="seconds after which no further improvement is begun")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="also write a workbook")] = None,
    pdf: Annotated[Path | None, typer.Option(help="also write the minutes")] = None,
) -> None:
    """The best panels with their proven bound and two alternates per seat; the same call gives the same panels."""
    from matcher.assignment.changes.alternates import alternates
    from matcher.assignment.check import verify
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.minutes import minutes, write_workbook
    from matcher.assignment.files.planfile import plan_document
    from matcher.assignment.names import soft_name
    from matcher.assignment.result import Goal
    from matcher.assignment.solver.solve import solve as best

    with told():
        given = read_call(call)
        with progress() as tell:
            result = best(
                given.problem,
                Goal(floor_share=floor or None, soft_share=soft),
                seed,
                tell,
                limit=math.inf if limit is None else limit,
            )
        broken = verify(result)
        document = plan_document(result, alternates(given.problem, result.seats), given.reasons)
        _write(document, out)
        if xlsx:
            write_workbook(given, document, xlsx)
        if pdf:
            pdf.write_bytes(minutes(given, document, _warn))
    errors.print(
        f"{result.status}: total {result.total:.6g} of at most {result.bound:.6g} (gap {100 * result.gap:.4f} %), "
        f"weakest panel {result.minimum:.4f}" + (f" of at most {result.floor.bound:.4f}" if result.floor else ""),
        highlight=False,
    )
    for term in result.soft.terms if result.soft is not None else ():
        errors.print(f"{soft_name(term.term).en}: {term.preference:.6g}, before {term.before:.6g}", highlight=False)
    _fail_on(broken)


@app.command()
def check(call: CallArgument, plan: PlanArgument) -> None:
    """Whether a plan keeps every rule, and whether its prices prove its bound; shares no code with the solver."""
    from matcher.assignment.check import bound_of, check_soft, total_of
    from matcher.assignment.check import check as broken_rules
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.planfile import certificate_from, claims_from, likings_from, read_document, seats_from

    with told():
        problem, document = read_call(call).problem, read_document(plan)
        seats = seats_from(problem, document)
        broken = [str(violation) for violation in broken_rules(problem, seats)]
        total, claims = total_of(problem, seats), claims_from(document)
        typer.echo(f"total {total:.6f}")
        if "certificate" in document:
            bound = bound_of(problem, certificate_from(document["certificate"]))
            typer.echo(f"bound {bound:.6f}, gap {100 * (bound - total) / abs(bound or 1):.4f} %")
            claimed = claims["bound"]
            if bound > claimed + 1e-6 * max(1.0, abs(bound)):
                told_of = Words(
                    f"总分上界：方案称 {claimed}，其价格证明 {bound}",
                    f"bound: the plan claims {claimed}, its prices prove {bound}",
                )
                broken.append(told_of.both)
        if abs(claims.get("total", total) - total) > 1e-6 * max(1.0, abs(total)):
            claimed = claims["total"]
            broken.append(
                Words(f"总分：方案称 {claimed}，实为 {total}", f"total: the plan claims {claimed}, it is {total}").both
            )
        if "soft" in document:
            broken += [str(violation) for violation in check_soft(problem, seats, likings_from(document))]
    _fail_on(broken)
    typer.echo("no violation")


@app.command()
def questions(call: CallArgument, plan: PlanArgument) -> None:
    """What seated experts must still declare before the panels are released; exit code 1 while something is open."""
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.declarations import open_questions
    from matcher.assignment.files.planfile import read_document, seated, seats_from

    with told():
        given, document = read_call(call), read_document(plan)
        seats_from(given.problem, document)  # of another call's plan nothing would be open
        left = open_questions(given.questions, given.declarations, seated(document))
    for one in left:
        typer.echo(f"{one.project} {one.expert} {one.kind}: {one.zh} / {one.en}")
    if left:
        raise typer.Exit(1)
    typer.echo("nothing is open")


@app.command()
def declare(
    call: CallArgument,
    expert: Annotated[str, typer.Argument(help="who declares")],
    conflict: Annotated[bool, typer.Option("--conflict/--no-conflict", help="whether there is a conflict")],
    project: Annotated[str, typer.Option(help="about it; else about every project of the call")] = "",
    kind: Annotated[str, typer.Option(help="of the question, such as co_author")] = "declaration",
    note: Annotated[str, typer.Option(help="in the expert's words")] = "",
    today: TodayOption = None,
    out: OutOption = None,
) -> None:
    """An expert's declaration joins the call file: it answers a question, and a declared conflict bars the pair."""
    from matcher.assignment.files.callfile import problem_from, read_rows
    from matcher.assignment.files.callrows import DeclarationRow

    with told():
        rows, day = read_rows(call), matchmaker(today).context.today
        said = DeclarationRow(expert=expert, project=project, kind=kind, conflict=conflict, on=day, note=note)
        made = rows.model_copy(update={"declarations": (*rows.declarations, said)})
        problem_from(made)
        _write(made.model_dump(mode="json", exclude_defaults=True), out or call)


@app.command()
def repair(
    call: CallArgument,
    plan: PlanArgument,
    out: OutOption = None,
    vacated: Annotated[list[str] | None, typer.Option(help="PROJECT:EXPERT, may be given often")] = None,
    gone: Annotated[list[str] | None, typer.Option(help="EXPERT who leaves every panel")] = None,
    pinned: Annotated[list[str] | None, typer.Option(help="PROJECT:EXPERT that must not move")] = None,
) -> None:
    """Fill vacated seats and keep the others; where that cannot be, name the fewest others that move."""
    from matcher.assignment.changes.alternates import alternates
    from matcher.assignment.changes.repair import repair as mend
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.places import expert_at
    from matcher.assignment.files.planfile import panels_document, read_document, seats_from, swaps_document

    with told():
        given = read_call(call)
        problem = given.problem
        seats = seats_from(problem, read_document(plan))
        lost = [_seat(problem, "vacated", text) for text in vacated or ()]
        kept = [_seat(problem, "pinned", text) for text in pinned or ()]
        away = [expert_at(problem, "gone", text) for text in gone or ()]
        mended = mend(problem, seats, lost, away, kept)
        prepared = alternates(problem, mended.seats)
        swaps = swaps_document(problem, mended.swaps)
        panels = panels_document(problem, mended.seats, prepared, given.reasons)
        _write({"format": "panels-1", "swaps": swaps, "panels": panels}, out)
    for swap in swaps:
        errors.print("{project}: {leaves} -> {comes} ({reason})".format(**swap), highlight=False, markup=False)


@app.command()
def draw(
    call: CallArgument,
    seed: Annotated[str, typer.Option(help="announced before the draw: a lottery number, a hash")],
    out: OutOption = None,
    epsilon: Annotated[float, typer.Option(help="share of the best total that the expected one may give up")] = EPSILON,
    cap: Annotated[float, typer.Option(help="highest probability of any seat")] = CAP,
    plans: Annotated[int, typer.Option(help="plans to draw from where rules of composition ask for a list")] = PLANS,
) -> None:
    """Draw panels at random among good plans; the record lets anybody replay it."""
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.planfile import draw_document
    from matcher.assignment.lots.draw import draw as drawn
    from matcher.assignment.lots.drawcheck import verify_draw
    from matcher.assignment.lots.drawrules import DrawRules

    with told():
        given = read_call(call)
        problem = given.problem
        with progress() as tell:
            result = drawn(problem, seed, DrawRules(epsilon, cap, plans), tell)
        _write(draw_document(problem, result, reasons=given.reasons), out)
    record = result.record
    errors.print(
        f"{record.method}: plan {record.number} of {record.size}, "
        f"no pair likelier than {record.highest_probability:.4g}, "
        f"expected total {record.expected_total:.6g} of {record.best_total:.6g}",
        highlight=False,
    )
    _fail_on(verify_draw(problem, result))


@app.command()
def replay(call: CallArgument, record: Annotated[Path, typer.Argument(help="file written by the draw")]) -> None:
    """Draw again from a record and compare: the auditor's command."""
    from matcher.assignment.files.callfile import read_call
    from matcher.assignment.files.planfile import read_document, record_from, seats_from
    from matcher.assignment.lots.draw import replay as again

    with told():
        problem, document = read_call(call).problem, read_document(record)
        differences = again(problem, record_from(document), seats_from(problem, document))
    _fail_on([difference.both for difference in differences])
    typer.echo("the record holds")


@app.command("reserve-list")
def reserve_list(
    opinions: Annotated[Path, typer.Argument(help='JSON: {"opinions": [{project, expert, scores, comment}], …}')],
    out: OutOption = None,
    quota: Annotated[int | None, typer.Option(min=0, help="projects on the list")] = None,
) -> None:
    """Rank projects by their opinions, corrected for severe and lenient experts."""
    from matcher.opinions.opinionfile import read_opinions
    from matcher.opinions.reserve import reserve_list as ranked

    with told():
        given = read_opinions(opinions)
        result = ranked(
            [row.opinion() for row in given.opinions],
            tuple(row.dimension() for row in given.dimensions) or DIMENSIONS,
            given.quota if quota is None else quota,
            given.groups,
            given.group_quota,
        )
        _write(asdict(result), out)


@contextmanager
def progress() -> Iterator[Listener]:
    """A line that says what is being done, how good the plan is and what is proven."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Bar(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def tell(step: Progress) -> None:
            known = [f"{name} {value:.6g}" for name, value in (("total", step.total), ("bound", step.bound)) if value]
            bar.update(task, description=" ".join([step.stage, str(step.step + 1), *known]))

        yield tell


def _seat(problem: Problem, field: str, text: str) -> tuple[int, int]:
    from matcher.assignment.files.places import seat_at

    parts = text.split(":")
    splits = [(":".join(parts[:n]), ":".join(parts[n:])) for n in range(1, len(parts))]  # ids may hold colons too
    if not splits:
        raise ChangeError(
            field,
            text,
            Words("须为本次评审的 项目:专家", "it is PROJECT:EXPERT of the call"),
            Words("写作 p1:e7", "write p1:e7"),
        )
    known = (one for one in splits if one[0] in problem.project_ids and one[1] in problem.expert_ids)
    return seat_at(problem, field, *next(known, splits[0]))


def _warn(text: str) -> None:
    errors.print(text, style="yellow", highlight=False)


def _fail_on(broken: list[Any]) -> None:
    for violation in broken:
        errors.print(str(violation), style="red", highlight=False, markup=False)
    if broken:
        raise typer.Exit(1)


def _write(document: dict[str, Any], out: Path | None) -> None:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    draft = out.with_name(f".{out.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(out)
