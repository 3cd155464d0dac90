"""A snapshot is there whole or not at all, whatever happens while it is written."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings import snapshot
from embeddings.errors import SnapshotError
from embeddings.snapshot import open_current, publish


def writes(content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "inner").mkdir()
        (folder / "a.txt").write_text(content, "utf-8")
        (folder / "inner" / "b.txt").write_text(content * 1000, "utf-8")

    return write


def test_what_was_published_is_opened_with_its_notes(tmp_path: Path) -> None:
    assert open_current(tmp_path) is None
    folder = publish(tmp_path, writes("one"), {"seq": 7, "fingerprint": "abc"})
    opened = open_current(tmp_path)
    assert opened is not None
    assert (opened.path, opened.meta) == (folder, {"seq": 7, "fingerprint": "abc"})
    assert (folder / "inner" / "b.txt").read_text("utf-8") == "one" * 1000


def test_the_one_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    folders = [publish(tmp_path, writes(str(number)), {"seq": number}) for number in range(4)]
    assert [folder.exists() for folder in folders] == [False, False, True, True]
    opened = open_current(tmp_path)
    assert opened is not None
    assert opened.path == folders[-1]


@pytest.mark.parametrize("name", ["a.txt", "inner/b.txt", snapshot.MANIFEST])
@pytest.mark.parametrize("damage", ["changed", "short", "gone"])
def test_a_broken_one_is_passed_over_for_the_one_before(tmp_path: Path, name: str, damage: str) -> None:
    before, now = (publish(tmp_path, writes(content), {}) for content in ("one", "two"))
    path = now / name
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-1] if damage == "short" else b"x" + whole[1:])
    opened = open_current(tmp_path)
    assert opened is not None
    assert opened.path == before
    (before / "a.txt").write_text("x", "utf-8")
    with pytest.raises(SnapshotError, match="rebuild"):
        open_current(tmp_path)


def test_a_file_that_was_added_is_refused(tmp_path: Path) -> None:
    folder = publish(tmp_path, writes("one"), {})
    (folder / "more.txt").write_text("x", "utf-8")
    with pytest.raises(SnapshotError, match=r"more\.txt"):
        open_current(tmp_path)


def test_an_error_while_writing_leaves_what_was_current(tmp_path: Path) -> None:
    folder = publish(tmp_path, writes("one"), {})

    def fail(new: Path) -> None:
        (new / "a.txt").write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path, fail, {})
    opened = open_current(tmp_path)
    assert opened is not None
    assert opened.path == folder
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", folder.name]


def test_a_damaged_pointer_falls_back_to_the_newest_that_is_whole(tmp_path: Path) -> None:
    folder = publish(tmp_path, writes("one"), {})
    (tmp_path / snapshot.CURRENT).write_bytes(b"\xff\x00")
    opened = open_current(tmp_path)
    assert opened is not None
    assert opened.path == folder


CRASHING = """
import os, sys, itertools
from pathlib import Path
from embeddings import snapshot

root, start, fatal = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
steps = itertools.count(1)

def dying(name):
    original = getattr(os, name)
    def call(*arguments, **named):
        if next(steps) == fatal:
            os.kill(os.getpid(), 9)
        return original(*arguments, **named)
    setattr(os, name, call)

for name in ("fsync", "rename"):
    dying(name)

def write(content):
    def to(folder):
        for name in ("a", "b", "c"):
            (folder / name).write_text(f"{content} {name}" * 2000)
    return to

for number in itertools.count(start):
    snapshot.publish(root, write(number), {"seq": number})
    print(number, flush=True)
"""


def crash(root: Path, start: int, fatal: int) -> int:
    """Publishes until the process is killed at its `fatal`-th flush or rename; the last number it acknowledged."""
    run = subprocess.run(
        [sys.executable, "-c", CRASHING, str(root), str(start), str(fatal)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    said = run.stdout.split()
    return int(said[-1]) if said else start - 1


def check_after_crash(root: Path, acknowledged: int) -> int:
    """What is current is whole and no older than what was acknowledged; gives its number."""
    opened = open_current(root)
    if opened is None:
        assert acknowledged == 0
        return 0
    number = int(opened.meta["seq"])
    assert number in (acknowledged, acknowledged + 1)
    assert (opened.path / "b").read_text() == f"{number} b" * 2000
    return number


def test_killed_at_a_flush_or_rename_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    number = 0
    for fatal in (3, 12, 25):
        number = check_after_crash(tmp_path, crash(tmp_path, number + 1, fatal))
    publish(tmp_path, writes("after"), {"seq": number + 1})
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.slow
def test_killed_at_every_flush_and_rename_of_three_publications(tmp_path: Path) -> None:
    number = 0
    for fatal in range(1, 37):
        number = check_after_crash(tmp_path, crash(tmp_path, number + 1, fatal))


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path) -> None:
    number, moments = 0, random.Random(5)
    for _ in range(25):
        arguments = [sys.executable, "-c", CRASHING, str(tmp_path), str(number + 1), "-1"]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.random() / 10)
            os.kill(process.pid, signal.SIGKILL)
            said = process.stdout.read().split()
        number = check_after_crash(tmp_path, int(said[-1]) if said else number + 1)
