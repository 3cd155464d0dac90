"""Workbooks row by row. A child process parses them: a file can exhaust its memory or its time, never the caller's."""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from matcher.domain.words import Words
from matcher.tables.cells import Uncomputed
from matcher.tables.errors import Notice, UnusableFileError

_CHILD = Path(__file__).with_name("sheet_child.py")


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What a workbook may cost: its size packed and unpacked, memory of the process, and time until the first row.

    seconds: of the process's own work. patience_seconds: on the clock, should the machine be busy.
    """

    file_bytes: int = 64 * 2**20
    unpacked_bytes: int = 160 * 2**20
    memory_bytes: int = 2**30
    seconds: float = 2.5
    patience_seconds: float = 12.0


DEFAULT_LIMITS = SheetLimits()
"""A refusal comes within 3 s on a machine that is free. A sheet of about 40,000 rows of 20 columns fits; larger tables
come as CSV."""


@contextmanager
def sheet_rows(
    source: Path | bytes, limits: SheetLimits = DEFAULT_LIMITS
) -> Iterator[tuple[Iterator[tuple[int, list[Any]]], tuple[Notice, ...]]]:
    """The rows of a workbook's first visible sheet, (row number, cells), and what to know about them.

    Raises UnusableFileError, at the latest while rows are taken, for a file that is no workbook, has a password or
    macros, or goes beyond the limits. The child process ends with the context.
    """
    with _as_path(source) as path:
        if path.stat().st_size > limits.file_bytes:
            raise _refusal("large", str(path.stat().st_size), limits)
        child = _start(path, limits)
        try:
            assert child.stdout is not None
            head = _first_line(child, limits)
            yield _rows(child, child.stdout, limits), _notices(head)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


@contextmanager
def _as_path(source: Path | bytes) -> Iterator[Path]:
    """The source as a file on disk: the child shares no memory with the caller."""
    if isinstance(source, Path):
        yield source
        return
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(source)
        file.flush()
        yield Path(file.name)


def _start(path: Path, limits: SheetLimits) -> subprocess.Popen[bytes]:
    arguments = (str(path), str(limits.memory_bytes), str(limits.seconds), str(limits.unpacked_bytes))
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(_CHILD), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
    )


def _first_line(child: subprocess.Popen[bytes], limits: SheetLimits) -> dict[str, Any]:
    """What the child says first, in time; a child that dies or is late is refused."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(limits.patience_seconds, stop)
    timer.start()
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
    finally:
        timer.cancel()
        timer.join()
    if not line:
        slow = late.is_set() or child.wait() in {-signal.SIGPROF, -signal.SIGXCPU}
        raise _refusal("time" if slow else "memory", "", limits)
    head: dict[str, Any] = orjson.loads(line)
    if "refused" in head:
        raise _refusal(head["refused"], head["found"], limits)
    return head


def _rows(child: subprocess.Popen[bytes], lines: Any, limits: SheetLimits) -> Iterator[tuple[int, list[Any]]]:
    for line in lines:
        value = orjson.loads(line)
        if value == "end":
            return
        if isinstance(value, dict):
            raise _refusal(value["refused"], value["found"], limits)
        for number, cells in value:
            yield number, [_cell(cell) if isinstance(cell, dict) else cell for cell in cells]
    child.wait()
    raise _refusal("memory", "", limits)


def _cell(value: dict[str, str]) -> Any:
    if "d" in value:
        return date.fromisoformat(value["d"])
    if "t" in value:
        return datetime.fromisoformat(value["t"])
    return Uncomputed(value["x"], value["v"])


def _notices(head: dict[str, Any]) -> tuple[Notice, ...]:
    notices = []
    if head["others"]:
        names = "、".join(head["others"][:10])
        zh = f"只读取了工作表「{head['sheet']}」，未读取：{names}"
        notices.append(Notice(Words(zh, f"only the sheet “{head['sheet']}” was read, not {names}")))
    if head["hidden_rows"]:
        count = head["hidden_rows"]
        notices.append(Notice(Words(f"隐藏的 {count} 行也已读取", f"{count} hidden rows were read too")))
    if head["merged"]:
        count = head["merged"]
        zh = f"{count} 处纵向合并的单元格已按每行相同的值读取"
        notices.append(Notice(Words(zh, f"{count} cells merged downwards were read as the same value in each row")))
    return tuple(notices)


_SAVE_AS = Words("用表格软件另存为 .xlsx 后重试", "save it as .xlsx in a spreadsheet program and try again")
_SPLIT = Words("拆分文件或另存为 CSV 后导入", "split the file or import it as CSV")
_REFUSALS: dict[str, tuple[Words, Words]] = {
    "encrypted": (
        Words("工作簿设有密码", "the workbook is encrypted"),
        Words("取消密码后重试", "remove the password and try again"),
    ),
    "macros": (
        Words("不接受含宏的工作簿", "workbooks with macros are not accepted"),
        Words("另存为不含宏的 .xlsx 后重试", "save it as .xlsx without macros and try again"),
    ),
    "old": (Words("这是旧版 .xls 或其他 Office 文件", "an old .xls or another Office file"), _SAVE_AS),
    "other": (Words("不支持此类表格（.xlsb、.ods）", "this type of spreadsheet (.xlsb, .ods) is not read"), _SAVE_AS),
    "no workbook": (Words("压缩包中没有工作簿", "the archive holds no workbook"), _SAVE_AS),
    "no sheet": (
        Words("没有可见的工作表", "no worksheet is visible"),
        Words("取消隐藏含数据的工作表", "show the sheet that holds the data"),
    ),
    "broken": (Words("工作簿已损坏：{found}", "the workbook is broken: {found}"), _SAVE_AS),
    "parts": (Words("工作簿含 {found} 个部件，过多", "the workbook has {found} parts, too many"), _SAVE_AS),
    "unpacks": (
        Words("工作簿解压后为 {found} 字节，超过上限 {limit}", "unpacks to {found} bytes, the limit is {limit}"),
        _SPLIT,
    ),
    "large": (Words("文件为 {found} 字节，过大", "the file has {found} bytes, too many"), _SPLIT),
    "wide": (
        Words("工作表有 {found} 列，上限 1000 列", "the sheet has {found} columns, the limit is 1000"),
        Words("删除数据右侧的多余列", "delete the columns to the right of the data"),
    ),
    "gap": (
        Words("第 {found} 行起有 20000 行以上空白", "more than 20,000 blank rows from row {found} on"),
        Words("删除数据下方远处的单元格", "delete the cells far below the data"),
    ),
    "memory": (
        Words("工作表占用内存过大", "the sheet needs too much memory"),
        Words(
            "删除数据之外（右下方）的单元格，或另存为 CSV 后导入",
            "delete cells far below or right of the data, or import it as CSV",
        ),
    ),
    "time": (Words("{seconds} 秒内未能读完工作簿", "the workbook could not be read in {seconds} s"), _SPLIT),
}


def _refusal(why: str, found: str, limits: SheetLimits) -> UnusableFileError:
    rule, remedy = _REFUSALS.get(why, _REFUSALS["broken"])
    facts = {"found": found, "limit": limits.unpacked_bytes, "seconds": limits.seconds}
    return UnusableFileError(Words(rule.zh.format_map(facts), rule.en.format_map(facts)), remedy)
