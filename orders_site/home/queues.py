"""My day: what waits for this person, counted in one query per queue, each a link to the list where it is mended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from billing.models import Invoice
from core.access import company_ids, may
from core.dates import today_in
from core.models import User
from core.web.parts import QueueItem
from fulfillment.models import Delivery, Return
from orders.filters import held_orders
from orders.models import Order
from quotes.models import Quote

MOST_COUNTED = 1_000  # a queue that long is not counted further
SOON = 3  # days


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of waiting work: who sees it, what it counts, where it leads."""

    label: str
    permission: str
    rows: Callable[[User], QuerySet[Any]]
    url: str
    query: str = ""
    action: str = "Open"


def _of(model: type[Model], **narrow: object) -> Callable[[User], QuerySet[Any]]:
    def rows(user: User) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(company_id__in=company_ids(user), **narrow)
        return found

    return rows


QUEUES = (
    Queue(
        "Quotes that expire within three days",
        "quotes.enter_quote",
        lambda user: Quote.objects.filter(
            company_id__in=company_ids(user), status="sent", valid_until__lte=today_in("company__time_zone", days=SOON)
        ),
        "quotes:list",
        "?view=sent",
    ),
    Queue(
        "Orders on hold",
        "orders.release_order",
        lambda user: held_orders(Order.objects.filter(company_id__in=company_ids(user))),
        "orders:list",
        "?view=held",
        "Release",
    ),
    Queue("Drafts to confirm", "orders.enter_order", _of(Order, status="draft"), "orders:list", "?view=drafts"),
    Queue(
        "Deliveries to release", "fulfillment.release_delivery", _of(Delivery, status="planned"), "fulfillment:board"
    ),
    Queue(
        "Deliveries to pick",
        "fulfillment.pick_delivery",
        _of(Delivery, status="released"),
        "fulfillment:board",
        "",
        "Pick",
    ),
    Queue("Returns to receive", "fulfillment.receive_return", _of(Return, status="expected"), "fulfillment:returns"),
    Queue(
        "Shipped, not invoiced",
        "billing.post_invoice",
        _of(Delivery, status="shipped", is_billed=False),
        "billing:worklist",
        "",
        "Invoice",
    ),
    Queue(
        "Invoices past due",
        "payments.receive_payment",
        lambda user: Invoice.objects.filter(
            company_id__in=company_ids(user),
            direction="invoice",
            status="posted",
            due_on__lt=today_in("company__time_zone"),
        ).exclude(payment_state="paid"),
        "billing:invoices",
    ),
)


def queues_for(user: User) -> list[QueueItem]:
    """The queues of this person that are not empty, in the order of the street; keys 1 to 9 open them."""
    found: list[QueueItem] = []
    for queue in QUEUES:
        if not may(user, queue.permission):
            continue
        count = queue.rows(user)[: MOST_COUNTED + 1].count()
        if count:
            url = reverse(queue.url) + queue.query
            found.append(QueueItem(str(len(found) + 1), count, queue.label, url, action=queue.action))
    return found
