"""Every kind over HTTP: first who may not, then what happens."""

import pytest

from api.resources.examples import EXAMPLES
from api.resources.nouns import NOUNS
from matcher.domain import KINDS, Kind
from tests.api.service import Service

KIND_NOUNS = [(kind, f"/v1/{noun}") for kind, noun in NOUNS.items()]
PROJECT = EXAMPLES[Kind.PROJECT]
BASE = "/v1/projects"


@pytest.mark.parametrize(("kind", "base"), KIND_NOUNS)
def test_nobody_without_a_key(service: Service, kind: Kind, base: str) -> None:
    one = f"{base}/{EXAMPLES[kind]['id']}"
    client = service.anonymous
    answers = [
        client.get(base),
        client.post(base, json=EXAMPLES[kind]),
        client.get(one),
        client.put(one, json=EXAMPLES[kind]),
        client.delete(one),
        client.get(f"{one}/versions"),
    ]
    assert [each.status_code for each in answers] == [401] * 6
    assert {each.headers["www-authenticate"] for each in answers} == {'Bearer realm="matcher"'}
    assert {each.headers["content-type"] for each in answers} == {"application/problem+json"}


@pytest.mark.parametrize("key", ["mk_", "mk_000000000000_x", "nonsense", "mk_é_é", "x" * 5000])
def test_a_wrong_key_is_no_key(service: Service, key: str) -> None:
    response = service.anonymous.get(BASE, headers={"Authorization": f"Bearer {key}".encode()})
    assert response.status_code == 401


@pytest.mark.parametrize(("kind", "base"), KIND_NOUNS)
def test_others_read_but_do_not_write(service: Service, kind: Kind, base: str) -> None:
    one = f"{base}/{EXAMPLES[kind]['id']}"
    assert service.of("center").post(base, json=EXAMPLES[kind]).status_code == 201
    other = service.of("fund")
    assert other.get(one).json()["own"] is False
    assert other.post(base, json=EXAMPLES[kind]).status_code == 409
    assert other.put(one, json=EXAMPLES[kind], headers={"If-Match": "*"}).status_code == 403
    assert other.delete(one, headers={"If-Match": "*"}).status_code == 403
    assert other.get(f"{one}/versions").status_code == 404
    assert service.of("center").get(one).json()["version"] == 1


def test_roles_that_only_read_may_not_write(service: Service) -> None:
    for org in ("events", "public"):
        response = service.of(org).post(BASE, json=PROJECT)
        assert (response.status_code, response.json()["type"]) == (403, "/problems/forbidden")


@pytest.mark.parametrize(("kind", "base"), KIND_NOUNS)
def test_what_is_written_is_read(service: Service, kind: Kind, base: str) -> None:
    center = service.of("center")
    created = center.post(base, json=EXAMPLES[kind])
    assert created.status_code == 201
    assert created.headers["location"] == f"{base}/{EXAMPLES[kind]['id']}"
    read = center.get(created.headers["location"])
    assert read.headers["etag"] == created.headers["etag"] == read.json()["etag"]
    model = KINDS[kind]
    assert model.model_validate(read.json()["record"]) == model.model_validate(EXAMPLES[kind])


@pytest.mark.parametrize("name", ["专家-甲", "é", "a%b", "a+b&c=d;e", "\U0001f52c"])
def test_a_record_of_any_name_is_found_at_its_location(service: Service, name: str) -> None:
    center = service.of("center")
    created = center.post(BASE, json=PROJECT | {"id": name})
    assert created.status_code == 201, created.text
    assert created.headers["location"].isascii()
    assert center.get(created.headers["location"]).json()["record"]["id"] == name


def test_replace_needs_the_tag_last_read(service: Service) -> None:
    center, one = service.of("center"), f"{BASE}/{PROJECT['id']}"
    first = center.put(one, json=PROJECT)
    assert first.status_code == 201
    changed = PROJECT | {"trl": 5}
    assert center.put(one, json=changed).status_code == 428
    assert center.put(one, json=changed, headers={"If-Match": '"other"'}).status_code == 412
    second = center.put(one, json=changed, headers={"If-Match": first.headers["etag"]})
    assert (second.status_code, second.json()["version"], second.json()["record"]["trl"]) == (200, 2, 5)
    assert center.put(one, json=PROJECT, headers={"If-Match": first.headers["etag"]}).status_code == 412


def test_equal_content_makes_no_version(service: Service) -> None:
    center, one = service.of("center"), f"{BASE}/{PROJECT['id']}"
    tag = center.put(one, json=PROJECT).headers["etag"]
    assert center.put(one, json=PROJECT, headers={"If-Match": tag}).json()["version"] == 1


def test_a_tag_for_what_is_gone_does_not_create(service: Service) -> None:
    response = service.of("center").put(f"{BASE}/{PROJECT['id']}", json=PROJECT, headers={"If-Match": "*"})
    assert response.status_code == 412


def test_deleted_is_gone_and_its_versions_stay(service: Service) -> None:
    center, one = service.of("center"), f"{BASE}/{PROJECT['id']}"
    tag = center.put(one, json=PROJECT).headers["etag"]
    assert center.delete(one, headers={"If-Match": '"other"'}).status_code == 412
    assert center.delete(one, headers={"If-Match": tag}).status_code == 204
    assert [center.get(one).status_code, center.delete(one).status_code] == [404, 404]
    assert center.get(BASE).json()["items"] == []
    again = center.post(BASE, json=PROJECT)
    assert (again.status_code, again.json()["version"]) == (201, 3)
    assert [(each["version"], each["deleted"]) for each in center.get(f"{one}/versions").json()["items"]] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_unchanged_content_is_not_sent_again(service: Service) -> None:
    center = service.of("center")
    tag = center.post(BASE, json=PROJECT).headers["etag"]
    response = center.get(f"{BASE}/{PROJECT['id']}", headers={"If-None-Match": f'W/"x", {tag}'})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)


