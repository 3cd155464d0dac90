"""An empty workbook per kind: headers with units, a note on each, drop-downs, and a second sheet with all the words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matcher.domain import Kind
from matcher.domain.codes import SCHEMES, code_list
from matcher.domain.term import Term
from matcher.tables.cell_text import header_of
from matcher.tables.fields import Leaf, Shape, leaves
from matcher.tables.items import form
from matcher.tables.sheet_child import WORDS_SHEET
from matcher.tables.writing import published

_ROWS = 5000
"""Rows that get drop-downs and formats."""

_SHEETS = {
    Kind.PROJECT: ("项目", "Projects"),
    Kind.FUND: ("基金", "Funds"),
    Kind.LOAN: ("信贷产品", "Loan products"),
    Kind.INSURANCE: ("保险产品", "Insurance products"),
    Kind.EXPERT: ("专家", "Experts"),
    Kind.CENTER: ("概念验证中心", "Centers"),
}
_TEXT_COLUMNS = frozenset({"id", "credit_code", "registration_no", "filing_no", "center_id", "staff_no"})


def write_template(kind: Kind, path: Path, language: str = "zh") -> None:
    """Writes the template of a kind as a workbook; `language` is that of headers, notes and drop-downs, zh or en."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet(_SHEETS[kind][language == "en"], 0)
    words = book["Sheet"]
    words.title = WORDS_SHEET
    lists: dict[str, tuple[str, int]] = {}
    for place, leaf in enumerate(leaves(kind), start=1):
        _head(sheet, place, leaf, language)
        if (name := _list_name(leaf)) is not None:
            if name not in lists:
                lists[name] = _write_words(words, len(lists) * 2 + 1, leaf, language)
            _drop_down(sheet, place, leaf, lists[name])
    sheet.freeze_panes = "B2"
    words.freeze_panes = "A2"
    with published(path) as draft, draft.open("wb") as file:
        book.save(file)


def _head(sheet: Any, place: int, leaf: Leaf, language: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    cell = sheet.cell(1, place, header_of(leaf, language))
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDEBF7")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    note = Comment(note_of(leaf, language), "Matcher")
    note.width, note.height = 320, 120
    cell.comment = note
    column = sheet.column_dimensions[get_column_letter(place)]
    column.width = 28 if leaf.shape in {Shape.PROSE, Shape.PART} else 18
    if leaf.path[-1] in _TEXT_COLUMNS:
        column.number_format = "@"
        for row in range(2, 202):
            sheet.cell(row, place).number_format = "@"


_NOTES: dict[Shape, tuple[str, str]] = {
    Shape.ID: (
        "可留空，按名称生成；同一编号再次导入即更新",
        "may be empty; importing the same id again updates the record",
    ),
    Shape.AMOUNT: (
        "金额，裸数字按万元；可写 50万、1.5亿、500000元",
        "an amount; a bare number is in 万元 (10,000 CNY)",
    ),
    Shape.PERCENT: ("百分数：15 或 15%", "a percentage: 15 or 15%"),
    Shape.FRACTION: ("写 3% 或 0.03；6‰/月 折算为年", "write 3% or 0.03; 6‰/月 (a month) is taken times twelve"),
    Shape.MONTHS: ("月数，可写 3年", "months; 3年 (years) is read too"),
    Shape.WHOLE: ("整数", "a whole number"),
    Shape.DECIMAL: ("数字", "a number"),
    Shape.YES_NO: ("是 或 否，未知留空", "yes or no, empty while unknown"),
    Shape.DATE: ("日期，如 2024-03-01", "a date such as 2024-03-01"),
    Shape.RATE: (
        "3.85%、6‰/月、LPR+50BP 或 不超过基准1.3倍",
        "3.85%, 6‰/月, LPR+50BP or 不超过基准1.3倍 (times the base rate)",
    ),
    Shape.MAP: ("字段=值，分号隔开，如 技术成熟度=已核验", "field=value, separated by semicolons"),
    Shape.TERM: ("从下拉列表选择", "choose from the list"),
    Shape.CODE: ("代码或名称", "a code or a name"),
}


def note_of(leaf: Leaf, language: str = "zh") -> str:
    """What to write in a column, for the note on its header."""
    zh, en = _NOTES.get(leaf.shape, ("文本", "text"))
    if leaf.shape is Shape.PART:
        zh, en = f"每行一项：{form(leaf.detail)}", f"one item a line: {form(leaf.detail, 'en')}"
    elif leaf.many:
        zh, en = f"{zh}，可多个，用；分隔；没有则填 无", f"{en}; several separated by ;, none where there are none"
    head = f"{leaf.zh} / {leaf.en} / {leaf.dotted}"
    return f"{head}\n{en if language == 'en' else zh}"


def _list_name(leaf: Leaf) -> str | None:
    """The name of the list from which a column is chosen; None for free columns."""
    if leaf.shape is Shape.TERM:
        return str(leaf.detail.__name__)
    if leaf.shape is Shape.CODE:
        return str(leaf.detail)
    return "yes or no" if leaf.shape is Shape.YES_NO else None


def _members(leaf: Leaf, language: str) -> list[tuple[str, str]]:
    """(word, the word in the other language or the code) of a list."""
    if leaf.shape is Shape.YES_NO:
        return [("yes", "是"), ("no", "否")] if language == "en" else [("是", "yes"), ("否", "no")]
    if leaf.shape is Shape.TERM:
        return [_pair(term, language) for term in leaf.detail]
    schemes: Sequence[str] = ("sei", "local", "gb") if leaf.detail == "sector" else (leaf.detail,)
    found = []
    for scheme in schemes:
        entries = code_list(scheme).values()
        for entry in (
            entries if scheme != "regions" else (one for one in entries if one.code.endswith("00") or _near(one.code))
        ):
            code = f"{scheme}:{entry.code}" if leaf.detail == "sector" and scheme in SCHEMES else entry.code
            found.append((entry.en if language == "en" else entry.zh, code))
    return found


def _near(code: str) -> bool:
    """Counties are listed for Zhejiang only; every county of the country can be typed."""
    return code.startswith("33")


def _pair(term: Term, language: str) -> tuple[str, str]:
    return (term.en, str(term)) if language == "en" else (str(term), term.en)


def _write_words(sheet: Any, place: int, leaf: Leaf, language: str) -> tuple[str, int]:
    """Writes a list in two columns of the second sheet; gives the letter of its column and its length."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    members = _members(leaf, language)
    head = sheet.cell(1, place, leaf.en if language == "en" else leaf.zh)
    head.font = Font(bold=True)
    for row, (word, other) in enumerate(members, start=2):
        sheet.cell(row, place, word)
        sheet.cell(row, place + 1, other)
    sheet.column_dimensions[get_column_letter(place)].width = 24
    return get_column_letter(place), len(members)


def _drop_down(sheet: Any, place: int, leaf: Leaf, words: tuple[str, int]) -> None:
    """A list to choose from; where several values or other words are possible it only proposes."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter, length = words
    strict = leaf.shape is not Shape.CODE and not leaf.many
    source = f"'{WORDS_SHEET}'!${letter}$2:${letter}${length + 1}"
    chosen = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=strict)
    if strict:
        chosen.error, chosen.errorTitle = "请从列表中选择 / choose from the list", leaf.zh
    own = get_column_letter(place)
    chosen.add(f"{own}2:{own}{_ROWS}")
    sheet.add_data_validation(chosen)
