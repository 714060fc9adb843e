"""Whatever a program sends, within the description or beside it: no fault of ours, no answer that is not described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.system import system_user
from orders.services import confirm_orders
from orders_site.wsgi import application
from tests import factories
from tests.api.program import DESCRIPTION, make_key
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = sorted(
    operation.ok().definition.raw["operationId"]
    for operation in schemathesis.openapi.from_wsgi(DESCRIPTION, application).get_all_operations()
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's transaction over calls, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(world: World, settings: Any) -> str:
    """A key of somebody who may do everything, with an order of each state to work on."""
    settings.KEPT_API_CALLS_PER_MINUTE = 1_000_000
    roles = ("Sales lead", "Warehouse lead", "Finance lead", "Credit manager", "Master data", "Purchasing")
    return make_key(factories.make_user(name="Robot", roles=roles, companies=(world.company,)))


@pytest.fixture
def numbers(world: World) -> dict[str, str]:
    """Documents that exist, by the word that their addresses begin with."""
    lines = {world.bolt: "5", world.mug: "3"}
    made = [
        factories.make_order(
            company=world.company, account=world.acme, warehouse=world.main, lines=lines, actor=system_user()
        )
        for _ in range(2)
    ]
    confirm_orders(order_ids=[made[0].pk], actor=system_user())
    return {"orders": str(made[0].number), "accounts": "ACME", "products": "BOLT-M8"}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["described", "beside"])
def test_no_fault_and_no_undescribed_answer(name: str, mode: GenerationMode, key: str, numbers: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, application)
    operation = next(
        found for each in schema.get_all_operations() if (found := each.ok()).definition.raw["operationId"] == name
    )
    known = numbers.get(operation.path.split("/")[3])

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any) -> None:
        if known and "number" in (case.path_parameters or {}) and len(str(case.body)) % 2:
            case.path_parameters["number"] = known
        response = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(response, checks=CHECKS)

    call()
