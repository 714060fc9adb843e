"""Billing what left: quantities, amounts, tax, open items, ledger, credit."""

from decimal import Decimal

import pytest

from accounting.models import JournalEntry, JournalLine, OpenItem
from billing.errors import NotBillable, NothingToBill
from billing.models import Invoice, InvoiceLine, InvoiceTaxGroup
from billing.services import invoice_deliveries
from core.errors import NotAllowed
from core.models import OutboxMessage
from core.system import system_user
from orders.models import CreditTotal, OrderLine
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World


def test_a_shipped_delivery_is_billed_with_tax_per_group_and_a_gapless_number(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10", world.mug: "4"}))

    (invoice,) = trade.bill(delivery)

    assert invoice.number == "INV-2026-000001"
    assert invoice.status == "posted"
    assert (invoice.net.amount, invoice.tax.amount, invoice.gross.amount) == (
        Decimal("124.00"),
        Decimal("21.20"),
        Decimal("145.20"),
    )
    groups = {group.tax_code: (group.base.amount, group.tax.amount) for group in invoice.tax_groups.all()}
    assert groups == {"S20": (Decimal("100.00"), Decimal("20.00")), "S5": (Decimal("24.00"), Decimal("1.20"))}
    assert str(invoice.due_on) == "2026-04-01"
    assert invoice.bill_to == "Acme Hardware\n1 High Street\nBA1 1AA Bath\nGB"
    assert OutboxMessage.objects.get(task="billing.render_invoice_pdf").payload == {"invoice_id": invoice.pk}


def test_ledger_open_item_and_credit_say_the_same_as_the_invoice(world: World, trade: Trade) -> None:
    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10", world.mug: "4"})))

    entry = JournalEntry.objects.get(source_type="invoice", source_id=invoice.pk)
    lines = {
        line.account.name: line.debit - line.credit
        for line in JournalLine.objects.filter(entry=entry).select_related("account")
    }
    item = OpenItem.objects.get(source_type="invoice", source_id=invoice.pk)
    total = CreditTotal.objects.get(account=world.acme)
    assert sum(lines.values()) == 0
    assert sorted(lines.values()) == [Decimal("-124.00"), Decimal("-21.20"), Decimal("145.20")]
    assert (item.amount, item.open_amount, item.reference) == (Decimal("145.20"), Decimal("145.20"), invoice.number)
    assert (total.open_orders, total.delivered, total.open_items) == (0, 0, Decimal("145.20"))


def test_the_order_is_complete_when_everything_is_billed(world: World, trade: Trade) -> None:
    order = trade.order({world.bolt: "10"})

    trade.bill(trade.ship(order))

    order.refresh_from_db()
    line = OrderLine.objects.get(order=order)
    assert (order.status, order.billing_state, line.invoiced) == ("completed", "all", Decimal(10))


def test_a_second_bill_of_the_same_delivery_is_refused(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)

    with pytest.raises(NothingToBill, match=delivery.number or ""):
        trade.bill(delivery)

    assert Invoice.objects.count() == 1


def test_the_same_key_answers_the_same_invoice(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))

    answers = [
        invoice_deliveries.once("one-click")(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.fay)
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert Invoice.objects.count() == 1


def test_without_the_right_nothing_is_billed(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))

    with pytest.raises(NotAllowed):
        invoice_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.charlie)

    assert not Invoice.objects.exists()
    assert not InvoiceLine.objects.exists()


def test_what_has_not_left_is_not_billed(world: World, trade: Trade) -> None:
    from fulfillment.services import create_deliveries

    order = trade.order({world.bolt: "10"})
    ids = create_deliveries(order_ids=[order.pk], company_id=world.company.pk, business_date=TODAY, actor=system_user())

    with pytest.raises(NotBillable, match="not left yet"):
        invoice_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.fay)

    assert not InvoiceTaxGroup.objects.exists()


def test_r22_invoice_lines_ledger_and_register_show_the_same_net(world: World, trade: Trade) -> None:
    odd = trade.product_at("0.333333")
    (invoice,) = trade.bill(trade.ship(trade.order({odd: "7", world.mug: "3"})))

    lines = InvoiceLine.objects.filter(invoice=invoice)
    groups = InvoiceTaxGroup.objects.filter(invoice=invoice)
    revenue = JournalLine.objects.filter(entry__source_type="invoice", account__code__startswith="4")
    net = Decimal("20.33")
    assert invoice.net.amount == net
    assert sum(line.net.amount for line in lines) == net
    assert sum(group.base.amount for group in groups) == net
    assert sum(line.credit - line.debit for line in revenue) == net
