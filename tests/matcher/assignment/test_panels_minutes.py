"""Workbook and minutes: figures with names in both languages, columns of a readable width, a clear word on fonts."""

from pathlib import Path

import pytest
import typst
from openpyxl import load_workbook

from matcher.assignment.files.callfile import Call
from matcher.assignment.files.callrows import CallRow
from matcher.assignment.files.minutes import HEAD, minutes, write_workbook
from matcher.assignment.files.planfile import plan_document
from matcher.assignment.solver.solve import solve

CALL = Call.of(
    CallRow.model_validate(
        {
            "name": "试点",
            "projects": [{"id": "p0", "name": "固态电池", "size": 1}],
            "experts": [{"id": "e0", "name": "专家甲"}, {"id": "e1"}],
            "scores": [[0.5, 0.25]],
        }
    ),
    "",
)
PLAN = plan_document(solve(CALL.problem))


def test_the_figures_have_names_that_people_read(tmp_path: Path) -> None:
    write_workbook(CALL, PLAN, tmp_path / "plan.xlsx")
    book = load_workbook(tmp_path / "plan.xlsx")
    assert [row[:2] for row in book["说明"].iter_rows(values_only=True)] == [
        ("总分 / total", "0.5"),
        ("总分上界（已证明） / proven bound of the total", "0.5"),
        ("与上界的差距 / gap to the bound", "0.0000%"),
        ("最弱专家组的平均分 / mean of the weakest panel", "0.5"),
        ("结论 / status", "最优（已证明） / optimal"),
        ("评审文件哈希 / hash of the call", PLAN["pool_hash"]),
    ]
    assert len(book["专家组"].column_dimensions) == len(HEAD)
    assert book["专家组"].column_dimensions["B"].width == 36


@pytest.mark.parametrize(("families", "warnings"), [(["Noto Sans CJK SC"], 0), (["DejaVu Sans"], 1)])
def test_a_machine_without_a_chinese_font_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, families: list[str], warnings: int
) -> None:
    class Fonts:
        def families(self) -> list[str]:
            return families

    monkeypatch.setattr(typst, "Fonts", Fonts)
    said: list[str] = []
    assert minutes(CALL, PLAN, said.append).startswith(b"%PDF")
    assert (
        said
        == [
            "未安装中文字体，PDF 中的汉字将显示为方框：请安装，例如 Debian 软件包 fonts-noto-cjk / "
            "no Chinese font is installed and Chinese characters will be boxes in the PDF: "
            "install one, for example Debian's fonts-noto-cjk"
        ][:warnings]
    )
