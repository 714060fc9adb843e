"""Reversal: both documents together are as if neither had been."""

from decimal import Decimal

import pytest

from accounting.models import OpenItem
from billing.errors import NotReversible
from billing.models import Invoice
from billing.services import reverse_invoice
from core.errors import NotAllowed, TransitionRefused
from core.models import DocumentLink
from fulfillment.models import ReturnLine
from orders.models import CreditTotal, Order
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World


def reverse(world: World, invoice: Invoice, reason: str = "wrong address") -> Invoice:
    ids = reverse_invoice(invoice_id=invoice.pk, reason=reason, business_date=TODAY, actor=world.fay)
    invoice.refresh_from_db()
    return Invoice.objects.get(pk=ids)


def test_reversing_gives_back_quantities_credit_and_open_item(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10", world.mug: "4"}))
    (invoice,) = trade.bill(delivery)

    opposite = reverse(world, invoice)

    assert (invoice.status, invoice.payment_state) == ("reversed", "paid")
    assert (opposite.number, opposite.direction, opposite.credits_id) == ("CN-2026-000001", "credit", invoice.pk)
    assert (opposite.net, opposite.tax, opposite.gross) == (invoice.net, invoice.tax, invoice.gross)
    assert DocumentLink.objects.filter(
        earlier_kind="invoice", earlier_id=invoice.pk, later_kind="invoice", later_id=opposite.pk
    ).exists()
    assert not OpenItem.objects.exclude(open_amount=0).exists()
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.delivered, total.open_items) == (Decimal("145.20"), 0)
    assert Order.objects.get(pk=delivery.order_id).status == "confirmed"


def test_after_a_reversal_the_delivery_is_billed_again_to_the_cent(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({trade.product_at("3.333333"): "7"}))
    (first,) = trade.bill(delivery)
    reverse(world, first)

    (second,) = trade.bill(delivery)

    assert (second.number, second.gross) == ("INV-2026-000002", first.gross)
    assert Order.objects.get(pk=delivery.order_id).status == "completed"


def test_a_reversed_credit_note_makes_the_return_due_again(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    (invoice,) = trade.bill(delivery)
    rma = trade.take_back(delivery, "4")
    (note,) = trade.credit(rma)

    opposite = reverse(world, note)

    assert (opposite.number, opposite.direction) == ("INV-2026-000002", "invoice")
    assert ReturnLine.objects.get(rma=rma).credited == 0
    assert OpenItem.objects.get(source_id=invoice.pk).open_amount == invoice.gross.amount
    (again,) = trade.credit(rma)
    assert again.gross == note.gross
    assert OpenItem.objects.get(source_id=invoice.pk).open_amount == invoice.gross.amount - note.gross.amount


def test_twice_is_refused(world: World, trade: Trade) -> None:
    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10"})))
    opposite = reverse(world, invoice)

    with pytest.raises(TransitionRefused):
        reverse(world, invoice)
    with pytest.raises(NotReversible, match="itself a reversal"):
        reverse(world, opposite)

    assert Invoice.objects.count() == 2


def test_a_credited_invoice_is_not_reversed(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    (invoice,) = trade.bill(delivery)
    (note,) = trade.credit(trade.take_back(delivery, "4"))

    with pytest.raises(NotReversible, match=note.number or ""):
        reverse(world, invoice)

    invoice.refresh_from_db()
    assert invoice.status == "posted"


def test_without_the_right_nothing_is_reversed(world: World, trade: Trade) -> None:
    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10"})))

    with pytest.raises(NotAllowed):
        reverse_invoice(invoice_id=invoice.pk, reason="no", actor=world.charlie)

    assert Invoice.objects.count() == 1
