"""Files to mend, templates, exports, and the commands for them."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from typer.testing import CliRunner

from matcher.cli.files import app
from matcher.domain import Kind
from matcher.domain.fund import Fund
from matcher.tables import UnusableFileError, content_hash, export, read, stable_id, write_mend_file, write_template

_MIXED = "编号,基金名称,最低单笔(万元),投资阶段\nF1,甲,50,天使轮\nF2,=乙,很多,种子\nF3,丙,20,宇宙轮\n"


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_a_mended_file_comes_in_again(tmp_path, ending):
    intake = read(_MIXED.encode(), None, "funds.csv")
    path = tmp_path / f"mend{ending}"
    assert write_mend_file(intake, path) == 2
    again = read(path, Kind.FUND)
    assert [(error.row - again.errors[0].row, error.rule) for error in again.errors] == [
        (error.row - intake.errors[0].row, error.rule) for error in intake.errors
    ]
    assert again.warnings == ()
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert [cell.value for cell in book.active[1]][-1] == "错误说明 Errors"
        assert book.active["E2"].value.startswith("第3行「最低单笔(万元)」为“很多”：应为数字")
        book.active["C2"], book.active["D3"] = 30, "A轮"
        book.save(path)
        mended = read(path, Kind.FUND)
        assert mended.errors == ()
        assert [(record.id, record.label) for record in mended.records] == [("F2", "=乙"), ("F3", "丙")]


def test_a_file_to_mend_keeps_nested_objects(tmp_path):
    item = '{"name": "x", "legal_entity": {"employees": -1, "name": "=y"}, "titles": ["高企"]}'
    intake = read(f"{item}\nnonsense\n".encode(), Kind.PROJECT, "x.jsonl")
    path = tmp_path / "mend.csv"
    assert write_mend_file(intake, path) == 2
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows[0] == ["name", "legal_entity.employees", "legal_entity.name", "titles", "line", "错误说明 Errors"]
    assert rows[1][:4] == ["x", "-1", "'=y", '["高企"]']
    assert rows[2][4] == "nonsense"


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "'=1", "无", '"q"', "a_x000D_b", "l\rm", "007"]
)
def test_cells_that_leave_are_safe_and_come_back(tmp_path, ending, text):
    fund = Fund(id="F1", name=text, thesis=text, ticket_min=Decimal("-0") + 5)
    path = tmp_path / f"a{ending}"
    export([fund], path)
    if ending == ".csv":
        cells = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))[1]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    else:
        row = openpyxl.load_workbook(path).active[2]
        assert not any(cell.data_type == "f" for cell in row)
        assert [cell.value for cell in row if isinstance(cell.value, int)] == [5]
    assert read(path, Kind.FUND).records == (fund,)


def test_a_failed_export_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.xlsx"
    export([Fund(id="F1", name="甲")], path)
    before = path.read_bytes()
    with pytest.raises(UnusableFileError, match="32,767"):
        export([Fund(id="F1", thesis="长" * 40_000)], path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
    with pytest.raises(UnusableFileError, match=r"\.pdf is no form of export"):
        export([], tmp_path / "a.pdf")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_are_read_as_their_own_kind(tmp_path, kind, language):
    path = tmp_path / "t.xlsx"
    write_template(kind, path, language)
    intake = read(path)
    assert (intake.kind, intake.records, intake.errors) == (kind, (), ())
    assert [notice.words.en for notice in intake.warnings] == ["only a header, no rows of data"]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert all(cell.comment is not None for cell in sheet[1])
    assert len(sheet.data_validations.dataValidation) >= 4


def test_words_of_a_template_are_read(tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(Kind.FUND, path)
    book = openpyxl.load_workbook(path)
    words = {cell.value: book.worksheets[1].cell(2, cell.column).value for cell in book.worksheets[1][1] if cell.value}
    headers = {cell.value: cell.column for cell in book.worksheets[0][1]}
    for header, word in words.items():
        if header in headers:
            book.worksheets[0].cell(2, headers[header]).value = word
    book.worksheets[0].cell(2, headers["基金名称"]).value = "甲"
    book.save(path)
    (fund,) = read(path).records
    assert isinstance(fund, Fund)
    assert (fund.kind, fund.lead, fund.first_round_only) == ("政府引导", None, True)


def test_ids_follow_from_names_and_hashes_from_everything():
    first = read("基金名称,管理人,最低单笔\n甲,乙,5\n".encode(), None, "a.csv").records[0]
    later = read("管理人,基金名称,最低单笔\n乙,甲,6\n".encode(), None, "b.csv").records[0]
    assert first.id == later.id == stable_id(Kind.FUND, {"name": "甲", "manager": "乙"})
    assert content_hash(first) != content_hash(later)
    assert content_hash(Fund(id="a", ticket_min=Decimal("5.0"))) == content_hash(Fund(id="a", ticket_min=Decimal(5)))
    assert content_hash(Fund(id="a", stages=())) != content_hash(Fund(id="a"))


def test_the_same_file_twice_gives_the_same_records():
    assert read(_MIXED.encode(), None, "a.csv").records == read(_MIXED.encode("gb18030"), None, "a.csv").records


def test_check_says_what_an_import_would_do(tmp_path):
    path = tmp_path / "funds.csv"
    path.write_text(_MIXED, "utf-8")
    run = CliRunner()
    found = run.invoke(app, ["check", str(path), "--json", "--mend", str(tmp_path / "mend.csv")])
    assert found.exit_code == 1
    told = json.loads(found.stdout)
    assert (told["kind"], told["rows_good"], told["rows_bad"]) == ("fund", 1, 2)
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(3, "最低单笔(万元)"), (4, "投资阶段")]
    assert len(read(tmp_path / "mend.csv", Kind.FUND).bad_rows) == 2
    shown = run.invoke(app, ["check", str(path)])
    assert (shown.exit_code, "fund：共 3 行，可导入 1 行，有误 2 行" in shown.stdout) == (1, True)
    path.write_text(_MIXED.split("F2", maxsplit=1)[0], "utf-8")
    assert run.invoke(app, ["check", str(path)]).exit_code == 0
    path.write_bytes(b"")
    assert run.invoke(app, ["check", str(path)]).exit_code == 2


def test_template_command(tmp_path):
    path = tmp_path / "t.xlsx"
    assert CliRunner().invoke(app, ["template", "基金", "--out", str(path)]).exit_code == 0
    assert read(path).kind is Kind.FUND
    assert CliRunner().invoke(app, ["template", "cat", "--out", str(path)]).exit_code == 2
