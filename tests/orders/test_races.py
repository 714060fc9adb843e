"""Real threads on real connections: the last unit, the credit limit, the double click, the coupon."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from catalog.drafts import CouponDraft
from catalog.services import create_coupon
from core.system import system_user
from orders.services import confirm_orders
from tests.factories import TODAY
from tests.orders.makers import draft, limit, open_orders, pegged
from tests.support.concurrency import Outcome
from tests.world import World

pytestmark = pytest.mark.own_database


def outcomes(results: list) -> list[str]:
    return sorted(
        result.value[0].outcome if result.error is None else type(result.error).__name__ for result in results
    )


def confirm(world: World, order_id: int, key: str | None = None) -> Callable[[], Any]:
    return lambda: confirm_orders.once(key)(order_ids=[order_id], actor=world.alice, business_date=TODAY)


def warm_up(world: World) -> None:
    """Give the account its credit total: who creates it holds the others up, before they come to what is raced for."""
    confirm(world, draft(world, mug="1").pk)()


def test_r01_last_unit_is_promised_once(world: World, run_together: Callable[..., list[Outcome]]) -> None:
    warm_up(world)
    orders = [draft(world, bolt="60", complete_only=True) for _ in range(4)]

    results = run_together([confirm(world, order.pk) for order in orders])

    assert outcomes(results) == ["OrderNotConfirmable"] * 3 + ["confirmed"]
    assert pegged(world) == 60


def test_two_orders_that_fit_alone_cannot_both_pass_the_credit_limit(
    world: World, run_together: Callable[..., list[Outcome]]
) -> None:
    limit(world, "200")
    orders = [draft(world, bolt="10") for _ in range(4)]

    results = run_together([confirm(world, order.pk) for order in orders])

    assert outcomes(results) == ["confirmed", "submitted", "submitted", "submitted"]
    assert open_orders(world) == Decimal(120)


def test_a_double_click_confirms_once_and_both_are_told_the_same(
    world: World, run_together: Callable[..., list[Outcome]]
) -> None:
    order = draft(world, bolt="10")

    results = run_together([confirm(world, order.pk, "click") for _ in range(4)])

    assert outcomes(results) == ["confirmed"] * 4
    assert (pegged(world), open_orders(world)) == (10, Decimal(120))


def test_the_last_use_of_a_coupon_is_taken_once(world: World, run_together: Callable[..., list[Outcome]]) -> None:
    create_coupon(
        draft=CouponDraft(
            company_id=world.company.pk,
            code="SPRING",
            name="Spring",
            currency="GBP",
            valid_from=TODAY,
            percent_off=Decimal(10),
            most_uses=1,
        ),
        actor=system_user(),
    )
    orders = [draft(world, bolt="10", coupon_code="SPRING") for _ in range(3)]

    results = run_together([confirm(world, order.pk) for order in orders])

    assert outcomes(results) == ["OrderNotConfirmable", "OrderNotConfirmable", "confirmed"]


def test_r10_reversed_lines_do_not_deadlock(world: World, run_together: Callable[..., list[Outcome]]) -> None:
    warm_up(world)
    forward = [draft(world, bolt="2", mug="1") for _ in range(2)]
    backward = [draft(world, mug="1", bolt="2") for _ in range(2)]

    results = run_together([confirm(world, order.pk) for order in (*forward, *backward)])

    assert outcomes(results) == ["confirmed"] * 4
    assert pegged(world) == 8
