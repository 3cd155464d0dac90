"""Files that cannot be read, or not wholly: each is told in words, and what is good in them is taken."""

import io
import time
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from matcher.domain import Kind
from matcher.domain.fund import Fund
from matcher.domain.taxonomy import Round
from matcher.tables import UnusableFileError, batches, read
from matcher.tables.sheets import SheetLimits, sheet_rows

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _workbook(*rows, edit=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if edit:
        edit(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _repacked(content, change):
    """A workbook whose parts were changed: change(name, bytes) gives the new bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def _refusal(content, name="funds.xlsx", kind=Kind.FUND):
    began = time.monotonic()
    with pytest.raises(UnusableFileError) as caught:
        read(content, kind, name)
    assert time.monotonic() - began < 6, "a refusal takes 3 s at most, doubled for a busy machine"
    assert caught.value.remedy.zh
    return caught.value.rule.en


# --- workbooks ---


@pytest.mark.parametrize("cells", [("XFD1048576",), ("A1", "XFD1048576"), ("A1", "ZZ1048576"), ("B2", "C999999")])
def test_a_cell_far_away_is_refused_and_harms_nobody(cells):
    def edit(book):
        for cell in cells:
            book.active[cell] = 1

    assert _refusal(_workbook(edit=edit)) in {
        "the sheet needs too much memory",
        "more than 20,000 blank rows from row 1 on",
        "more than 20,000 blank rows from row 2 on",
        "more than 20,000 blank rows from row 3 on",
        "the workbook could not be read in 2.5 s",
    }


def test_a_sheet_that_unpacks_to_a_gigabyte_is_refused_unopened():
    bomb = b"<row r='9'><c r='A9' t='inlineStr'><is><t>" + b"a" * 180_000_000 + b"</t></is></c></row></sheetData>"
    content = _repacked(
        _workbook(["基金名称"]),
        lambda name, data: data.replace(b"</sheetData>", bomb) if name.endswith("sheet1.xml") else data,
    )
    assert len(content) < 2_000_000
    assert _refusal(content).startswith("unpacks to 1800")


def test_a_sheet_that_lies_about_its_size_is_refused():
    content = bytearray(_workbook(["基金名称"], ["x" * 1000]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = bytes(content).replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(UnusableFileError):
        read(lied, Kind.FUND, "funds.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "the workbook is encrypted"),
        (_OLE + b"Workbook", "a.xls", "an old .xls or another Office file"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "the workbook is broken: File is not a zip file"),
        (b"name,manager\na,b\n", "a.xlsx", "a.xlsx holds text, which its ending does not say"),
        (b"{}", "a.pdf", "files of type .pdf cannot be read"),
        (b"", "a.xlsx", "the file is empty"),
        (b"", "a.csv", "the file is empty"),
        (b'{"name": "x"}', "a.csv", "a.csv holds JSON, which its ending does not say"),
    ],
)
def test_what_is_no_workbook_says_so(content, name, rule):
    assert _refusal(content, name) == rule


def test_an_archive_without_workbook_and_one_with_macros_are_refused():
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert _refusal(plain.getvalue()) == "the archive holds no workbook"
    macros = io.BytesIO(_workbook(["基金名称"], ["a"]))
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert _refusal(macros.getvalue(), "a.xlsm") == "workbooks with macros are not accepted"
    assert _refusal(macros.getvalue(), "a.csv") == "a.csv holds a workbook or an archive, which its ending does not say"


def test_titles_two_header_rows_merged_cells_and_hidden_rows():
    def edit(book):
        sheet = book.active
        for merged in ("A1:E1", "C2:D2", "A2:A3", "B2:B3", "E2:E3", "B4:B5"):
            sheet.merge_cells(merged)
        sheet.row_dimensions[5].hidden = True
        sheet["E4"].number_format = "0%"

    content = _workbook(
        ["2026年基金征集表"],
        ["基金名称", "管理人", "单笔", None, "持股上限", "有效期至"],
        [None, None, "最低单笔(万元)", "最高单笔/元", None, None],
        ["甲", "乙资本", 50, 5_000_000, 0.15, date(2026, 12, 31)],
        ["丙", None, "20万", "二百万", 15, "2026年5月"],
        edit=edit,
    )
    intake = read(content, None, "a.xlsx")
    assert intake.errors == ()
    first, second = intake.records
    assert isinstance(first, Fund)
    assert isinstance(second, Fund)
    assert (first.ticket_min, first.ticket_max, first.max_share) == (Decimal(50), Decimal(500), 15.0)
    assert first.valid_until == date(2026, 12, 31)
    assert (second.manager, second.ticket_max, second.valid_until) == ("乙资本", Decimal(200), date(2026, 5, 31))
    assert intake.rows == (4, 5)
    assert [notice.words.en for notice in intake.warnings] == [
        "1 hidden rows were read too",
        "4 cells merged downwards were read as the same value in each row",
    ]


def test_formulas_errors_and_codes_that_became_numbers_fail_their_row_alone():
    content = _workbook(
        ["基金名称", "最低单笔", "备案编码"],
        ["甲", "=1+1", "P1"],
        ["乙", "#DIV/0!", "P2"],
        ["丙", 5, 1.23456789012345678e17],
        ["丁", 5, "P4"],
        edit=lambda book: setattr(book.active["B3"], "data_type", "e"),
    )
    intake = read(content, None, "a.xlsx")
    assert [record.label for record in intake.records] == ["丁"]
    assert [(error.row, error.column, error.rule.en) for error in intake.errors] == [
        (2, "最低单笔", "a formula without a computed value"),
        (3, "最低单笔", "the cell holds a spreadsheet error"),
        (4, "备案编码", "the code became the number 1.234567890123457e+17, its last digits are lost"),
    ]


def test_a_formula_with_its_value_is_read():
    content = _repacked(
        _workbook(["基金名称", "最低单笔"], ["甲", "=20*2"]),
        lambda name, data: data.replace(b"<v />", b"<v>40</v>") if name.endswith("sheet1.xml") else data,
    )
    (record,) = read(content, Kind.FUND, "a.xlsx").records
    assert isinstance(record, Fund)
    assert record.ticket_min == Decimal(40)


def test_only_a_header_gives_no_record_and_says_so():
    for content, name in ((_workbook(["基金名称", "管理人"]), "a.xlsx"), ("基金名称,管理人\n".encode(), "a.csv")):
        intake = read(content, None, name)
        assert (intake.kind, intake.records, intake.errors) == (Kind.FUND, (), ())
        assert [notice.words.en for notice in intake.warnings] == ["only a header, no rows of data"]


# --- text files ---

_TABLE = "基金名称,管理人,投资阶段\n甲基金,乙资本,天使轮\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_found(encoding):
    (record,) = read(_TABLE.encode(encoding), None, "a.csv").records
    assert isinstance(record, Fund)
    assert (record.name, record.stages) == ("甲基金", (Round.ANGEL,))


@pytest.mark.parametrize("first", ["utf-8", "gb18030"])
def test_mixed_encodings_name_the_line(first):
    second = "gb18030" if first == "utf-8" else "utf-8"
    content = _TABLE.encode(first) + "丙基金,丁资本管理公司,种子\n".encode(second)
    assert _refusal(content, "a.csv") == (
        "the file mixes two encodings: line 3 is encoded otherwise than those before (UTF-8 and GB18030)"
    )


def test_bytes_of_no_encoding_name_the_line():
    assert _refusal(b"name,manager\nx,\xff\xff\n", "a.csv") == "line 2 is neither UTF-8 nor GB18030"
    damaged = "基金名称,管理人\n".encode() + b"\xff\xfe\xff,x\n"
    assert _refusal(damaged, "a.csv") == "line 2 is neither UTF-8 nor GB18030"


def test_nul_bytes_and_huge_cells_fail_their_row_alone():
    content = f"基金名称,投资策略\n甲,a\x00b\n乙,{'长' * 3_500_000}\n丙,好\n".encode()
    intake = read(content, None, "a.csv")
    assert [record.label for record in intake.records] == ["丙"]
    assert [(error.row, error.column, error.rule.en) for error in intake.errors] == [
        (2, "投资策略", "no control characters"),
        (3, "投资策略", "at most 100000 characters"),
    ]
    assert all(len(error.value) <= 201 for error in intake.errors)


def test_wrong_headers_are_told():
    assert _refusal(b"a,b\n1,2\n", "x.csv", None) == "the headers do not tell the kind (perhaps —)"
    assert _refusal("产品名称,产品说明\nx,y\n".encode(), "x.csv", None).startswith("the headers do not tell the kind")
    assert _refusal(b"a,b\n1,2\n", "funds.csv") == "no header in the first 30 rows"
    assert (
        _refusal("基金名称,基金名称\nx,y\n".encode(), "x.csv") == "two columns mean the same: “基金名称” and “基金名称”"
    )


def test_unknown_columns_warn_and_foreign_money_is_refused():
    intake = read("基金名称,备注,最低单笔(USD)\nx,y,\nz,,5\n".encode(), Kind.FUND, "x.csv")
    assert [notice.column for notice in intake.warnings] == ["备注"]
    assert [record.label for record in intake.records] == ["x"]
    assert [(e.row, e.rule.en) for e in intake.errors] == [(3, "amounts are in CNY, usd names another currency")]


def test_a_row_that_fails_is_told_that_its_id_is_taken_too():
    """Mended, it would take the place of the other record."""
    intake = read("编号,基金名称,单笔下限(万元)\nF1,甲,5\nF1,乙,-5\nF2,丙,-5\nF2,丁,5\n".encode(), Kind.FUND, "x.csv")
    assert [record.label for record in intake.records] == ["甲"]
    assert [(e.row, e.field) for e in intake.errors] == [(3, "ticket_min"), (3, "id"), (4, "ticket_min"), (5, "id")]


def test_duplicates_name_the_first_row_also_across_batches():
    content = "编号,基金名称\nF1,甲\nF2,乙\nF1,丙\n,甲\n,甲\n".encode()
    parts = list(batches(content, Kind.FUND, 1, name="x.csv"))
    assert [part.rows_total for part in parts] == [1, 1, 1, 1, 1]
    assert [(e.row, e.rule.en) for part in parts for e in part.errors] == [
        (4, "the same record as row 2: equal id or equal names"),
        (6, "the same record as row 5: equal id or equal names"),
    ]


def test_every_error_of_a_row_is_told():
    content = (
        "编号,基金名称,最低单笔,最高单笔,投资阶段,存续期,单项目上限,TRL下限\n1.23E+17,甲,-5,1e309,宇宙轮,abc,1e309,12\n"
    ).encode()
    (bad,) = read(content, Kind.FUND, "x.csv").bad_rows
    errors = read(content, Kind.FUND, "x.csv").errors
    assert bad.row == 2
    assert {error.field for error in errors} == {
        "id", "ticket_min", "ticket_max", "stages", "term", "per_project_cap", "trl_min",
    }  # fmt: skip
    assert all(error.rule.zh and error.rule.en and error.remedy.zh and error.remedy.en for error in errors)


def test_min_over_max_names_both_values():
    (error,) = read("基金名称,最低单笔,最高单笔\n甲,200万,50万\n".encode(), Kind.FUND, "x.csv").errors
    assert error.rule.en == "ticket_min <= ticket_max, found 200 > 50"


# --- JSON ---


def test_bad_lines_fail_alone():
    content = (
        b'{"name": "a"}\n[1]\n{"name": \n{"name": "b", "fund_size": 1e309}\n{"name": "c\\u0000"}\n\n{"name": "d"}\n'
    )
    intake = read(content, Kind.FUND, "x.jsonl")
    assert [record.label for record in intake.records] == ["a", "d"]
    assert [error.row for error in intake.errors] == [2, 3, 4, 5]


def test_an_array_that_is_no_json_is_refused():
    assert _refusal(b'[{"name": "a"}, {]', "x.json").startswith("no valid JSON")


def test_a_workbook_that_takes_too_long_is_stopped():
    content = _workbook(["基金名称"], *(["x", place] for place in range(15_000)))
    with pytest.raises(UnusableFileError, match=r"could not be read in 0\.01 s"):
        read_slowly(content)


def read_slowly(content):
    with sheet_rows(content, SheetLimits(seconds=0.01)) as (rows, _):
        return list(rows)