def test_same_idempotency_key_writes_once(service: Service) -> None:
    center, header = service.of("center"), {"Idempotency-Key": "order-1"}
    first = center.post(BASE, json=PROJECT, headers=header)
    again = center.post(BASE, json=PROJECT, headers=header)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (first.headers["etag"], first.headers["location"]) == (again.headers["etag"], again.headers["location"])
    assert again.headers["idempotency-replayed"] == "true"
    other = center.post(BASE, json=PROJECT | {"trl": 6}, headers=header)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/invalid")


def test_idempotency_keys_of_two_organisations_do_not_meet(service: Service) -> None:
    header = {"Idempotency-Key": "1"}
    assert service.of("center").post(BASE, json=PROJECT, headers=header).status_code == 201
    theirs = service.of("fund").post(BASE, json=PROJECT | {"id": "P-9"}, headers=header)
    assert (theirs.status_code, theirs.json()["record"]["id"]) == (201, "P-9")


def test_a_refused_write_keeps_its_idempotency_key_free(service: Service) -> None:
    center, header = service.of("center"), {"Idempotency-Key": "k"}
    center.post(BASE, json=PROJECT)
    assert center.post(BASE, json=PROJECT, headers=header).status_code == 409
    center.delete(f"{BASE}/{PROJECT['id']}")
    assert center.post(BASE, json=PROJECT, headers=header).status_code == 201


def test_pages_hold_every_record_once_in_order(service: Service) -> None:
    center = service.of("center")
    for number in range(7):
        center.post(BASE, json={"id": f"P-{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = center.get(BASE, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen.append([each["record"]["id"] for each in page["items"]])
        cursor = page["next"]
    assert seen == [["P-0", "P-1", "P-2"], ["P-3", "P-4", "P-5"], ["P-6"]]


def test_filters_take_words_of_both_languages(service: Service) -> None:
    center = service.of("center")
    center.post(BASE, json={"id": "a", "region": "331002", "trl": 4, "verification_stage": "样机"})
    center.post(BASE, json={"id": "b", "region": "330100", "trl": 5, "verification_stage": "market"})

    def found(**query: object) -> list[str]:
        return [each["record"]["id"] for each in center.get(BASE, params=query).json()["items"]]

    assert found(region="浙江省") == ["a", "b"]
    assert found(region="台州市") == ["a"]
    assert found(trl=[4, 5]) == ["a", "b"]
    assert found(trl=4, verification_stage="market") == []
    assert found(verification_stage="前沿技术") == found(verification_stage="prototype") == ["a"]


def test_mine_leaves_others_out(service: Service) -> None:
    service.of("center").post(BASE, json={"id": "a"})
    service.of("fund").post(BASE, json={"id": "b"})
    assert [each["record"]["id"] for each in service.of("fund").get(f"{BASE}?mine=true").json()["items"]] == ["b"]
    assert [each["record"]["id"] for each in service.of("fund").get(BASE).json()["items"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1e3", "limit"),
        ("limit=٣", "limit"),
        ("trl=11", "trl"),
        ("region=Atlantis", "region"),
        ("mine=perhaps", "mine"),
        ("colour=red", "colour"),
        ("name=x", "name"),
    ],
)
def test_a_wrong_query_names_the_parameter(service: Service, query: str, pointer: str) -> None:
    response = service.of("center").get(f"{BASE}?{query}")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("cursor", ["x", "", "YzE6LTE", "YzE6MQ==", "YzI6MQ", "é", "YzE6" + "OTk5" * 40])
def test_a_made_up_cursor_is_refused(service: Service, cursor: str) -> None:
    response = service.of("center").get(BASE, params={"cursor": cursor})
    assert (response.status_code, response.json()["type"]) == (400, "/problems/malformed")


def test_every_write_is_audited_in_the_same_transaction(service: Service) -> None:
    from sqlalchemy import select

    from api.store.schema import audit

    center = service.of("center")
    center.headers["X-Request-Id"] = "trace-0001"
    center.post(BASE, json=PROJECT)
    center.post(BASE, json=PROJECT)  # refused, hence no row
    center.delete(f"{BASE}/{PROJECT['id']}")
    rows = service.store.read_now(lambda c: list(c.execute(select(audit).order_by(audit.c.number))))
    assert [(row.org, row.action, row.kind, row.subject_id, row.request_id) for row in rows] == [
        ("center", "record.create", "project", PROJECT["id"], "trace-0001"),
        ("center", "record.delete", "project", PROJECT["id"], "trace-0001"),
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_examples_of_the_documentation_are_valid(kind: Kind) -> None:
    assert KINDS[kind].model_validate(EXAMPLES[kind]).id == EXAMPLES[kind]["id"]


def test_the_model_that_answers_is_named(service: Service) -> None:
    found = service.of("public").get("/v1/models").json()
    encoder = service.app.state.library.answering.encoder
    assert found["answering"] == {"name": encoder.name, "dim": encoder.dim, "fingerprint": encoder.fingerprint}
    (prepared,) = found["prepared"]
    assert prepared == found["answering"] | {"read": 0, "total": 0, "ready": prepared["ready"], "failed": False}
    assert found["refused"] is None
    assert {"builtin:static", "builtin:quality"} <= {row["name"] for row in found["items"]}
    assert service.anonymous.get("/v1/models").status_code == 401
