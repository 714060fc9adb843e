"""Part deliveries sum to the order line; what may share an invoice does; kits, services and freight."""

from decimal import Decimal

import pytest

from billing.errors import NothingToBill
from billing.models import Invoice, InvoiceLine
from billing.planning import BillKey, split_words
from billing.services import invoice_deliveries, invoice_orders, reverse_invoice
from catalog.models import TaxRate
from core.models import DocumentEvent, FxRate
from core.system import system_user
from fulfillment.models import Delivery
from orders.models import CreditTotal, Order, OrderLine
from orders.services import cancel_rest
from tests import factories
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World

ZERO = Decimal(0)


def sums(order: Order) -> tuple[Decimal, Decimal]:
    """Net billed of the order, and the order's own net."""
    lines = InvoiceLine.objects.filter(order_line__order=order)
    billed = sum((line.net.amount for line in lines), ZERO)
    return billed, sum((line.net.amount for line in OrderLine.objects.filter(order=order)), ZERO)


def test_r26_r46_parts_of_a_line_sum_to_the_line_to_the_cent(world: World, trade: Trade) -> None:
    order = trade.order({trade.product_at("3.333333"): "7", trade.product_at("0.714286"): "7"})

    for only in ("2", "2", "2", None):
        trade.bill(trade.ship(order, only=only))

    billed, ordered = sums(order)
    assert billed == ordered == Decimal("28.33")
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.open_orders, total.delivered) == (0, 0)


def test_r35_five_of_ten_delivered_bills_five_of_the_right_line(world: World, trade: Trade) -> None:
    cheap = trade.order({world.bolt: "10"})
    trade.reprice(world.bolt, "12")
    dear = trade.order({world.bolt: "10"})

    (first,) = trade.bill(trade.ship(cheap, only="5"))
    (second,) = trade.bill(trade.ship(dear, only="5"))

    assert first.net.amount == Decimal("50.00")
    assert second.net.amount == Decimal("60.00")


def test_r36_invoice_return_credit_leaves_nothing_billed(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10", world.mug: "3"}))
    (invoice,) = trade.bill(delivery)

    (note,) = trade.credit(trade.take_back(delivery, "10"), trade.take_back(delivery, "3", line=2))[:1]

    notes = Invoice.objects.filter(direction="credit")
    assert sum(each.gross.amount for each in notes) == invoice.gross.amount
    line = OrderLine.objects.filter(order=delivery.order).values_list("invoiced", "credited")
    assert {invoiced - credited for invoiced, credited in line} == {ZERO}
    assert note.credits_id == invoice.pk


def test_r37_freight_is_billed_once_with_the_first_part(world: World, trade: Trade) -> None:
    freight = trade.product_at("9.5", kind="service", posting_group="freight")
    order = trade.order({world.bolt: "10", freight: "1"})

    (first,) = trade.bill(trade.ship(order, only="4"))
    (second,) = trade.bill(trade.ship(order))

    assert (first.net.amount, second.net.amount) == (Decimal("49.50"), Decimal("60.00"))
    groups = [line.posting_group for line in InvoiceLine.objects.filter(product=freight)]
    assert groups == ["freight"]


def test_r39_the_bill_is_net_of_returns_everywhere(world: World, trade: Trade) -> None:
    order = trade.order({world.bolt: "10"})
    delivery = trade.ship(order, only="6")
    trade.take_back(delivery, "2")
    trade.bill(delivery)
    last = trade.ship(order)

    trade.bill(last)

    line = OrderLine.objects.get(order=order)
    assert (line.shipped, line.returned, line.invoiced) == (10, 2, 8)
    order.refresh_from_db()
    assert (order.billing_state, order.status) == ("all", "completed")
    assert sums(order)[0] == Decimal("80.00")


def test_r42_a_kit_is_billed_by_full_sets_and_its_whole_price(world: World, trade: Trade) -> None:
    kit = factories.make_kit(parts={world.bolt: 4, world.mug: 1})
    factories.make_price(company=world.company, product=kit, rate="33.33")
    order = trade.order({kit: "3"})

    first = trade.ship(order, only="2")
    with pytest.raises(NothingToBill):
        trade.bill(first)
    (invoice,) = trade.bill(trade.ship(order))

    assert invoice.net.amount == Decimal("99.99")
    (line,) = InvoiceLine.objects.filter(invoice=invoice)
    assert (line.product_id, line.quantity, line.cost) == (kit.pk, 3, Decimal("55.5"))
    assert OrderLine.objects.get(order=order, product=kit).invoiced == 3


def test_services_of_an_order_are_billed_by_themselves_once(world: World, trade: Trade) -> None:
    training = trade.product_at("640", kind="service")
    order = trade.order({training: "1"})

    (invoice_id,) = invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)

    invoice = Invoice.objects.get(pk=invoice_id)
    assert (invoice.net.amount, invoice.order_id) == (Decimal("640.00"), order.pk)
    with pytest.raises(NothingToBill, match=order.number or ""):
        invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)
    order.refresh_from_db()
    assert order.status == "completed"


