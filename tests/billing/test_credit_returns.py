"""Credit notes for goods that came back."""

from decimal import Decimal

import pytest

from accounting.models import OpenItem
from billing.errors import NotCreditable, NothingToCredit
from billing.models import Invoice
from billing.services import credit_returns
from core.errors import NotAllowed
from core.models import FxRate
from fulfillment.models import ReturnLine
from orders.models import CreditTotal, OrderLine
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World


def test_what_came_back_is_credited_at_the_invoiced_price_and_set_against_the_invoice(
    world: World, trade: Trade
) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    (invoice,) = trade.bill(delivery)
    rma = trade.take_back(delivery, "4")

    (note,) = trade.credit(rma)

    assert (note.number, note.direction, note.credits_id, note.rma_id) == (
        "CN-2026-000001",
        "credit",
        invoice.pk,
        rma.pk,
    )
    assert (note.net.amount, note.tax.amount, note.gross.amount) == (Decimal(40), Decimal(8), Decimal(48))
    assert note.reason == "wrong size"
    items = {item.source_id: item.open_amount for item in OpenItem.objects.filter(source_type="invoice")}
    assert items == {invoice.pk: Decimal("72.00"), note.pk: Decimal(0)}
    invoice.refresh_from_db()
    assert (invoice.payment_state, note.payment_state) == ("part", "paid")
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.delivered, total.open_items) == (0, Decimal("72.00"))
    line = OrderLine.objects.get(order=delivery.order)
    assert (line.invoiced, line.credited) == (10, 4)


def test_a_second_credit_of_the_same_return_is_refused(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)
    rma = trade.take_back(delivery, "4")
    trade.credit(rma)

    with pytest.raises(NothingToCredit, match=rma.number or ""):
        trade.credit(rma)

    assert Invoice.objects.filter(direction="credit").count() == 1


def test_what_came_back_before_it_was_billed_is_neither_billed_nor_credited(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    rma = trade.take_back(delivery, "4")

    (invoice,) = trade.bill(delivery)

    assert invoice.net.amount == Decimal("60.00")
    with pytest.raises(NothingToCredit):
        trade.credit(rma)
    assert ReturnLine.objects.get(rma=rma).credited == 0
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.open_orders, total.delivered, total.open_items) == (0, 0, Decimal("72.00"))


def test_credits_of_every_part_take_back_the_invoice_to_the_cent(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({trade.product_at("3.333333"): "7"}))
    (invoice,) = trade.bill(delivery)

    notes = [trade.credit(trade.take_back(delivery, part))[0] for part in ("1", "1", "2", "3")]

    assert invoice.net.amount == Decimal("23.33")
    assert sum(note.net.amount for note in notes) == invoice.net.amount
    assert sum(note.tax.amount for note in notes) == invoice.tax.amount
    assert OpenItem.objects.get(source_id=invoice.pk, source_type="invoice").open_amount == 0


def test_goods_without_reference_are_credited_at_the_price_given(world: World, trade: Trade) -> None:
    rma = trade.take_back_without_reference(world.mug, "3", "5.5")

    (note,) = trade.credit(rma)

    assert (note.net.amount, note.tax.amount, note.credits_id) == (Decimal("16.50"), Decimal("0.83"), None)
    assert OpenItem.objects.get(source_id=note.pk).open_amount == Decimal("-17.33")
    assert CreditTotal.objects.get(account=world.acme).open_items == Decimal("-17.33")


def test_a_credit_without_reference_that_cannot_be_written_is_refused(world: World, trade: Trade) -> None:
    """In functional currency it grows beyond what the return, in the account's currency, was bounded to."""
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=TODAY, rate="1000")
    rma = trade.take_back_without_reference(world.mug, "3", "5000000000000", currency="EUR")

    with pytest.raises(NotCreditable, match="MUG-NAVY: the credit is larger than can be written"):
        trade.credit(rma)


def test_without_the_right_nothing_is_credited(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)
    rma = trade.take_back(delivery, "4")

    with pytest.raises(NotAllowed):
        credit_returns(return_ids=[rma.pk], business_date=TODAY, actor=world.charlie)

    assert not Invoice.objects.filter(direction="credit").exists()
    assert ReturnLine.objects.get(rma=rma).credited == 0
