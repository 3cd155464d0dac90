"""The command `matcher`, as a person types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

Run = Callable[..., Result]


@pytest.fixture
def matcher(tmp_path: Path, small_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MATCHER_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("MATCHER_ENCODER", str(small_encoder))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), catch_exceptions=True)

    return run


def key_of(result: Result) -> str:
    return result.stdout.strip()


def test_run_prepares_the_demonstration_and_lists_every_purpose_and_keeps_the_data(
    matcher: Run, tmp_path: Path
) -> None:
    first = matcher("run", "--no-serve")
    assert first.exit_code == 0, first.output
    for purpose in ("investment", "loan", "insurance", "expert"):
        assert f"{purpose} ·" in first.stdout
    key = (tmp_path / "var" / "demonstration.key").read_text()
    assert (tmp_path / "var" / "demonstration.key").stat().st_mode & 0o077 == 0
    assert matcher("run", "--no-serve").exit_code == 0
    assert (tmp_path / "var" / "demonstration.key").read_text() == key
    findings = json.loads(matcher("doctor", "--json").stdout)
    assert {each["name"]: each["detail"] for each in findings}["project records"] == "159 records"
    assert all(each["ok"] for each in findings)
    exported = tmp_path / "projects.jsonl"
    assert matcher("export", "project", str(exported), "--org", "demonstration").exit_code == 0
    assert len(exported.read_text("utf-8").splitlines()) == 159


def test_a_file_goes_in_is_mended_and_goes_in_again(matcher: Run, tmp_path: Path) -> None:
    matcher("keys", "create", "bank", "analyst", "--checked")
    file, mend = tmp_path / "funds.csv", tmp_path / "mend.csv"
    file.write_text("编号,基金名称,最低单笔\nF-1,甲,30\nF-2,乙,x\n", "utf-8")
    words = ("import", str(file), "--kind", "基金", "--org", "bank", "--json", "--mend", str(mend))
    dry = matcher(*words, "--dry-run")
    assert (dry.exit_code, json.loads(dry.stdout)["created"]) == (1, 1)
    first = matcher(*words)
    assert (first.exit_code, json.loads(first.stdout)["created"], json.loads(first.stdout)["failed"]) == (1, 1, 1)
    mend.write_text(mend.read_text("utf-8-sig").replace(",x,", ",20,"), "utf-8")
    second = matcher("import", str(mend), "--kind", "fund", "--org", "bank", "--json")
    assert (second.exit_code, json.loads(second.stdout)["created"]) == (0, 1)
    assert matcher("reindex").exit_code == 0


def test_a_template_is_written(matcher: Run, tmp_path: Path) -> None:
    assert matcher("template", "fund", "--out", str(tmp_path / "fund.xlsx")).exit_code == 0
    assert (tmp_path / "fund.xlsx").stat().st_size > 1000


def test_keys_are_made_listed_and_revoked(matcher: Run) -> None:
    key = key_of(matcher("keys", "create", "bank", "analyst", "--name", "某银行"))
    prefix = key.split("_")[1]
    assert [
        (each["prefix"], each["org"], each["revoked"]) for each in json.loads(matcher("keys", "list", "--json").stdout)
    ] == [(prefix, "bank", None)]
    assert key.split("_", 2)[2] not in matcher("keys", "list").stdout
    assert matcher("keys", "revoke", prefix).exit_code == 0
    assert isinstance(matcher("keys", "revoke", prefix).exception, ValueError)


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "bank", "king"),
        ("import", __file__, "--kind", "unicorn", "--org", "bank"),
        ("import", __file__, "--kind", "fund", "--org", "nobody"),
        ("export", "unicorn", "x.csv", "--org", "bank"),
    ],
)
def test_refusals_are_one_sentence_and_exit_code_2(
    matcher: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    from api.cli import main

    monkeypatch.setattr(sys, "argv", ["matcher", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_port_in_use_is_said_before_anything_long_is_done(matcher: Run) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = matcher("run", "--port", str(taken.getsockname()[1]))
    assert isinstance(refused.exception, ValueError)
    assert "choose another with --port" in str(refused.exception)
