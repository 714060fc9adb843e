"""Call-offs consume a guarded total and give it back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.drafts import OrderDraft, OrderLineDraft
from orders.errors import OrderNotConfirmable
from orders.models import Order
from orders.services import cancel_orders, confirm_orders, create_orders
from quotes.drafts import ContractDraft, ContractLineDraft
from quotes.models import ContractLine, ContractTotal
from quotes.services import activate_contract, create_contract
from tests.factories import TODAY
from tests.support.concurrency import Outcome
from tests.world import World


def contract(world: World, target: str = "10", overrun: str = "block") -> ContractLine:
    draft = ContractDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        title="Bolts 2026",
        business_date=TODAY,
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=300),
        lines=(ContractLineDraft(world.bolt.pk, Decimal(target), Decimal("8.5")),),
        overrun=overrun,
    )
    contract_id = create_contract(draft=draft, actor=world.boss)
    activate_contract(contract_id=contract_id, actor=world.boss)
    return ContractLine.objects.get(contract_id=contract_id)


def order(world: World, line: ContractLine, quantity: str) -> Order:
    draft = OrderDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        requested_on=TODAY,
        lines=(OrderLineDraft(world.bolt.pk, Decimal(quantity), contract_line_id=line.pk),),
    )
    return Order.objects.get(pk=create_orders(drafts=[draft], actor=world.alice)[0])


def confirm(world: World, wanted: Order) -> Callable[[], Any]:
    return lambda: confirm_orders(order_ids=[wanted.pk], actor=world.alice, business_date=TODAY)[0]


def called_off(line: ContractLine) -> Decimal:
    return ContractTotal.objects.get(contract_line=line).called_off


def test_a_call_off_has_the_contract_price_and_lowers_what_is_left(world: World) -> None:
    line = contract(world)
    wanted = order(world, line, "6")
    confirm(world, wanted)()

    assert wanted.net.amount == 51
    assert called_off(line) == 6


def test_cancelling_gives_back(world: World) -> None:
    line = contract(world)
    wanted = order(world, line, "6")
    confirm(world, wanted)()

    cancel_orders(order_ids=[wanted.pk], reason="Not needed", actor=world.alice)

    assert called_off(line) == 0


def test_an_overrun_is_refused_naming_what_is_left(world: World) -> None:
    line = contract(world)

    with pytest.raises(OrderNotConfirmable, match=r"BOLT-M8: Only 10 of the contract quantity is left"):
        confirm(world, order(world, line, "11"))()


def test_a_contract_that_warns_lets_it_pass(world: World) -> None:
    line = contract(world, overrun="warn")

    assert confirm(world, order(world, line, "11"))().outcome == "confirmed"
    assert called_off(line) == 11


@pytest.mark.own_database
def test_four_call_offs_of_five_on_ten_are_two(world: World, run_together: Callable[..., list[Outcome]]) -> None:
    line = contract(world)
    wanted = [order(world, line, "5") for _ in range(4)]

    results = run_together([confirm(world, each) for each in wanted])

    assert sorted(type(each.error).__name__ for each in results) == ["NoneType"] * 2 + ["OrderNotConfirmable"] * 2
    assert called_off(line) == 10
