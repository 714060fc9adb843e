"""Reversal: both documents together are as if neither had been."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from accounting.models import OpenItem
from billing.errors import NotReversible
from billing.models import Invoice
from billing.services import reverse_invoice
from catalog.models import Product
from core.errors import NotAllowed, TransitionRefused
from core.models import DocumentLink
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import Delivery, DeliveryLine, Return, ReturnLine
from fulfillment.services import (
    create_deliveries,
    create_return,
    pick_all,
    receive_returns,
    release_deliveries,
    ship_deliveries,
    short_pick,
)
from orders.models import CreditTotal, Order
from tests import factories
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


def kits_back_of_two_invoices(world: World, trade: Trade) -> Return:
    """Four and six kits were billed apart; of six of them everything came back, on one return."""
    kit = factories.make_kit(parts={world.bolt: 4, world.mug: 1})
    factories.make_price(company=world.company, product=kit, rate="30")
    order = trade.order({kit: "10"})
    lines = []
    for only, back in (("4", 4), (None, 2)):
        (delivery_id,) = create_deliveries(
            order_ids=[order.pk], company_id=world.company.pk, business_date=TODAY, actor=world.bob
        )
        release_deliveries(delivery_ids=[delivery_id], actor=world.bob)
        for line in DeliveryLine.objects.filter(delivery=delivery_id):
            per_kit = 4 if line.product_id == world.bolt.pk else 1
            lines.append(ReturnLineDraft(Decimal(back * per_kit), delivery_line_id=line.pk))
            if only:
                short_pick(delivery_line_id=line.pk, picked=Decimal(only) * per_kit, cause="later", actor=world.bob)
        pick_all(delivery_ids=[delivery_id], actor=world.bob)
        ship_deliveries(delivery_ids=[delivery_id], business_date=TODAY, actor=world.bob)
        trade.bill(Delivery.objects.get(pk=delivery_id))
    draft = ReturnDraft(world.company.pk, TODAY, "wrong size", tuple(lines))
    return_id = create_return(draft=draft, actor=world.bob)
    receive_returns(return_ids=[return_id], business_date=TODAY, actor=world.bob)
    return Return.objects.get(pk=return_id)


def credited(rma: Return, product: Product) -> Decimal:
    found = ReturnLine.objects.filter(rma=rma, product=product).aggregate(all=Sum("credited"))["all"]
    assert isinstance(found, Decimal)
    return found


@pytest.mark.parametrize(("which", "bolts", "mugs"), [(0, 8, 2), (1, 16, 4)])
def test_reversing_one_of_two_credit_notes_gives_back_its_own_sets_of_the_return(
    world: World, trade: Trade, which: int, bolts: int, mugs: int
) -> None:
    rma = kits_back_of_two_invoices(world, trade)
    notes = trade.credit(rma)
    assert [note.net.amount for note in notes] == [120, 60]
    assert (credited(rma, world.bolt), credited(rma, world.mug)) == (24, 6)

    reverse(world, notes[which])

    assert (credited(rma, world.bolt), credited(rma, world.mug)) == (bolts, mugs)
    (again,) = trade.credit(rma)
    assert again.net == notes[which].net
    assert (credited(rma, world.bolt), credited(rma, world.mug)) == (24, 6)
    for note in (again, notes[1 - which]):
        reverse(world, note)
    assert (credited(rma, world.bolt), credited(rma, world.mug)) == (0, 0)


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
