"""Events and plans as files: the format matchevent-2, one event a file or one a line of a collection."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from matcher.domain.words import Words
from matcher.scheduling.errors import FormatError
from matcher.scheduling.problem import BreakRule, Event, Meeting, Party, Representative, Slot, Table

FORMAT = "matchevent-2"


def read_event(source: str | Path) -> Event:
    """The event of ``FILE`` or ``FILE#NAME`` (a collection with one event a line; ``.gz`` is unpacked).

    Raises:
        FormatError: no such file or name, not JSON, another format, or a field that does not fit.
        EventError: the event has no meaning.
    """
    path, _, name = str(source).partition("#")
    found = list(documents(Path(path)))
    chosen = [d for d in found if not name or (isinstance(d, dict) and d.get("name") == name)]
    if not chosen:
        known = ", ".join(str(d.get("name")) for d in found[:5] if isinstance(d, dict))
        raise FormatError(
            "name",
            name,
            Words("集合中没有这个活动", "no such event in the collection"),
            Words(f"可用 {known} 等", f"use one of {known}, …"),
        )
    if len(chosen) > 1:
        raise FormatError(
            "file",
            path,
            Words(f"文件含 {len(chosen)} 个活动", f"it holds {len(chosen)} events"),
            Words("写作 文件#名称 选一个", "choose one as FILE#NAME"),
        )
    return event_from_document(chosen[0])


def documents(path: Path) -> Iterator[Any]:
    """The parsed objects of a file: one, or one a line."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise FormatError(
            "file",
            str(path),
            Words(f"无法读取（{error}）", f"it cannot be read ({error})"),
            Words("给出 matchevent-2 文件", "give a matchevent-2 file"),
        ) from error
    try:
        yield json.loads(text)
    except json.JSONDecodeError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield _line(path, number, line)


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        rule = Words(f"第 {number} 行不是 JSON（{error.msg}）", f"line {number} is not JSON ({error.msg})")
        raise FormatError(
            "file", str(path), rule, Words("每行写一个 JSON 对象", "write one JSON object a line")
        ) from error


def event_from_document(document: Any) -> Event:
    """The event of a parsed matchevent-2 object.

    Raises:
        FormatError: another format, or a field that is missing or does not fit.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise FormatError(
            "format",
            found,
            Words(f"只读 {FORMAT} 格式", f"only {FORMAT} is read"),
            Words(f'写上 "format": "{FORMAT}"', f'write "format": "{FORMAT}"'),
        )
    try:
        return _event(document)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise FormatError(
            "document",
            document.get("name"),
            Words(f"有一个字段不合要求（{what}）", f"a field does not fit ({what})"),
            Words("见 docs/events.md", "see docs/events.md"),
        ) from error


def _event(d: Mapping[str, Any]) -> Event:
    day_of = {int(t): day for day, slots in enumerate(d["days"]) for t in slots}
    if sorted(day_of) != list(range(int(d["slots"]))):
        raise FormatError(
            "days",
            d["days"],
            Words(f"时段 0 至 {d['slots'] - 1} 各属于一天", f"every slot 0 to {d['slots'] - 1} is in one day"),
            Words("每个时段只列一次", "list each slot once"),
        )
    floor = int(d.get("min_meetings", 0))
    breaks = d.get("breaks") or {}
    order = {int(p["id"]): number for number, p in enumerate(d["participants"])}
    return Event(
        name=str(d.get("name", "")),
        slots=tuple(Slot(day_of[t]) for t in range(int(d["slots"]))),
        tables=tuple(Table(str(number)) for number in range(int(d["tables"]))),
        parties=tuple(_party(p, floor) for p in d["participants"]),
        meetings=tuple(_meetings(d, order)),
        video_places=None if d.get("video_places") is None else int(d["video_places"]),
        fixed=tuple((int(m), int(t)) for m, t in d.get("fixed") or ()),
        before=tuple((int(q), int(p)) for q, p in d.get("before") or ()),
        max_run=None if d.get("max_run") is None else int(d["max_run"]),
        breaks=BreakRule(breaks.get("count", "strict"), breaks.get("spread")),
        fairness=d.get("fairness", "sum"),
    )


def _party(p: Mapping[str, Any], floor: int) -> Party:
    cap = None if p.get("cap") is None else int(p["cap"])
    away = frozenset(int(t) for t in p.get("unavailable") or ())
    promised = floor if cap is None else min(floor, cap)
    person = Representative(unavailable=away)
    return Party(
        id=str(p["id"]),
        kind=str(p.get("kind", "")),
        cap=cap,
        promised=promised,
        representatives=(person,) * int(p.get("parallel", 1)),
        stand=f"stand {p['id']}" if p.get("booth") else None,
        remote=bool(p.get("remote")),
    )


def _meetings(d: Mapping[str, Any], order: Mapping[int, int]) -> Iterator[Meeting]:
    allowed = {int(m): frozenset(int(t) for t in slots) for m, slots in (d.get("allowed") or {}).items()}
    extra = {int(m): tuple(order[int(p)] for p in more) for m, more in (d.get("extra") or {}).items()}
    banned = {int(m) for m in d.get("banned") or ()}
    given = d["mode"] == "timetable"
    for number, (a, b, *rest) in enumerate(d["pairs"]):
        yield Meeting(
            parties=(order[int(a)], order[int(b)], *extra.get(number, ())),
            score=int(rest[0]) if rest else 0,
            wishes=(int(rest[1]), int(rest[2])) if len(rest) > 2 else None,
            allowed=allowed.get(number),
            banned="declined or do-not-meet" if number in banned else None,
            required=given and number not in banned,
        )


def write_events(path: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    """Write matchevent-2 objects one a line, packed when the name ends in ``.gz``; same input, same bytes."""
    text = "".join(json.dumps(d, ensure_ascii=False, separators=(",", ":")) + "\n" for d in documents)
    raw = text.encode("utf-8")
    path.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)
