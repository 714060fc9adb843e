"""The events that can be subscribed to: each is a verb that commands write into a document's timeline anyway."""

from dataclasses import dataclass

from django.db.models import Model

from billing.models import Invoice
from fulfillment.models import Delivery, Return
from orders.models import Order
from payments.models import Payment
from quotes.models import Quote

TEST = "webhook.test"  # sent on request, subscribed to by all
STOCK_ADDED = "stock.added"


@dataclass(frozen=True, slots=True)
class Kind:
    """An event by the words of the timeline, and what it means to who hears of it."""

    document: str
    verb: str
    meaning: str


EVENTS: dict[str, Kind] = {
    "quote.sent": Kind("quote", "send", "A quote was sent"),
    "quote.accepted": Kind("quote", "accept", "The customer accepted a quote"),
    "quote.declined": Kind("quote", "decline", "The customer declined a quote"),
    "order.created": Kind("order", "create", "An order was entered as a draft"),
    "order.confirmed": Kind("order", "confirm", "An order is binding, with a promise for each line"),
    "order.changed": Kind("order", "change", "A binding order was changed"),
    "order.held": Kind("order", "hold", "An order must wait"),
    "order.released": Kind("order", "release", "An order need not wait any more"),
    "order.promise_moved": Kind("order", "promise moved", "Lines ship on another day than was promised"),
    "order.promised_again": Kind("order", "promised again", "Lines got a new promise"),
    "order.cancelled": Kind("order", "cancel", "An order was cancelled"),
    "order.rest_cancelled": Kind("order", "cancel rest", "What was open of an order was cancelled"),
    "order.completed": Kind("order", "complete", "All of an order is shipped and billed"),
    "delivery.created": Kind("delivery", "create", "A delivery is planned"),
    "delivery.shipped": Kind("delivery", "ship", "Goods have left the warehouse"),
    "delivery.cancelled": Kind("delivery", "cancel", "A delivery will not take place"),
    "return.received": Kind("return", "receive", "Goods came back"),
    "invoice.posted": Kind("invoice", "post", "An invoice or credit note was posted"),
    "invoice.reversed": Kind("invoice", "reverse", "An invoice was taken back by another document"),
    "payment.received": Kind("payment", "receive", "Money came in"),
    "payment.failed": Kind("payment", "fail", "A payment did not succeed"),
    "payment.reversed": Kind("payment", "reverse", "A payment was taken back"),
    STOCK_ADDED: Kind("", "", "More can be promised, or earlier: supply was ordered, brought forward or found"),
}
BY_VERB = {(kind.document, kind.verb): name for name, kind in EVENTS.items() if kind.verb}
DOCUMENTS: dict[str, type[Model]] = {
    "quote": Quote,
    "order": Order,
    "delivery": Delivery,
    "return": Return,
    "invoice": Invoice,
    "payment": Payment,
}
PAGES = {
    "quote": "quotes:detail",
    "order": "orders:detail",
    "delivery": "fulfillment:delivery",
    "return": "fulfillment:return",
    "invoice": "billing:invoice",
    "payment": "payments:payment",
}
