"""Invoices from deliveries and from orders."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import connection

from billing.drafts import PlannedDocument
from billing.errors import NotBillable, NothingToBill
from billing.loading import BillableLine, order_lines, shipped_lines
from billing.planning import Due, OrderFacts, combine, due_of_deliveries, due_of_orders, finished_deliveries
from billing.services.locking import company_of
from billing.services.posting import post_documents
from billing.taxing import regime_starts, tax_planned
from catalog.tax.document import load_taxes
from core.arrays import array
from core.commands import command
from core.fx import find_rates
from core.models import Company, User
from core.wording import listed
from fulfillment.models import Delivery
from fulfillment.services.locking import lock_deliveries, lock_deliveries_with_orders
from fulfillment.states import DeliveryStatus
from orders.models import Order
from orders.services import lock_orders
from orders.states import OrderStatus

BINDING = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)

_NOTE_BILLED = """
    WITH lines AS (
        UPDATE fulfillment_deliveryline t SET invoiced = t.invoiced + v.quantity
        FROM unnest(%(lines)s::bigint[], %(quantities)s::numeric[]) AS v(id, quantity) WHERE t.id = v.id
    )
    UPDATE fulfillment_delivery SET is_billed = true WHERE id = ANY(%(finished)s)
"""


@command(permission="billing.post_invoice")
def invoice_deliveries(*, delivery_ids: Collection[int], business_date: date, actor: User) -> list[int]:
    """Bill what these deliveries brought and the customer kept, and return the ids of the invoices.

    Deliveries share an invoice when account, terms, currency, tax class, price basis, order date, country of delivery
    and tax rates agree; otherwise the invoices say by which field they were split. Each bills the order's price; parts
    sum to the order line to the cent. Services and freight of an order go on its next invoice, once. Deliveries of
    which nothing is left to bill are passed over. Locks orders, then deliveries; statements do not depend on their
    number.

    Raises:
        NothingToBill: nothing of them all is left to bill (somebody else billed them, or all came back).
        NotBillable: a delivery has not left, or a line has no tax rate.
    """
    locked = lock_deliveries_with_orders(delivery_ids)  # two who bill the same delivery come one after the other
    if locked is None:
        return []
    company, orders, deliveries = locked.company, locked.orders, locked.deliveries
    waiting = [delivery for delivery in deliveries if delivery.status != DeliveryStatus.SHIPPED]
    if waiting:
        names = listed([delivery.title for delivery in waiting[:5]])
        raise NotBillable(f"{names} {'has' if len(waiting) == 1 else 'have'} not left yet, so nothing is billed.")
    lines, shipped = order_lines(orders), shipped_lines(orders)
    dues = due_of_deliveries(_facts(orders), lines, shipped, delivery_ids, company.functional_currency)
    if not dues:
        names = listed([delivery.title for delivery in deliveries[:5]])
        raise NothingToBill(f"Nothing of {names} is left to bill: it was billed already, or came back.")
    _note_billed(dues, finished_deliveries(lines, shipped, [delivery.pk for delivery in deliveries], dues))
    return _post(company, dues, business_date, actor=actor)


@command(permission="billing.post_invoice")
def invoice_orders(*, order_ids: Collection[int], business_date: date, actor: User) -> list[int]:
    """Bill what these orders put on a bill by themselves, and return the ids of the invoices.

    Services, fees and freight that are not billed yet; of orders paid in advance everything that was ordered. Combined
    like deliveries. Orders of which nothing is left to bill are passed over.

    Raises:
        NothingToBill: nothing of them all is left to bill.
        NotBillable: an order is not confirmed, or a line has no tax rate.
    """
    if not order_ids:
        return []
    orders = {order.pk: order for order in lock_orders(order_ids)}
    company = company_of(list(orders.values()))
    not_binding = [order for order in orders.values() if order.status not in BINDING]
    if not_binding:
        raise NotBillable(f"{listed([order.title for order in not_binding[:5]])}: only confirmed orders are billed.")
    prepaid = {order.pk for order in orders.values() if order.prepaid}
    lines = order_lines(orders)
    dues = due_of_orders(_facts(orders), prepaid, lines, business_date, company.functional_currency)
    if not dues:
        names = listed([order.title for order in list(orders.values())[:5]])
        raise NothingToBill(f"Nothing of {names} is left to bill by itself; goods are billed when they have left.")
    if prepaid:
        _note_left_before(lines, prepaid, dues)
    return _post(company, dues, business_date, actor=actor)


def _note_left_before(lines: Mapping[int, BillableLine], order_ids: Collection[int], dues: Sequence[Due]) -> None:
    """Take deliveries that left before their order's bill in advance off the due list. The orders are locked."""
    shipped = shipped_lines(order_ids)
    deliveries = lock_deliveries({each.delivery_id for each in shipped})
    _note_billed(dues, finished_deliveries(lines, shipped, [delivery.pk for delivery in deliveries], dues))


def _facts(orders: Mapping[int, Order]) -> dict[int, OrderFacts]:
    return {
        order.pk: OrderFacts(
            id=order.pk,
            number=order.number or "",
            account_id=order.account_id,
            terms_id=order.terms_id,
            currency=order.currency,
            tax_class=order.tax_class,
            price_basis=order.price_basis,
            price_date=order.business_date,
            destination=order.ship_to_country,
            customer_reference=order.customer_reference,
        )
        for order in orders.values()
    }


def _note_billed(dues: Sequence[Due], finished_ids: Sequence[int]) -> None:
    """Count what is billed on the delivery lines, and take finished deliveries off the due list. One statement."""
    billed = [line for due in dues for line in due.lines if line.delivery_line_id is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_BILLED,
            {
                "lines": array("bigint", [line.delivery_line_id for line in billed]),
                "quantities": array("numeric", [line.quantity for line in billed]),
                "finished": list(finished_ids),
            },
        )


def _post(company: Company, dues: Sequence[Due], business_date: date, *, actor: User) -> list[int]:
    return post_documents(company, plan_documents(company, dues, business_date), actor=actor)


def plan_documents(company: Company, dues: Sequence[Due], business_date: date) -> list[PlannedDocument]:
    """What is due as taxed documents. Reads rates, writes nothing: posting and its preview share it. Two queries."""
    days = [due.tax_point_on for due in dues]
    taxes = load_taxes([company.pk], min(days), max(days)).get(company.pk)
    rates = find_rates({due.order.currency for due in dues}, to=company.functional_currency, on=business_date)
    documents = combine(
        dues, business_date=business_date, rates=rates, regime_starts=regime_starts(taxes) if taxes else ()
    )
    tax_planned(documents, company.pk, taxes)
    return documents


def preview_invoices(*, company: Company, delivery_ids: Collection[int], business_date: date) -> list[PlannedDocument]:
    """The invoices that billing these deliveries now would make. No lock and no write, so only a preview."""
    rows = Delivery.objects.filter(pk__in=delivery_ids, company=company, status=DeliveryStatus.SHIPPED)
    orders = Order.objects.in_bulk(set(rows.values_list("order_id", flat=True)))
    if not orders:
        return []
    lines, shipped = order_lines(orders), shipped_lines(orders)
    dues = due_of_deliveries(_facts(orders), lines, shipped, delivery_ids, company.functional_currency)
    return plan_documents(company, dues, business_date) if dues else []
