"""My day: what waits for this person. A query each: how many, whose, worth what; a link to where it is mended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min, Model, QuerySet, Sum, Window
from django.db.models.expressions import CombinedExpression
from django.urls import reverse

from billing.models import Invoice
from core.access import may
from core.dates import today_in
from core.models import User
from core.rounding import round_amount
from core.web import formats
from core.web.parts import QueueItem
from fulfillment.models import Delivery, Return
from orders.filters import held_orders, late_orders
from orders.models import Order
from quotes.models import Quote

MOST_COUNTED = 1_000  # a queue that long is not counted further
NAMED = 3  # of the rows that wait longest
SOON = 3  # days
Companies = frozenset[int]


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of waiting work: who sees it, what it counts within some companies, where it leads.

    ``customer`` and ``currency`` are paths from a row, ``worth`` its amount; without one the queue tells no money.
    """

    label: str
    permission: str
    rows: Callable[[Companies], QuerySet[Any]]
    url: str
    query: str = ""
    action: str = "Open"
    customer: str = "account__name"
    worth: F | CombinedExpression | None = None
    currency: str = "currency"


def _of(model: type[Model], **narrow: object) -> Callable[[Companies], QuerySet[Any]]:
    def rows(companies: Companies) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(company_id__in=companies, **narrow)
        return found

    return rows


QUEUES = (
    Queue(
        "Quotes that expire within three days",
        "quotes.enter_quote",
        lambda companies: Quote.objects.filter(
            company_id__in=companies, status="sent", valid_until__lte=today_in("company__time_zone", days=SOON)
        ),
        "quotes:list",
        "?view=sent",
    ),
    Queue(
        "Late promises",
        "orders.enter_order",
        lambda companies: late_orders(Order.objects.filter(company_id__in=companies)),
        "orders:list",
        "?view=late",
        "See dates",
        worth=F("gross") * F("fx_rate"),
        currency="company__functional_currency",
    ),
    Queue(
        "Orders on hold",
        "orders.release_order",
        lambda companies: held_orders(Order.objects.filter(company_id__in=companies)),
        "orders:list",
        "?view=held",
        "Release",
        worth=F("gross"),
    ),
    Queue(
        "Drafts to confirm",
        "orders.enter_order",
        _of(Order, status="draft"),
        "orders:list",
        "?view=drafts",
        "Continue",
        worth=F("gross"),
    ),
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
        lambda companies: Invoice.objects.filter(
            company_id__in=companies,
            direction="invoice",
            status="posted",
            due_on__lt=today_in("company__time_zone"),
        ).exclude(payment_state="paid"),
        "billing:invoices",
    ),
)


def queues_for(user: User, companies: Companies) -> list[QueueItem]:
    """The queues of this person that are not empty, in the order of the street; keys 1 to 9 open them.

    ``companies`` are those that the person works for at present, by the switch in the top bar.
    """
    found: list[QueueItem] = []
    for queue in QUEUES:
        if may(user, queue.permission):
            first = _first_rows(queue, companies)
            if first:
                found.append(_item(queue, str(len(found) + 1), first))
    return found


def _first_rows(queue: Queue, companies: Companies) -> list[dict[str, Any]]:
    """The oldest rows, each with what it knows of the whole queue as far as it is counted. One query."""
    counted = queue.rows(companies).order_by("pk")[: MOST_COUNTED + 1]
    rows = counted.model._default_manager.filter(pk__in=counted.values("pk")).order_by("pk")
    rows = rows.annotate(customer_name=F(queue.customer), in_all=Window(Count("pk")))
    names = ["number", "customer_name", "in_all"]
    if queue.worth is not None:
        rows = rows.annotate(
            worth_in_all=Window(Sum(queue.worth)),
            least=Window(Min(queue.currency)),
            most=Window(Max(queue.currency)),
        )
        names += ["worth_in_all", "least", "most"]
    return list(rows.values(*names)[:NAMED])


def _item(queue: Queue, key: str, first: list[dict[str, Any]]) -> QueueItem:
    count = int(first[0]["in_all"])
    who = ", ".join(f"{row['number'] or 'Draft'} {row['customer_name']}" for row in first)
    url = reverse(queue.url) + queue.query
    return QueueItem(key, count, queue.label, url, who=who, money=_worth(first[0], count), action=queue.action)


def _worth(row: dict[str, Any], count: int) -> str:
    """What the whole queue is worth. Amounts of several currencies are not one amount, nor is a part of a queue."""
    if count > MOST_COUNTED or "least" not in row or row["least"] != row["most"]:
        return ""
    return formats.money(round_amount(row["worth_in_all"], row["least"]), row["least"], show="symbol")
