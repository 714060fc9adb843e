"""Harland & Pike sells bolts and mugs to Acme: from the offer to the paid invoice, with the books beside it."""

from datetime import timedelta
from decimal import Decimal

from moneyed import Money

from accounting.models import OpenItem
from accounting.selectors import trial_balance
from billing.models import Invoice
from billing.services import invoice_deliveries
from core.invariants import check_all
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.models import Order
from orders.services import confirm_orders, create_order_from_quote
from payments.drafts import PaymentDraft
from payments.services import receive_payments
from quotes.drafts import QuoteDraft, QuoteLineDraft
from quotes.services import accept_quote, create_quote, send_quote
from tests.factories import TODAY
from tests.orders.makers import open_orders, pegged
from tests.world import World

YEAR = (TODAY.replace(month=1, day=1), TODAY.replace(month=12, day=31))


def balances(world: World) -> dict[str, Decimal]:
    """The closing balance of every account that was posted to, by name."""
    rows = trial_balance(world.company.pk, *YEAR)
    return {row.name: row.closing for row in rows if row.closing}


def require_all_invariants() -> None:
    """Nothing in the whole system may contradict itself after a story."""
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []


def offered_and_ordered(world: World) -> Order:
    draft = QuoteDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        valid_until=TODAY + timedelta(days=14),
        lines=(QuoteLineDraft(world.bolt.pk, Decimal(10)), QuoteLineDraft(world.mug.pk, Decimal(5))),
    )
    quote_id = create_quote(draft=draft, actor=world.alice)
    send_quote(quote_id=quote_id, actor=world.alice, business_date=TODAY)
    version_id = accept_quote(quote_id=quote_id, actor=world.alice, business_date=TODAY, name="Wile E.")
    order_id = create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)
    confirm_orders(order_ids=[order_id], actor=world.alice, business_date=TODAY)
    return Order.objects.get(pk=order_id)


def shipped(world: World, order: Order) -> list[int]:
    ids = create_deliveries(
        company_id=world.company.pk, order_ids=[order.pk], due_until=TODAY, business_date=TODAY, actor=world.bob
    )
    release_deliveries(delivery_ids=ids, actor=world.bob)
    pick_all(delivery_ids=ids, actor=world.bob)
    ship_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.bob)
    return ids


def test_from_quote_to_paid_invoice(world: World) -> None:
    order = offered_and_ordered(world)
    assert (order.gross.amount, pegged(world), open_orders(world)) == (Decimal("151.5"), 10, Decimal("151.5"))

    deliveries = shipped(world, order)
    order.refresh_from_db()
    assert (order.fulfillment_state, pegged(world), open_orders(world)) == ("all", 0, 0)
    assert balances(world)["Cost of sales"] == Decimal("52.5")

    invoice_ids = invoice_deliveries(delivery_ids=deliveries, business_date=TODAY, actor=world.fay)
    invoice = Invoice.objects.get(pk__in=invoice_ids)
    order.refresh_from_db()
    assert (invoice.number, invoice.gross.amount, order.status) == ("INV-2026-000001", Decimal("151.5"), "completed")

    receive_payments(
        drafts=[
            PaymentDraft(
                company_id=world.company.pk,
                account_id=world.acme.pk,
                amount=Money("151.5", "GBP"),
                business_date=TODAY + timedelta(days=20),
                invoice_id=invoice.pk,
            )
        ],
        actor=world.fay,
    )
    invoice.refresh_from_db()
    assert invoice.payment_state == "paid"
    assert not OpenItem.objects.filter(account=world.acme).exclude(open_amount=0).exists()
    require_all_invariants()
