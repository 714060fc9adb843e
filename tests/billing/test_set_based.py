"""The number of statements depends on nothing, and two who bill the same delivery bill it once."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from billing.errors import NothingToBill, NothingToCredit, NotReversible
from billing.models import Invoice, InvoiceLine
from billing.services import credit_returns, invoice_deliveries, reverse_invoice
from core.access import permissions_of
from core.errors import TransitionRefused
from orders.models import OrderLine
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.support.concurrency import Outcome
from tests.support.statements import Statements
from tests.world import World

Count = Callable[[], AbstractContextManager[Statements]]
RunTogether = Callable[..., list[Outcome]]


def test_billing_asks_as_much_for_many_as_for_one(world: World, trade: Trade, count_statements: Count) -> None:
    products = [trade.product_at("1.11") for _ in range(8)]
    one = [trade.ship(trade.order({world.bolt: "1"}))]
    many = [trade.ship(trade.order(dict.fromkeys(products[: 2 + number], "1"))) for number in range(6)]
    permissions_of(world.fay)  # asked once per person, not once per bill

    counts = []
    for deliveries in (one, many):
        with count_statements() as statements:
            invoice_deliveries(delivery_ids=[each.pk for each in deliveries], business_date=TODAY, actor=world.fay)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert counts[0] <= 45


def test_crediting_asks_as_much_for_many_as_for_one(world: World, trade: Trade, count_statements: Count) -> None:
    deliveries = [trade.ship(trade.order({world.bolt: "5"})) for _ in range(5)]
    for delivery in deliveries:
        trade.bill(delivery)
    returns = [trade.take_back(delivery, "2") for delivery in deliveries]

    counts = []
    for some in (returns[:1], returns[1:]):
        with count_statements() as statements:
            credit_returns(return_ids=[each.pk for each in some], business_date=TODAY, actor=world.fay)
        counts.append(statements.count)

    assert counts[0] == counts[1]


@pytest.mark.own_database
def test_r04_the_same_delivery_billed_from_four_tabs_is_one_invoice(
    world: World, trade: Trade, run_together: RunTogether
) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))

    outcomes = run_together(
        [lambda: invoice_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.fay) for _ in range(4)]
    )

    assert sorted(type(each.error).__name__ for each in outcomes) == ["NoneType", *[NothingToBill.__name__] * 3]
    assert list(Invoice.objects.values_list("number", flat=True)) == ["INV-2026-000001"]
    assert OrderLine.objects.get(order=delivery.order).invoiced == 10


@pytest.mark.own_database
def test_the_same_return_credited_from_four_tabs_is_one_credit_note(
    world: World, trade: Trade, run_together: RunTogether
) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)
    rma = trade.take_back(delivery, "4")

    outcomes = run_together(
        [lambda: credit_returns(return_ids=[rma.pk], business_date=TODAY, actor=world.fay) for _ in range(4)]
    )

    assert sorted(type(each.error).__name__ for each in outcomes) == ["NoneType", *[NothingToCredit.__name__] * 3]
    assert InvoiceLine.objects.filter(return_line__rma=rma).count() == 1


@pytest.mark.own_database
def test_reversing_and_crediting_at_once_does_one_of_them(
    world: World, trade: Trade, run_together: RunTogether
) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    (invoice,) = trade.bill(delivery)
    rma = trade.take_back(delivery, "4")

    outcomes = run_together(
        [
            lambda: reverse_invoice(invoice_id=invoice.pk, reason="twice", business_date=TODAY, actor=world.fay),
            lambda: credit_returns(return_ids=[rma.pk], business_date=TODAY, actor=world.fay),
        ]
    )

    refused = [each.error for each in outcomes if each.error is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], NothingToCredit | NotReversible | TransitionRefused)
    assert Invoice.objects.filter(direction="credit").count() == 1


@pytest.mark.own_database
def test_numbers_have_no_gaps_when_some_bills_are_refused(
    world: World, trade: Trade, run_together: RunTogether
) -> None:
    deliveries = [trade.ship(trade.order({world.bolt: "1"})) for _ in range(4)]

    run_together(
        [
            (lambda pk: lambda: invoice_deliveries(delivery_ids=[pk], business_date=TODAY, actor=world.fay))(each.pk)
            for each in [*deliveries, *deliveries]
        ]
    )

    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"INV-2026-{number:06d}" for number in range(1, 5)]
