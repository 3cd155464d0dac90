"""What the README shows works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app

ROOT = Path(__file__).parents[2]
DEMO = "data/demo/projects.jsonl"
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_example_prints_a_ranked_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(code, {})
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_the_commands_of_the_example_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the demonstration in place of the user's own workbook, which the template begins."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```sh\n(matcher .*?)```", README, re.DOTALL)
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    assert [words[0] for words in commands] == ["template", "check", "rank", "match", "search"]
    for words in commands:
        filled = words[0] == "rank"  # the template is still empty; nothing to rank
        done = CliRunner().invoke(app, [DEMO if filled and word == "projects.xlsx" else word for word in words])
        assert done.exit_code == 0, (words, done.output)


def test_every_page_it_links_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert linked
    assert [page for page in linked if not (ROOT / page).exists()] == []
