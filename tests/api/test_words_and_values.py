"""What is sent is taken at its word or refused: nothing is passed over, cut short or read as something else."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from catalog.models import Coupon
from core.api.schemas import In, Out
from orders.models import Order
from orders_site.api.urls import V1
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World

LINE = {"sku": "BOLT-M8", "quantity": "2"}
ORDER = {"account": "ACME", "lines": [LINE, {"sku": "MUG-NAVY", "quantity": "3"}]}


@pytest.fixture
def program(world: World) -> Program:
    return Program(make_key(world.boss))


@pytest.mark.parametrize("name", ["warehouse", "coupon", "lines", "note", "requested_on"])
def test_a_change_without_its_value_is_refused_not_passed_over(program: Program, name: str) -> None:
    order = program.call("create_order", ORDER).body

    answer = program.call("save_draft_order", {name: None}, number=order["number"], version=order["version"])

    assert (answer.status, answer.body["errors"][0]["field"]) == (422, f"body.{name}")


def test_a_blank_is_no_reason_and_a_reference_is_one_line(program: Program) -> None:
    order = program.call("create_order", ORDER).body
    confirmed = program.call("confirm_order", number=order["number"]).body["order"]
    change = {"reason": " ", "changes": [{"line": 1, "ordered": "1"}]}
    given = {"number": order["number"], "version": confirmed["version"]}

    blank = program.call("change_confirmed_order", change, **given, is_checked=False)
    broken = program.call("create_order", {**ORDER, "customer_reference": "a\nb"})

    assert (blank.status, blank.body["errors"][0]["field"]) == (422, "body.reason")
    assert (broken.status, broken.body["errors"][0]["field"]) == (422, "body.customer_reference")
    assert Order.objects.count() == 1


def test_a_body_that_nothing_reads_is_refused(program: Program) -> None:
    order = program.call("create_order", ORDER).body["number"]

    refused = program.call("confirm_order", {"reason": "x"}, number=order, is_checked=False)
    broken = program.client.post(
        f"/api/v1/orders/{order}/confirm",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.key}", "Idempotency-Key": "a"},
    )

    assert (refused.status, broken.status_code) == (400, 400)
    assert program.call("confirm_order", {}, number=order, once="a", is_checked=False).status == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prepaid": "0"}, "body.prepaid"),
        ({"complete_only": 1}, "body.complete_only"),
        ({"lines": [{**LINE, "description": "x" * 161}]}, "body.lines.0.description"),
        ({"lines": [{**LINE, "note": "x" * 201}]}, "body.lines.0.note"),
    ],
)
def test_another_type_or_length_is_refused_not_made_to_fit(
    program: Program, changes: dict[str, Any], field: str
) -> None:
    answer = program.call("create_order", {**ORDER, **changes}, is_checked=False)

    assert (answer.status, [each["field"] for each in answer.body["errors"]]) == (422, [field])
    assert not Order.objects.exists()


def test_the_order_says_which_coupon_counts(program: Program, world: World) -> None:
    Coupon.objects.create(
        company=world.company, code="SPRING", name="Spring", currency="GBP", percent_off=5, valid_from="2026-01-01"
    )

    known, unknown = (program.call("create_order", {**ORDER, "coupon": code}).body for code in ("SPRING", "SPRNG"))

    assert (known["coupon"], unknown["coupon"]) == ("SPRING", None)


@pytest.mark.parametrize("name", ["list_orders", "list_quotes", "list_deliveries", "list_returns", "list_products"])
def test_a_status_that_there_is_not_is_refused_not_found_nowhere(world: World, name: str) -> None:
    person = factories.make_user(name="Clerk", roles=("Sales", "Warehouse"), companies=(world.company,))
    program = Program(make_key(person))

    answer = program.call(name, status="confirmd")

    told = next(each for each in program.operations[name][2]["parameters"] if each["name"] == "status")
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "query.status")
    assert {program.call(name, status=word).status for word in told["schema"]["enum"]} == {200}
    assert "default" not in told["schema"]


def test_a_place_of_one_list_is_none_of_another(program: Program, world: World) -> None:
    following = program.call("list_products", limit=1).body["next"]
    assert program.get(following).status == 200

    answer = program.get(following.replace("/products", "/accounts"))

    assert (answer.status, answer.body["type"]) == (400, "urn:kept:problem:unreadable")


def test_no_two_shapes_have_one_name_in_the_description() -> None:
    def below(shape: type) -> set[type]:
        return {shape}.union(*map(below, shape.__subclasses__()))

    known = set(re.findall(r"#/components/schemas/(\w+)\"", json.dumps(V1.description())))
    names = Counter(shape.__name__ for shape in below(In) | below(Out) if shape.__name__ in known)

    assert len(names) > 50
    assert [name for name, count in names.items() if count > 1] == []
