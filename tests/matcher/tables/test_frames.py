"""Frames are read by the same rules as files."""

from decimal import Decimal

import pandas as pd

from matcher.domain import Fund, Kind
from matcher.domain.codes import data_folder
from matcher.domain.taxonomy import Round
from matcher.tables import read
from matcher.tables.frames import from_frame, to_frame


def test_headers_units_and_unknowns_are_those_of_files() -> None:
    frame = pd.DataFrame(
        [
            {"编号": "A1", "基金名称": "甲", "最低单笔(万元)": 50.0, "最高单笔": "2亿", "投资阶段": ["天使", "A"]},
            {"编号": "A2", "基金名称": "乙", "最低单笔(万元)": float("nan"), "最高单笔": None, "投资阶段": None},
            {"编号": "A3", "基金名称": "丙", "最低单笔(万元)": 50.0, "最高单笔": "20万", "投资阶段": None},
        ]
    )
    found = from_frame(frame, Kind.FUND)
    assert found.records == (
        Fund(id="A1", name="甲", ticket_min=Decimal(50), ticket_max=Decimal(20000), stages=(Round.ANGEL, Round.A)),
        Fund(id="A2", name="乙"),
    )
    assert [bad.row for bad in found.bad_rows] == [3]


def test_a_frame_of_records_reads_back_as_the_same_records() -> None:
    for name in ("funds", "projects", "experts"):
        records = read(data_folder() / "demo" / f"{name}.jsonl").records
        assert from_frame(to_frame(records), read(data_folder() / "demo" / f"{name}.jsonl").kind).records == records
