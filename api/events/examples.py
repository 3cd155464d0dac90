"""Examples of the documentation; a test holds them valid."""

from typing import Any

EVENT: dict[str, Any] = {
    "name": "固态电池对接会",
    "zone": "Asia/Shanghai",
    "consent": "mutual",
    "slots": [
        {"starts_at": "2030-05-01T09:00:00+08:00", "minutes": 20},
        {"starts_at": "2030-05-01T09:25:00+08:00", "minutes": 20},
        {"starts_at": "2030-05-01T09:50:00+08:00", "minutes": 20},
    ],
    "tables": [{"id": "1"}, {"id": "2"}],
    "parties": [
        {"id": "P001", "kind": "project", "record_id": "P001", "org": "center", "promised": 1},
        {"id": "F01", "kind": "fund", "name": "种子基金", "record_id": "F01", "org": "fund", "cap": 2},
        {"id": "L01", "kind": "bank", "name": "台州银行", "representatives": [{"name": "王经理", "unavailable": [0]}]},
    ],
}
WISHES: dict[str, Any] = {
    "party": "P001",
    "wishes": [{"partner": "F01"}, {"partner": "L01", "answer": "declined", "reason": "阶段太早"}],
}
CHANGE: dict[str, Any] = {"cause": "银行代表晚到", "late": {"L01": "2030-05-01T09:40:00+08:00"}}
ARRIVALS: dict[str, Any] = {"arrivals": [{"party": "F01", "state": "present"}]}
OUTCOMES: dict[str, Any] = {
    "outcomes": [{"meeting": 0, "party": "F01", "held": True, "interest": True, "next_step": "diligence"}]
}
