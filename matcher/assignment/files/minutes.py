"""Panels for people: a workbook, and the minutes (评审专家组名单) as a PDF. No text is taken for formula or markup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from matcher.assignment.errors import FormatError
from matcher.assignment.files.callfile import Call
from matcher.assignment.files.planfile import Document
from matcher.assignment.names import figure_name, quota_name, soft_name, status_name
from matcher.domain.words import Words

FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC"),
)
"""Fonts looked for, best first; a machine without any of them cannot print Chinese."""

HEAD = (
    *("项目", "名称", "专家", "姓名", "角色", "单位", "主审", "匹配分", "候补一", "候补二"),
    *("计入要求", "专长", "依据一", "依据二", "依据三", "依据不足"),
)

WIDTHS = (14, 36, 12, 12, 12, 24, 6, 8, 12, 12, 24, 8, 40, 40, 40, 10)
FIGURE_WIDTHS = (44, 24, 24)
"""Widths of the columns, in characters."""

NO_FONT = Words(
    "未安装中文字体，PDF 中的汉字将显示为方框：请安装，例如 Debian 软件包 fonts-noto-cjk",
    "no Chinese font is installed and Chinese characters will be boxes in the PDF: "
    "install one, for example Debian's fonts-noto-cjk",
)

# The data come in as JSON, so no name is ever read as markup.
TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: 2cm, numbering: "1 / 1")
#set text(font: data.fonts, size: 10pt)
#text(size: 16pt, weight: "bold", data.title)
#for line in data.summary [ #par(text(line)) ]
#for panel in data.panels {
  block(breakable: false, above: 14pt)[
    #text(weight: "bold", panel.title)
    #table(columns: (auto, 1fr, 1fr, auto, auto, 1fr), inset: 5pt,
      ..data.head.map(cell => text(weight: "bold", cell)),
      ..panel.rows.flatten().map(cell => text(cell)))
    #for line in panel.reasons [ #text(size: 8pt, line) \\ ]
  ]
}
#v(24pt)
#grid(columns: (1fr, 1fr), text("经办人（签字）：            "), text("监督人（签字）：            "))
"""


def write_workbook(call: Call, document: Document, path: Path) -> None:
    """Write one row per seat, and a sheet with the figures; the file is complete or not there."""
    book = Workbook()
    seats, figures = book.active, book.create_sheet("说明")
    if seats is None:
        raise RuntimeError("a new workbook has no sheet")
    seats.title = "专家组"
    _fill(seats, [list(HEAD), *_rows(call, document)], WIDTHS)
    _fill(figures, [*_figures(document), *_likings(document)], FIGURE_WIDTHS)
    seats.freeze_panes = "A2"
    draft = path.with_name(f".{path.name}.draft")
    book.save(draft)
    draft.replace(path)


def minutes(call: Call, document: Document, warn: Callable[[str], None]) -> bytes:
    """The minutes as a PDF; ``warn`` is told where no Chinese font is installed.

    Raises:
        FormatError: the document cannot be set.
    """
    import typst

    families = set(typst.Fonts().families())
    installed = [name for name in FONTS if name in families]
    if not installed:
        warn(NO_FONT.both)
    data = {
        "title": f"{call.name} 评审专家组名单",
        "summary": [f"{name}：{value}" for name, value in _figures(document)],
        "head": ["专家", "姓名", "单位", "主审", "匹配分", "候补"],
        "panels": _panels(call, document),
        "fonts": [*installed, "DejaVu Sans", "Libertinus Serif"],
    }
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        pdf, _ = typst.compile_with_warnings(TEMPLATE.encode(), format="pdf", sys_inputs=inputs)
    except (RuntimeError, typst.TypstError) as error:
        raise FormatError(
            "minutes",
            call.name,
            Words(f"无法排版（{error}）", f"they cannot be set ({error})"),
            Words("检查名称", "look at the names"),
        ) from error
    return bytes(pdf)


def _figures(document: Document) -> list[list[str]]:
    """The figures of a plan with their names, best known first; a repaired plan has none."""
    keys = [key for key in ("total", "bound", "gap", "weakest_mean", "status", "pool_hash") if key in document]
    return [[figure_name(key).both, _figure(key, document[key])] for key in keys]


def _figure(key: str, value: object) -> str:
    if key == "status":
        return status_name(str(value)).both
    return f"{value:.4%}" if key == "gap" and isinstance(value, float) else _word(value)


def _likings(document: Document) -> list[list[str]]:
    """The soft terms: what each adds to the preference, and what it added before they were looked at."""
    terms = document.get("soft", {"terms": ()})["terms"]
    return [[soft_name(term["term"]).both, _word(term["preference"]), _word(term["before"])] for term in terms]


def _rows(call: Call, document: Document) -> list[list[str]]:
    projects = {project.id: project for project in call.projects}
    experts = {expert.id: expert for expert in call.experts}
    rows: list[list[str]] = []
    for panel in document["panels"]:
        for member in panel["members"]:
            expert = experts[member["expert"]]
            standby = [alternate["expert"] for alternate in member["alternates"]]
            rows.append(
                [
                    panel["project"],
                    projects[panel["project"]].name,
                    expert.id,
                    expert.name,
                    "、".join(expert.roles),
                    "、".join(expert.units),
                    "是" if member["lead"] else "",
                    f"{member['score']:.4f}",
                    *[*standby, "", ""][:2],
                    "、".join(quota_name(name).zh for name in member.get("fills", ())),
                    *_why(member),
                ]
            )
    return rows


def _why(member: Document) -> list[str]:
    """Expertise, three evidences, and whether they are too few; blanks where the call says nothing of the pair."""
    if "why" not in member:
        return [""] * 5
    why = member["why"]
    value = "" if why["expertise"] is None else f"{why['expertise']:.3f}"
    return [value, *[*why["evidences"], "", "", ""][:3], "是" if why["thin"] else ""]


def _panels(call: Call, document: Document) -> list[dict[str, Any]]:
    panels: dict[str, dict[str, Any]] = {}
    for project, name, expert, person, _, unit, lead, score, first, second, *why in _rows(call, document):
        panel = panels.setdefault(project, {"title": f"{project} {name}".strip(), "rows": [], "reasons": []})
        panel["rows"].append([expert, person, unit, lead, score, "、".join(filter(None, (first, second)))])
        panel["reasons"].append(f"{expert} {person}：{_said(*why)}")
    return list(panels.values())


def _said(fills: str, expertise: str, first: str, second: str, third: str, thin: str) -> str:
    """Why somebody sits there, as one line."""
    shown = [
        fills and f"计入{fills}",
        expertise and f"专长 {expertise}",
        first and f"依据：{'；'.join(filter(None, (first, second, third)))}",
        thin and "依据不足三项，已参考同组平均",
    ]
    return "。".join(filter(None, shown)) or "未说明"


def _word(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _fill(sheet: Any, rows: list[list[str]], widths: tuple[int, ...]) -> None:
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = "".join(c if c.isprintable() else " " for c in text)
            cell.data_type = "s"
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