def test_an_order_paid_in_advance_is_billed_before_it_leaves_and_not_again(world: World, trade: Trade) -> None:
    order = trade.order({world.bolt: "10"}, prepaid=True)

    (invoice_id,) = invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)

    assert Invoice.objects.get(pk=invoice_id).net.amount == Decimal("100.00")
    delivery = trade.ship(order)
    assert delivery.is_billed, "nothing of it is left to bill, so it is not due"
    with pytest.raises(NothingToBill):
        trade.bill(delivery)
    order.refresh_from_db()
    assert (order.status, order.billing_state) == ("completed", "all")


def test_a_part_that_left_before_the_bill_in_advance_is_not_due_any_more_but_after_its_reversal(
    world: World, trade: Trade
) -> None:
    order = trade.order({world.bolt: "10"}, prepaid=True)
    first = trade.ship(order, only="4")
    assert not first.is_billed

    (invoice_id,) = invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)
    rest = trade.ship(order)

    first.refresh_from_db()
    assert (first.is_billed, rest.is_billed) == (True, True)

    reverse_invoice(invoice_id=invoice_id, reason="wrong address", actor=world.fay, business_date=TODAY)
    assert list(Delivery.objects.values_list("is_billed", flat=True)) == [False, False]


def test_a_part_of_a_kit_paid_in_advance_is_not_due(world: World, trade: Trade) -> None:
    kit = factories.make_kit(parts={world.bolt: 4, world.mug: 1})
    factories.make_price(company=world.company, product=kit, rate="33.33")
    order = trade.order({kit: "3"}, prepaid=True)
    invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)

    assert trade.ship(order, only="2").is_billed


def test_deliveries_of_one_account_share_an_invoice(world: World, trade: Trade) -> None:
    deliveries = [trade.ship(trade.order({world.bolt: quantity})) for quantity in ("2", "3")]

    (invoice,) = trade.bill(*deliveries)

    assert invoice.net.amount == Decimal("50.00")
    assert invoice.order_id is None
    assert invoice.lines.count() == 2


def test_what_may_not_share_an_invoice_is_split_and_says_why(world: World, trade: Trade) -> None:
    short = factories.make_terms(code="N10", net_days=10)
    deliveries = [
        trade.ship(trade.order({world.bolt: "2"})),
        trade.ship(trade.order({world.bolt: "3"}, terms_id=short.pk)),
    ]

    invoices = trade.bill(*deliveries)

    assert [invoice.net.amount for invoice in invoices] == [Decimal(20), Decimal(30)]
    texts = DocumentEvent.objects.filter(document_kind="invoice", verb="split").values_list("text", flat=True)
    assert set(texts) == {"Billed apart from other documents of this account, because payment terms differ."}


