"""A ranked list does not depend on what its reader may not see: not on a score, a count, a reason or a version."""

from typing import Any

import pytest

from tests.api.service import Service

OPEN: list[dict[str, Any]] = [
    {"id": "P-1", "teaser": "固态电池电解质", "region": "331002", "trl": 4, "round": "种子", "sei": ["新材料"]},
    {"id": "P-2", "teaser": "影像诊断 软件", "region": "331002", "trl": 6, "round": "天使"},
    {"id": "P-3", "teaser": "工业机器人", "trl": 5},
]
HIDDEN: list[dict[str, Any]] = [
    {"name": "精密减速器", "description": "工业机器人 精密减速器 " * 5},
    {"verification_budget": "77", "overdue_records": True, "litigation": True, "dishonest_listed": True},
    {"legal_entity": {"name": "某公司", "revenue_last_year": "99999", "total_assets": "99999"}},
    {"region": "331081"},
    {"earlier_investors": ["某某基金"], "pre_money": "100", "equity_offered": 30},
    {"problem": "无人机 物流", "advantage": "sensor chip"},
]
FUND: dict[str, Any] = {
    "id": "F-1",
    "name": "机器人基金",
    "thesis": "工业机器人 精密减速器",
    "stages": ["种子"],
    "regions": ["331000"],
    "first_round_only": True,
    "revenue_or_assets_max": "2000",
}
ORDERS: list[dict[str, Any]] = [
    {"purpose": "investment", "subject_kind": "fund", "subject_id": "F-1", "ineligible": True},
    {"purpose": "investment", "subject_kind": "fund", "text": "工业机器人 精密减速器 无人机", "ineligible": True},
    {"purpose": "investment", "subject_kind": "fund", "subject_id": "F-1", "filters": {"region": "台州市"}},
    {"purpose": "investment", "subject_kind": "fund", "subject_id": "F-1", "filters": {"region": "331081"}},
    {"purpose": "loan", "subject_kind": "loan", "subject": {"revenue_min": "10"}, "ineligible": True},
    {"purpose": "investment", "subject_kind": "project", "subject_id": "P-1"},
]


def lists(service: Service, org: str) -> list[Any]:
    answers = [service.of(org).post("/v1/matches", json=order) for order in ORDERS]
    assert {each.status_code for each in answers} == {201}
    return [{name: value for name, value in each.json().items() if name != "id"} for each in answers]


@pytest.mark.parametrize("hidden", HIDDEN, ids="-".join)
def test_a_hidden_field_changes_no_list(service: Service, hidden: dict[str, Any]) -> None:
    center, fund = service.of("center"), service.of("fund")
    fund.post("/v1/funds", json=FUND)
    tags = {project["id"]: center.post("/v1/projects", json=project).headers["etag"] for project in OPEN}
    service.indexed()
    first, own = lists(service, "fund"), lists(service, "center")
    for project in OPEN[:2]:
        header = {"If-Match": tags[project["id"]]}
        assert center.put(f"/v1/projects/{project['id']}", json=project | hidden, headers=header).status_code == 200
    service.indexed()
    assert lists(service, "fund") == first
    assert lists(service, "center") != own, "the owner's lists show the change, so there was something to leak"


def test_an_own_catalogue_of_another_organisation_changes_no_list(service: Service) -> None:
    """Word statistics and calibration of level 2 texts stay with their owner."""
    center, fund = service.of("center"), service.of("fund")
    fund.post("/v1/funds", json=FUND)
    fund.post("/v1/projects", json={"id": "own", "name": "机器人 软件", "description": "工业机器人 软件 诊断"})
    center.post("/v1/projects", json=OPEN[0])
    first = lists(service, "fund")
    tag = center.get("/v1/projects/P-1").headers["etag"]
    text = {"description": "机器人 软件 诊断 " * 30, "name": "工业机器人"}
    center.put("/v1/projects/P-1", json=OPEN[0] | text, headers={"If-Match": tag})
    lists(service, "center")
    assert lists(service, "fund") == first
