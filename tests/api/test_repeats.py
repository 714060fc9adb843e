"""Repeats after the world has moved on, numbers of several companies, reads by HEAD, and what a refusal tells."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.services import charge_fees
from core.models import CommandLog, User
from orders_site.api.urls import V1
from payments.models import Payment
from tests import factories
from tests.api.program import Program, make_key
from tests.orders.makers import limit
from tests.world import World

ORDER = {"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "2"}, {"sku": "MUG-NAVY", "quantity": "3"}]}


@pytest.fixture
def program(world: World) -> Program:
    return Program(make_key(world.boss))


@pytest.mark.parametrize(
    "lines",
    [
        [{"line": 2, "sku": "MUG-NAVY", "quantity": "4"}],
        [{"line": 2, "sku": "MUG-NAVY", "quantity": "3"}, {"line": 1, "sku": "BOLT-M8", "quantity": "2"}],
    ],
)
def test_a_repeated_change_of_lines_is_answered_although_lines_have_other_places_now(
    program: Program, lines: list[dict[str, Any]]
) -> None:
    order = program.call("create_order", ORDER).body
    given = {"number": order["number"], "version": order["version"]}

    first = program.call("save_draft_order", {"lines": lines}, **given, once="a")
    again = program.call("save_draft_order", {"lines": lines}, **given, once="a")
    late = program.call("save_draft_order", {"lines": lines}, **given, once="b")

    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert [line["sku"] for line in again.body["lines"]] == [line["sku"] for line in lines]
    assert (late.status, late.body["type"]) == (409, "urn:kept:problem:stale_version")


def test_a_repeat_after_midnight_is_still_the_same_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(make_key(world.fay))
    paid = {"account": "ACME", "amount": "60.00"}
    first = program.call("receive_payment", paid, once="a")
    monkeypatch.setattr("payments.api.business_date", lambda zone: date(2026, 12, 1))

    again = program.call("receive_payment", dict(reversed(paid.items())), once="a")
    other = program.call("receive_payment", {**paid, "amount": "61.00"}, once="a")

    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (other.status, other.body["type"]) == (409, "urn:kept:problem:idempotency_key_reused")
    assert Payment.objects.count() == 1


def test_one_key_is_for_one_address(program: Program) -> None:
    numbers = [program.call("create_order", ORDER).body["number"] for _ in range(2)]

    answers = [program.call("hold_order", {"reason": "x"}, number=number, once="a") for number in numbers]

    assert [each.status for each in answers] == [200, 409]


def test_a_number_of_two_companies_is_one_documents_once_the_company_is_named(world: World) -> None:
    other = factories.make_company(code="OTHER")
    theirs = factories.make_account(company=other)
    clerk = factories.make_user(name="Clerk", roles=("Finance lead",), companies=(world.company, other))
    for company, account in ((world.company, world.acme), (other, theirs)):
        lines = (ValueLineDraft("Fee", Decimal("10")),)
        charge_fees(drafts=[ValueCreditDraft(company, account.pk, lines, "fee", factories.TODAY)], actor=clerk)
    program = Program(make_key(clerk))
    (number,) = {row["number"] for row in program.call("list_invoices").body["items"]}
    reason = {"reason": "wrong"}

    unnamed = program.call("reverse_posted_invoice", reason, number=number)
    reversed_ = program.call("reverse_posted_invoice", reason, number=number, company="OTHER")

    assert (unnamed.status, unnamed.body["errors"][0]["field"]) == (422, "company")
    assert (reversed_.status, reversed_.body["company"]) == (201, "OTHER")
    assert program.call("read_invoice_pdf", number=number, company="HP").status == 202
    assert program.call("read_invoice", number=number, company="HP").body["payment"] == "open"


def test_every_address_with_a_number_takes_a_company() -> None:
    asked = {
        f"{method} {path}": {each["name"] for each in operation["parameters"]}
        for path, methods in V1.description()["paths"].items()
        for method, operation in methods.items()
        if "{number}" in path
    }

    assert len(asked) > 20
    assert [name for name, names in asked.items() if "company" not in names] == []


def test_head_answers_as_get_without_the_body(program: Program) -> None:
    order = program.call("create_order", ORDER).body["number"]
    before = CommandLog.objects.count()
    headers = {"Authorization": f"Bearer {program.key}"}

    for path in ("/api/v1/orders", f"/api/v1/orders/{order}", "/api/v1/openapi.json"):
        read = program.client.get(path, headers=headers)
        head = program.client.head(path, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head["Content-Length"]) == len(read.content)
        assert head.headers.get("ETag") == read.headers.get("ETag")
    absent = program.client.head("/api/v1/orders/SO-1", headers=headers)
    closed = program.client.head("/api/v1/orders")
    acted = program.client.head(f"/api/v1/orders/{order}/confirm", headers=headers)

    assert (absent.status_code, closed.status_code, acted.status_code, acted["Allow"]) == (404, 401, 405, "POST")
    assert CommandLog.objects.count() == before


def test_more_names_in_an_address_than_are_read_are_a_problem(program: Program, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    answer = program.get("/api/v1/orders?" + "&".join(f"a{number}=1" for number in range(10)))

    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_refused_increase_tells_of_credit_only_with_the_right(world: World) -> None:
    limit(world, "100")
    scopes = ["orders.enter_order", "orders.confirm_order", "orders.change_order_after_confirm", "orders.see_orders"]
    blind = Program(make_key(User.objects.get(pk=world.alice.pk), scopes=scopes))
    seeing = Program(make_key(world.alice))
    number = blind.call("create_order", {**ORDER, "lines": ORDER["lines"][:1]}).body["number"]
    version = blind.call("confirm_order", number=number).body["order"]["version"]
    change = {"reason": "more", "changes": [{"line": 1, "ordered": "50"}]}

    told, untold = (each.call("change_confirmed_order", change, number=number, version=version)
                    for each in (seeing, blind))  # fmt: skip

    assert (told.status, untold.status) == (422, 422)
    assert "limit of 100.00 GBP" in told.body["detail"]
    assert untold.body["detail"] == "The increase is not covered by credit."