def test_goods_of_before_and_after_a_change_of_tax_rates_never_share_an_invoice(world: World, trade: Trade) -> None:
    from datetime import date

    from django.db.backends.postgresql.psycopg_any import DateRange

    change = date(2026, 3, 10)
    old = TaxRate.objects.get(company=world.company, code="S20")
    order = trade.order({world.bolt: "10"})
    before, after = trade.ship(order, only="4"), trade.ship(order, on=date(2026, 3, 12))
    TaxRate.objects.filter(pk=old.pk).update(valid=DateRange(date(2000, 1, 1), change))
    old.pk, old.code, old.percent, old.valid = None, "S21", Decimal(21), DateRange(change, None)
    old.save()

    invoices = trade.bill(before, after, on=date(2026, 3, 12))

    assert [(invoice.net.amount, invoice.tax.amount) for invoice in invoices] == [
        (Decimal(40), Decimal("8.00")),
        (Decimal(60), Decimal("12.60")),
    ]


def test_every_field_of_the_key_has_its_word() -> None:
    from datetime import date

    one = BillKey(1, 1, "EUR", "domestic", "net", date(2026, 1, 1), "DE", date.min)
    other = BillKey(1, 2, "GBP", "export", "gross", date(2026, 1, 2), "FR", date(2026, 1, 1))

    assert split_words(one, [one, other]) == (
        "payment terms", "currency", "tax class", "price basis", "order date", "country of delivery", "tax rates",
    )  # fmt: skip
    assert split_words(one, [one, BillKey(2, 2, "GBP", "x", "net", date.max, "", date.max)]) == ()


def test_a_foreign_invoice_is_posted_at_the_rate_of_its_own_date(world: World, trade: Trade) -> None:
    from accounting.models import JournalLine, OpenItem

    FxRate.objects.create(
        from_currency="EUR", to_currency="GBP", rate_type="spot", rate="0.85", valid_from="2026-01-01"
    )
    paris = factories.make_account(company=world.company, currency="EUR", country="FR", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    delivery = trade.ship(trade.order({world.bolt: "3"}, account=paris, currency="EUR"))
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", rate_type="spot", rate="0.9", valid_from=TODAY)

    (invoice,) = trade.bill(delivery)

    assert (invoice.currency, invoice.gross.amount, invoice.fx_rate) == ("EUR", Decimal("33.33"), Decimal("0.9"))
    item = OpenItem.objects.get(source_id=invoice.pk)
    assert (item.amount, item.functional_amount) == (Decimal("33.33"), Decimal("30.00"))
    lines = JournalLine.objects.filter(entry__source_type="invoice")
    assert sum(line.debit - line.credit for line in lines) == 0
    assert CreditTotal.objects.get(account=paris).open_items == Decimal("30.00")


def test_an_order_at_gross_prices_is_billed_at_exactly_its_gross(world: World, trade: Trade) -> None:
    order = trade.order({world.bolt: "7", world.mug: "3"}, price_basis="gross")

    for only in ("2", None):
        trade.bill(trade.ship(order, only=only))

    billed = sum((invoice.gross.amount for invoice in Invoice.objects.all()), ZERO)
    order.refresh_from_db()
    assert billed == order.gross.amount == Decimal("88.00")


def test_a_zero_value_invoice_has_a_number_and_nothing_to_pay(world: World, trade: Trade) -> None:
    from accounting.models import JournalEntry, OpenItem

    gift = trade.product_at("0")
    (invoice,) = trade.bill(trade.ship(trade.order({gift: "1"})))

    assert (invoice.gross.amount, invoice.payment_state, invoice.number) == (ZERO, "paid", "INV-2026-000001")
    assert not OpenItem.objects.exists()
    assert not JournalEntry.objects.filter(source_type="invoice").exists()


def test_what_was_cancelled_is_not_billed(world: World, trade: Trade) -> None:
    order = trade.order({world.bolt: "10"})
    delivery = trade.ship(order, only="4")
    cancel_rest(order_ids=[order.pk], reason="no more needed", actor=system_user())

    (invoice_id,) = invoice_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.fay)

    assert Invoice.objects.get(pk=invoice_id).net.amount == Decimal("40.00")
    order.refresh_from_db()
    assert order.status == "completed"
