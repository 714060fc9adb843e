"""Sales of the replay: orders entered, confirmed, delivered, issued and invoiced, a set of documents at a time."""

from collections.abc import Collection, Sequence
from datetime import date

from billing.services import invoice_deliveries, invoice_orders
from fulfillment.models import Delivery
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from fulfillment.states import DeliveryStatus
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import Order, OrderLine
from orders.services import confirm_orders, create_orders
from orders_site.replay.driver_ground import Ground, ReplayStopped, Steps
from orders_site.replay.driver_lines import Became, Trace, note_lines
from orders_site.replay.plan import Batch, DocumentKind, PlannedDocument, PlannedLine


def sell(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Take a batch's orders from entry to invoice, each step a transaction of its own."""
    documents = batch.of_kind(DocumentKind.ORDER)
    if not documents:
        return
    numbers = [document.number for document in documents]
    goods = [document.number for document in documents if any(_is_goods(ground, line) for line in document.lines)]
    charges = sorted(set(numbers) - set(goods))
    steps.take(batch.key, "sell", lambda: _enter_and_confirm(ground, documents, batch.day))
    if goods:
        steps.take(batch.key, "deliver", lambda: _deliver(ground, _orders(ground, goods), batch.day))
        steps.take(batch.key, "ship", lambda: _ship(ground, _orders(ground, goods), batch.day))
        steps.take(batch.key, "bill", lambda: _bill(ground, _orders(ground, goods), batch.day))
    if charges:
        steps.take(batch.key, "bill_charges", lambda: _bill_charges(ground, _orders(ground, charges), batch.day))


def _is_goods(ground: Ground, planned: PlannedLine) -> bool:
    return ground.mapping.codes.by_name[planned.classified.code_class].is_stocked


def _orders(ground: Ground, numbers: Collection[str]) -> list[int]:
    orders = Order.objects.filter(company=ground.company, import_key__in=numbers)
    return list(orders.order_by("pk").values_list("pk", flat=True))


def _enter_and_confirm(ground: Ground, documents: Sequence[PlannedDocument], on: date) -> None:
    order_ids = create_orders(drafts=[_order(ground, document, on) for document in documents], actor=ground.actor)
    line_ids: dict[tuple[int, int], int] = {
        (order_id, position): line_id
        for order_id, position, line_id in OrderLine.objects.filter(order__in=order_ids).values_list(
            "order_id", "position", "pk"
        )
    }
    traces: list[Trace] = [
        (planned.classified, line_ids[order_id, position])
        for order_id, document in zip(order_ids, documents, strict=True)
        for position, planned in enumerate(document.lines, 1)
    ]
    note_lines(ground, Became.ORDER_LINE, traces)
    for answer in confirm_orders(order_ids=order_ids, actor=ground.actor, business_date=on):
        if answer.outcome != "confirmed" or answer.no_supply_line_ids or answer.late_line_ids:
            raise ReplayStopped(
                f"Order {answer.number} was {answer.outcome} {' '.join(answer.sentences)}"
                f" ({len(answer.late_line_ids)} lines late, {len(answer.no_supply_line_ids)} without supply)."
            )


def _order(ground: Ground, document: PlannedDocument, on: date) -> OrderDraft:
    country = ground.mapping.countries[document.country]
    return OrderDraft(
        company_id=ground.company.pk,
        account_id=ground.accounts[document.account_code],
        business_date=on,
        requested_on=on,
        warehouse_id=ground.warehouse_id,
        currency=ground.mapping.currency,
        customer_reference=document.number,
        import_key=document.number,
        ship_to_address_id=ground.addresses[document.account_code, country],
        lines=tuple(_line(ground, planned) for planned in document.lines),
    )


def _line(ground: Ground, planned: PlannedLine) -> OrderLineDraft:
    line = planned.classified.line
    return OrderLineDraft(
        product_id=ground.products[planned.classified.sku],
        sales_quantity=planned.quantity,
        unit_price=line.unit_price if planned.is_agreed_price else None,
        description=line.description,
    )


def _deliver(ground: Ground, order_ids: Collection[int], on: date) -> None:
    ids = create_deliveries(
        company_id=ground.company.pk, order_ids=order_ids, due_until=on, business_date=on, actor=ground.actor
    )
    release_deliveries(delivery_ids=ids, actor=ground.actor)
    pick_all(delivery_ids=ids, actor=ground.actor)


def _deliveries(order_ids: Collection[int]) -> list[int]:
    deliveries = Delivery.objects.filter(order__in=order_ids).exclude(status=DeliveryStatus.CANCELLED)
    return list(deliveries.order_by("pk").values_list("pk", flat=True))


def _ship(ground: Ground, order_ids: Collection[int], on: date) -> None:
    ship_deliveries(delivery_ids=_deliveries(order_ids), business_date=on, actor=ground.actor)


def _bill(ground: Ground, order_ids: Collection[int], on: date) -> None:
    invoice_deliveries(delivery_ids=_deliveries(order_ids), business_date=on, actor=ground.actor)


def _bill_charges(ground: Ground, order_ids: Collection[int], on: date) -> None:
    invoice_orders(order_ids=order_ids, business_date=on, actor=ground.actor)
