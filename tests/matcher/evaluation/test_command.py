"""`matcher evaluate` prints a table or JSON, and says in a sentence what is wrong."""

import orjson
import pytest
from typer.testing import CliRunner

from embeddings import encoder
from matcher.cli import evaluate as command
from tests.matcher.toy import ToyEncoder


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(
        command, "load_encoder", lambda name: ToyEncoder() if name == "toy" else encoder.load_encoder(name)
    )
    return lambda *arguments: CliRunner().invoke(command.app, arguments)


def test_json_and_file_are_the_same_report(run, tmp_path):
    out = tmp_path / "report.json"
    found = run("--encoder", "toy", "--samples", "100", "--level", "1", "--json", "--out", str(out))
    assert found.exit_code == 0, found.output
    report = orjson.loads(found.stdout)
    assert report == orjson.loads(out.read_bytes())
    assert (report["made_with"]["level"], report["evaluation"]["queries"]) == (1, 53)


def test_missing_data_folder_is_one_sentence(run, tmp_path):
    found = run("--encoder", "toy", "--data", str(tmp_path / "nowhere"))
    assert found.exit_code == 2
    assert "Traceback" not in found.output
