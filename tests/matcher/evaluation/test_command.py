"""`matcher evaluate` prints a table or JSON, and says in a sentence what is wrong."""

import orjson
import pytest
from typer.testing import CliRunner

from embeddings import loading
from matcher.cli import evaluate as command
from matcher.domain import Level
from matcher.evaluation import run as standard
from matcher.evaluation.run import Setting
from tests.matcher.toy import ToyEncoder


@pytest.fixture
def asked(monkeypatch, report):
    """What the command asks of the standard evaluation, which answers with the session's report."""
    seen = []

    def answer(golden, model, setting, progress):
        progress(1, 5)
        seen.append((len(golden.queries), model.name, setting))
        return report

    monkeypatch.setattr(standard, "evaluate", answer)
    return seen


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(
        command, "load_encoder", lambda name: ToyEncoder() if name == "toy" else loading.load_encoder(name)
    )
    return lambda *arguments: CliRunner().invoke(command.app, arguments)


def test_json_and_file_are_the_same_report(run, asked, tmp_path):
    out = tmp_path / "report.json"
    found = run("--encoder", "toy", "--samples", "100", "--level", "1", "--seed", "4", "--json", "--out", str(out))
    assert found.exit_code == 0, found.output
    assert asked == [(53, "toy", Setting(Level.PLATFORM, 4, 100))]
    assert orjson.loads(found.stdout) == orjson.loads(out.read_bytes())


def test_table_is_the_default(run, asked):
    found = run("--encoder", "toy")
    assert found.exit_code == 0
    assert "53 queries, 1506 judgments" in found.stdout
    assert asked == [(53, "toy", Setting())]


@pytest.mark.parametrize("wrong", [("--data", "nowhere"), ("--encoder", "./nowhere")])
def test_what_is_not_there_is_one_sentence(run, wrong):
    found = run(*wrong)
    assert found.exit_code == 2
    assert "Traceback" not in found.output
