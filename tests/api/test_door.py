"""Who comes in, with what, and what is answered to everything else."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as NoCache

from core.models import ApiKey, CommandLog
from orders.models import Order
from tests import factories
from tests.api.program import DESCRIPTION, Program, make_key
from tests.world import World

LISTS = ("list_orders", "list_products", "list_accounts", "list_deliveries", "list_invoices", "list_payments")
ORDER = {"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "2"}]}


@pytest.fixture
def program(world: World) -> Program:
    return Program(make_key(world.boss))


def test_the_description_is_open_and_holds_every_operation(db: None) -> None:
    found = Client().get(DESCRIPTION)
    operations = [each for methods in found.json()["paths"].values() for each in methods.values()]

    assert (found.status_code, found["Content-Type"]) == (200, "application/json")
    assert all({"401", "403", "404", "422", "429"} <= set(each["responses"]) for each in operations)
    assert all(each["security"] == [{"Key": []}] and each["x-right"] for each in operations)
    assert len({each["operationId"] for each in operations}) == len(operations)


@pytest.mark.parametrize("token", ["", "kept_00000000_none", "kept", "\x7f_x", "Bearer", "kept_" + "é" * 20])
def test_without_a_valid_key_nobody_comes_in(world: World, token: str) -> None:
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("rest", ["", "nothing", "products/a%0Ab/c"])
def test_an_address_that_does_not_exist_is_a_problem(db: None, rest: str) -> None:
    answer = Client().get(f"/api/v1/{rest}")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_session_opens_nothing(client: Client, world: World) -> None:
    client.force_login(world.boss)

    assert client.get("/api/v1/orders").status_code == 401
    assert client.post("/api/v1/orders", ORDER, content_type="application/json").status_code == 401


def test_an_expired_key_and_a_deactivated_person_are_turned_away(world: World) -> None:
    late, gone = Program(make_key(world.alice)), Program(make_key(world.fay))
    ApiKey.objects.filter(person=world.alice).update(expires_at=timezone.now())
    world.fay.is_active = False
    world.fay.save(update_fields=["is_active"])

    assert (late.call("read_me").status, gone.call("read_me").status) == (401, 401)


def test_a_key_may_what_its_person_may_within_its_scopes(world: World) -> None:
    narrow = Program(make_key(world.alice, scopes=["orders.see_orders"]))

    assert narrow.call("list_orders").status == 200
    refused = narrow.call("create_order", ORDER)
    assert (refused.status, refused.body["type"]) == (403, "urn:kept:problem:not_allowed")
    assert "orders.enter_order" in refused.body["detail"]
    assert not Order.objects.exists()

    world.alice.groups.clear()
    assert narrow.call("list_orders").status == 403


def test_use_is_noted(program: Program) -> None:
    program.call("read_me")

    assert ApiKey.objects.get().last_used_at is not None


def test_calls_are_counted_for_each_key_and_not_at_all_without_a_counter(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEPT_API_CALLS_PER_MINUTE = 2
    cache.clear()
    first, second = Program(make_key(world.alice)), Program(make_key(world.fay))

    answers = [first.call("read_me") for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert second.call("read_me").status == 200

    def broken(*_: object, **__: object) -> None:
        raise NoCache("gone")

    monkeypatch.setattr("core.web.limits.cache.add", broken)
    assert first.call("read_me").status == 200


# --- problems --------------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_problem_with_its_fields_and_its_reference(program: Program) -> None:
    answer = program.call("create_order", {**ORDER, "lines": [{"sku": "NONE", "quantity": "1"}]})

    assert answer.status == 422
    assert answer.body["errors"] == [{"field": "body.lines.0.sku", "message": "No single product is meant by NONE."}]
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**ORDER, "acount": "ACME"}, "body.acount"),
        ({"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": 2}]}, "body.lines.0.quantity"),
        ({"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "1e3"}]}, "body.lines.0.quantity"),
        ({"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "-1"}]}, "body.lines.0.quantity"),
        ({**ORDER, "note": "a\x00b"}, "body.note"),
        ({**ORDER, "requested_on": 1700000000}, "body.requested_on"),
        ({**ORDER, "requested_on": "9999-01-01"}, "body.requested_on"),
        ({"account": "ACME"}, "body.lines"),
    ],
)
def test_values_beside_the_description_are_named(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.call("create_order", body, is_checked=False)

    assert (answer.status, [each["field"] for each in answer.body["errors"]]) == (422, [field])
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ('{"account": NaN}', "application/json", 400),
        ('{"account": "ACME", "account": "B", "lines": []}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("1" * 10_000, "application/json", 400),
        ("\xff", "application/json", 400),
        (json.dumps(ORDER), "text/plain", 415),
        ("account=ACME", "application/x-www-form-urlencoded", 415),
        (" " * (6 * 1024 * 1024), "application/json", 413),
    ],
)
def test_bodies_that_are_no_json_are_refused(program: Program, data: str, content_type: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {program.key}"}
    answer = program.client.generic(
        "POST", "/api/v1/orders", data.encode("latin-1"), content_type=content_type, headers=headers
    )

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not Order.objects.exists()


def test_unknown_addresses_methods_and_names_are_problems(program: Program) -> None:
    headers = {"Authorization": f"Bearer {program.key}"}
    nowhere = program.client.get("/api/v1/nowhere", headers=headers)
    deleted = program.client.delete("/api/v1/orders", headers=headers)
    misspelt = program.client.get("/api/v1/orders?acount=ACME", headers=headers)

    assert (nowhere.status_code, deleted.status_code, deleted["Allow"]) == (404, 405, "GET, HEAD, POST")
    assert (misspelt.status_code, misspelt.json()["type"]) == (400, "urn:kept:problem:unreadable")
    assert {each["Content-Type"] for each in (nowhere, deleted, misspelt)} == {"application/problem+json"}


def test_a_fault_of_ours_is_a_problem_without_its_inside(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr("orders.api.read.for_list", broken)
    answer = program.call("list_orders")

    assert (answer.status, answer.body["type"]) == (500, "urn:kept:problem:fault")
    assert b"secret inside" not in answer.content
    assert "secret inside" in caplog.text


# --- once, and against a version -------------------------------------------------------------------------------------


def test_the_same_key_does_the_same_once(program: Program) -> None:
    first = program.call("create_order", ORDER, once="a")
    second = program.call("create_order", ORDER, once="a")
    other = program.call("create_order", {**ORDER, "customer_reference": "X"}, once="a")

    assert (first.status, second.body["number"]) == (201, first.body["number"])
    assert (other.status, other.body["type"]) == (409, "urn:kept:problem:idempotency_key_reused")
    assert Order.objects.count() == 1
    assert CommandLog.objects.filter(name="orders.create_orders").count() == 1


def test_a_key_of_one_program_is_not_that_of_another(world: World) -> None:
    one, two = Program(make_key(world.alice)), Program(make_key(world.alice))

    numbers = {each.call("create_order", ORDER, once="a").body["number"] for each in (one, two)}

    assert len(numbers) == 2


def test_an_unusable_idempotency_key_is_refused_not_ignored(program: Program) -> None:
    headers = {"Authorization": f"Bearer {program.key}", "Idempotency-Key": "a b"}
    answer = program.client.post("/api/v1/orders", ORDER, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert not Order.objects.exists()


def test_changes_are_made_against_a_version(program: Program, world: World) -> None:
    order = program.call("create_order", ORDER)
    number, version = order.body["number"], order.body["version"]
    assert order.headers["ETag"] == f'"{version}"'
    wanted = {"customer_reference": "PO 9", "lines": [{"line": 1, "sku": "BOLT-M8", "quantity": "3"}]}

    missing = program.call("save_draft_order", wanted, number=number)
    saved = program.call("save_draft_order", wanted, number=number, version=version)
    stale = program.call("save_draft_order", wanted, number=number, version=version)

    assert (missing.status, saved.status, stale.status) == (428, 200, 409)
    assert (saved.body["lines"][0]["quantity"], saved.body["customer_reference"]) == ("3", "PO 9")
    assert stale.body["type"] == "urn:kept:problem:stale_version"

    program.call("confirm_order", number=number)
    now = program.call("read_order", number=number).body["version"]
    change = {"reason": "more", "changes": [{"line": 1, "ordered": "5"}]}
    changed = program.call("change_confirmed_order", change, number=number, version=now)
    assert (changed.status, changed.body["lines"][0]["ordered"]) == (200, "5")


# --- pages and fields ------------------------------------------------------------------------------------------------


def test_pages_lead_through_every_row_once(program: Program, world: World) -> None:
    made = {program.call("create_order", ORDER).body["number"] for _ in range(5)}
    answer = program.call("list_orders", limit=2)
    found = [row["number"] for row in answer.body["items"]]
    while answer.body["next"]:
        program.call("create_order", ORDER)  # what arrives meanwhile shifts nothing
        answer = program.get(answer.body["next"])
        found += [row["number"] for row in answer.body["items"]]

    assert (len(found), set(found)) == (5, made)
    assert program.call("list_orders", after="invented").status == 400


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_a_constant_number_of_statements(name: str, world: World, count_statements: Any) -> None:
    everything = ("Sales lead", "Warehouse lead", "Finance lead")
    program = Program(make_key(factories.make_user(name="Reader", roles=everything, companies=(world.company,))))
    program.call(name)  # notes the use of the key
    lines = {world.bolt: "1"}

    def more(count: int) -> None:
        for _ in range(count):
            factories.make_product()
            factories.make_account(company=world.company)
            factories.make_order(
                company=world.company, account=world.acme, warehouse=world.main, lines=lines, actor=world.alice
            )

    more(10)
    with count_statements() as few:
        program.call(name, limit=200)
    more(30)
    with count_statements() as many:
        answer = program.call(name, limit=200)

    assert answer.status == 200
    assert few.count == many.count <= 4


def test_sensitive_fields_come_only_by_right_and_only_when_asked(world: World) -> None:
    boss, alice = Program(make_key(world.boss)), Program(make_key(world.alice))
    number = boss.call("create_order", ORDER).body["number"]

    plain = boss.call("read_order", number=number)
    asked = boss.call("read_order", number=number, fields="cost,margin")
    refused = alice.call("read_order", number=number, fields="cost")
    unknown = boss.call("read_order", number=number, fields="password")

    assert not {"cost", "margin"} & (set(plain.body) | set(plain.body["lines"][0]))
    assert (asked.body["lines"][0]["cost"], asked.body["margin"]) == ("8.00", "60")
    assert (refused.status, unknown.status) == (403, 422)
    assert b"8.00" not in refused.content


def test_documents_of_other_companies_are_absent(world: World) -> None:
    other = factories.make_company(code="OTHER")
    roles = ("Sales lead", "Finance lead", "Warehouse lead")
    stranger = factories.make_user(name="Stranger", roles=roles, companies=(other,))
    order = Program(make_key(world.boss)).call("create_order", ORDER).body["number"]
    program = Program(make_key(stranger))
    before = CommandLog.objects.count()

    foreign = [
        program.call("read_order", number=order),
        program.call("confirm_order", number=order),
        program.call("cancel_order", {"reason": "x"}, number=order),
        program.call("create_delivery", {"order": order}),
        program.call("read_delivery", number="D-2026-000001"),
        program.call("read_invoice", number="INV-2026-000001"),
        program.call("read_payment", number="PAY-2026-000001"),
    ]
    nowhere = program.call("read_order", number="SO-2026-999999")

    assert {each.status for each in foreign} == {404}
    assert {each.body["detail"] for each in foreign} == {nowhere.body["detail"]}
    assert program.call("list_orders").body["items"] == []
    assert CommandLog.objects.count() == before
