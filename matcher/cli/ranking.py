"""`matcher rank | match | explain | search`: ranked lists from files, without a server or a database."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from embeddings.choice import model_for_files
from embeddings.encoder import Encoder
from embeddings.errors import EncoderError
from embeddings.loading import load_encoder
from matcher.cli.showing import show_list, show_match
from matcher.domain import Kind, Level, Purpose, Record, offer_kind
from matcher.matches import MatchList
from matcher.matchmaker import MOST_RESULTS, Matchmaker, Ranked
from matcher.retrieval.catalogue import Catalogue
from matcher.scoring.exposure import Policy
from matcher.tables import Intake, UnusableFileError, batches, read

app = typer.Typer(no_args_is_help=True, help="Ranked lists from files.")
errors = Console(stderr=True)

PurposeOption = Annotated[str, typer.Option("--purpose", "-p", help="investment, loan, insurance or expert")]
SubjectsOption = Annotated[Path, typer.Option("--subjects", "-s", help="file of those who ask (CSV, XLSX, JSON Lines)")]
CandidatesOption = Annotated[Path, typer.Option("--candidates", "-c", help="file of those who are ranked")]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder", help="builtin:static, builtin:quality, a model folder or a hub name; `models use` chooses"
    ),
]
TodayOption = Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="the day that counts")]
CountOption = Annotated[int, typer.Option("-k", min=1, max=MOST_RESULTS, help="how many candidates per list")]
KindOption = Annotated[str | None, typer.Option(help="kind of the file's records where its headers do not tell")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]

_COLUMNS = ("subject_id", "candidate_id", "rank", "score", "verdict")


@app.command()
def rank(
    purpose: PurposeOption,
    subjects: SubjectsOption,
    candidates: CandidatesOption,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="CSV to write: subject_id, candidate_id, rank, score, verdict")
    ],
    k: CountOption = 50,
    encoder: EncoderOption = None,
    today: TodayOption = None,
    subject_kind: KindOption = None,
    candidate_kind: KindOption = None,
    ineligible: Annotated[bool, typer.Option(help="also rank who fails a hard condition")] = False,
    fair: Annotated[bool, typer.Option(help="share the attention: nobody in more than a quarter of the lists")] = False,
) -> None:
    """Rank the candidates of one file for every subject of another; either side may be the projects."""
    with told():
        wanted = Purpose.of(purpose)
        asking, asked = read_sides(wanted, subjects, candidates, subject_kind, candidate_kind)
        catalogue = filled(asked, load_encoder(encoder or model_for_files()))
        maker = matchmaker(today)
        policy = Policy.of_rulebook() if fair else None
        found = maker.top(wanted, asking.records, catalogue, k, ineligible=ineligible, policy=policy)
        lists = track(found, "ranking", len(asking.records), console=errors, transient=True)
        count = _write(out, (line for one in lists for line in one))
    errors.print(f"{count} lines for {len(asking.records)} subjects in {out}")


@app.command()
def match(
    purpose: PurposeOption,
    subject: Annotated[str, typer.Option("--subject", help="id of a record in --subjects, or a sentence")],
    candidates: CandidatesOption,
    subjects: Annotated[Path | None, typer.Option("--subjects", "-s", help="file in which --subject is an id")] = None,
    k: CountOption = 10,
    encoder: EncoderOption = None,
    today: TodayOption = None,
    subject_kind: KindOption = None,
    candidate_kind: KindOption = None,
    ineligible: Annotated[bool, typer.Option(help="also show who fails a hard condition")] = False,
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
    as_json: JsonOption = False,
) -> None:
    """One explained list, for a record or for a sentence such as 「台州 新材料 TRL 3-6 50-200万」."""
    with told():
        wanted = Purpose.of(purpose)
        who: Record | str = subject
        if subjects is None:
            asked = read_file(candidates, _kind(candidate_kind))
        else:
            asking, asked = read_sides(wanted, subjects, candidates, subject_kind, candidate_kind)
            who = _one(asking, subject)
        catalogue = filled(asked, load_encoder(encoder or model_for_files()))
        found = matchmaker(today).rank(wanted, who, catalogue, k, ineligible=ineligible)
    _print(found, language, as_json)


@app.command()
def explain(
    purpose: PurposeOption,
    subject: Annotated[str, typer.Option("--subject", help="id of a record in --subjects")],
    candidate: Annotated[str, typer.Option("--candidate", help="id of a record in --candidates")],
    subjects: SubjectsOption,
    candidates: CandidatesOption,
    encoder: EncoderOption = None,
    today: TodayOption = None,
    subject_kind: KindOption = None,
    candidate_kind: KindOption = None,
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
    as_json: JsonOption = False,
) -> None:
    """Everything about one pair: parts, reasons, questions, what would change the verdict."""
    with told():
        wanted = Purpose.of(purpose)
        asking, asked = read_sides(wanted, subjects, candidates, subject_kind, candidate_kind)
        _one(asked, candidate)
        catalogue = filled(asked, load_encoder(encoder or model_for_files()))
        everybody = min(MOST_RESULTS, len(catalogue))
        found = matchmaker(today).rank(wanted, _one(asking, subject), catalogue, everybody, ineligible=True)
        pair = next((item for item in found.items if item.id == candidate), None)
        if pair is None:
            raise ValueError(f"{candidate} is not among the best {everybody}; rank against a smaller file")
    if as_json:
        typer.echo(orjson.dumps(pair, option=orjson.OPT_INDENT_2).decode())
    else:
        show_match(pair, language, Console())


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="what is looked for, in Chinese or English")],
    candidates: CandidatesOption,
    k: CountOption = 10,
    encoder: EncoderOption = None,
    candidate_kind: KindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Records of any kind whose text is near in meaning or in words; no conditions, no score."""
    with told():
        catalogue = filled(read_file(candidates, _kind(candidate_kind)), load_encoder(encoder or model_for_files()))
        hits = catalogue.search(text, k)
    if as_json:
        typer.echo(orjson.dumps(hits, option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("id", "", "similarity")
    for hit in hits:
        table.add_row(hit.id, hit.label, f"{hit.similarity:.3f}")
    Console().print(table)


@contextmanager
def told() -> Iterator[None]:
    """Turns what a person did wrong into one sentence and exit code 2."""
    try:
        yield
    except UnusableFileError as error:
        errors.print(f"[red]{error.text('zh')}[/red]\n{error}", highlight=False)
        raise typer.Exit(2) from error
    except (EncoderError, ValueError, OSError) as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(2) from error


def matchmaker(today: datetime | None) -> Matchmaker:
    """Matches as of a day; the clock is read here and nowhere below."""
    return Matchmaker.of(date.today() if today is None else today.replace(tzinfo=UTC).date())


def read_file(path: Path, kind: Kind | None) -> Intake:
    """The records of a file; rows that were not taken are told and left out."""
    found = read(path, kind)
    for error in found.errors[:20]:
        errors.print(f"[yellow]{path.name}: {error.text('zh')}[/yellow]", highlight=False)
    if found.bad_rows:
        errors.print(f"[yellow]{path.name}: {len(found.bad_rows)} of {found.rows_total} rows left out[/yellow]")
    return found


def read_sides(
    purpose: Purpose, subjects: Path, candidates: Path, subject_kind: str | None, candidate_kind: str | None
) -> tuple[Intake, Intake]:
    """Both files; where only one tells its kind, the other is the other side of the purpose."""
    asking, asked = _kind(subject_kind), _kind(candidate_kind)
    if asking is None and asked is not None:
        asking = _opposite(purpose, asked)
    if asked is None and asking is not None:
        asked = _opposite(purpose, asking)
    if asking is None:
        asking, asked = _kinds_told(purpose, subjects, candidates)
    return read_file(subjects, asking), read_file(candidates, asked)


def _kinds_told(purpose: Purpose, subjects: Path, candidates: Path) -> tuple[Kind, Kind]:
    """The kinds of both sides, from whichever file tells its own."""
    first = _kind_told(subjects)
    if first in (Kind.PROJECT, offer_kind(purpose)):
        return first, _opposite(purpose, first)
    second = _kind_told(candidates)
    if second in (Kind.PROJECT, offer_kind(purpose)):
        return _opposite(purpose, second), second
    raise ValueError(
        f"neither {subjects.name} nor {candidates.name} tells if it holds project or {offer_kind(purpose)} records;"
        " name them with --subject-kind and --candidate-kind"
    )


def _kind_told(path: Path) -> Kind | None:
    try:
        return next(batches(path, size=50)).kind
    except UnusableFileError:
        return None


def _opposite(purpose: Purpose, kind: Kind) -> Kind:
    return offer_kind(purpose) if kind is Kind.PROJECT else Kind.PROJECT


def _kind(name: str | None) -> Kind | None:
    return None if name is None else Kind.of(name)


def filled(found: Intake, encoder: Encoder) -> Catalogue:
    """A catalogue of what a file's owner may see; secrets (level 3) are never indexed."""
    catalogue = Catalogue(found.kind, Level.CONSENTED, encoder)
    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task("indexing", total=len(found.records))
        catalogue.put(found.records, lambda done, _: bar.update(task, completed=done))
        if catalogue.needs_merge:
            catalogue.merge()
    return catalogue


def _one(found: Intake, wanted: str) -> Record:
    record = next((record for record in found.records if record.id == wanted), None)
    if record is None:
        raise ValueError(f"{found.name} holds no record {wanted!r}; its ids are in the column id")
    return record


def _write(path: Path, lines: Iterator[Ranked]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for count, line in enumerate(lines, 1):  # noqa: B007
            table.writerow((line.subject_id, line.candidate_id, line.rank, line.score, line.verdict))
    return count


def _print(found: MatchList, language: str, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        show_list(found, language, Console())
