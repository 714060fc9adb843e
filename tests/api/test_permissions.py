"""Every operation with every role's key: let in as declared, and denied means that nothing was changed."""

from typing import Any

import pytest

from core.access import permissions_of
from core.api.door import operations_of, right_of
from core.models import CommandLog, User
from orders.models import Order
from orders_site.api.urls import V1
from orders_site.roles import ROLES
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World

OPERATIONS = {
    operation.view_func.__name__: right_of(operation)
    for pattern in V1.urls
    for operation in operations_of(pattern.callback).values()
}


def place_of(program: Program, name: str) -> dict[str, Any]:
    """What fills the address of an operation: documents that are not there."""
    names = [each["name"] for each in program.operations[name][2].get("parameters", ()) if each["in"] == "path"]
    return dict.fromkeys(names, "SO-2000-000001")


def test_the_description_names_every_operation_and_its_right(db: None) -> None:
    described = {name: operation["x-right"] for name, (_, _, operation) in Program("none").operations.items()}

    assert described == OPERATIONS


def test_a_verb_shows_what_it_was_done_to_only_to_who_may_see_that(world: World) -> None:
    order = Program(make_key(world.boss)).call(
        "create_order", {"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "1"}]}
    )
    blind = Program(make_key(world.boss, scopes=["orders.confirm_order", "orders.enter_order"]))

    confirmed = blind.call("confirm_order", number=order.body["number"])
    entered = blind.call("create_order", {"account": "ACME", "lines": []}, is_checked=False)

    assert (confirmed.status, entered.status) == (404, 403)
    assert Order.objects.get().status == "draft"


@pytest.mark.parametrize("role", ROLES)
def test_who_may_what_is_as_declared(role: str, world: World, settings: Any) -> None:
    settings.KEPT_API_CALLS_PER_MINUTE = 1_000
    person = factories.make_user(name="Program", roles=(role,), companies=(world.company,))
    rights = permissions_of(User.objects.get(pk=person.pk))
    program = Program(make_key(person, scopes=sorted(rights)))
    before = CommandLog.objects.count(), Order.objects.count()
    wrong = {}
    for name, right in OPERATIONS.items():
        answer = program.call(name, {}, is_checked=False, version=1, **place_of(program, name))
        is_let_in = answer.status != 403
        if is_let_in != (right == "signed in" or right in rights):
            wrong[name] = answer.status

    assert wrong == {}
    assert (CommandLog.objects.count(), Order.objects.count()) == before


def test_nobody_comes_in_without_a_key(world: World) -> None:
    program = Program("kept_00000000_none")

    found = {program.call(name, {}, is_checked=False, **place_of(program, name)).status for name in OPERATIONS}

    assert found == {401}
