"""Where each route leads: addresses of rows that are there, in several states."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Model

from accounting.models import JournalEntry, LedgerAccount, Period
from billing.models import Invoice
from catalog.models import Account, ConditionRecord, Coupon, PriceList, Product, ProductRelation
from core.models import ApiKey, DocumentFile, ExceptionCase, Job, SavedView, User
from fulfillment.models import Delivery, DeliveryLine, Return
from inventory.models import StockAdjustment, SupplyOrder, SupplyReceipt
from orders.models import Order, OrderHold, OrderLine
from orders.services import line_key
from orders_site.imports.models import ImportRun
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from payments.models import Payment
from quotes.models import Contract, Quote, QuoteVersion
from quotes.services import acceptance_token
from rebates.models import RebateAgreement
from tests.corpus.company import TOKEN
from tests.test_architecture import routes

MOST = 6  # addresses of one route
CONVERTER = re.compile(r"<(?:\w+:)?\w+>")
Values = Iterable[tuple[Any, ...]]


def _rows(model: type[Model], by: str = "status") -> Values:
    """Up to two rows in each state."""
    seen: dict[Any, int] = {}
    found = []
    has_state = any(each.name == by for each in model._meta.get_fields())
    for row in model._default_manager.order_by("-pk")[:400]:
        state = getattr(row, by) if has_state else ""
        seen[state] = seen.get(state, 0) + 1
        if seen[state] <= (1 if has_state else 2):
            found.append((row.pk,))
    return found[:MOST]


# The beginning of a route up to what is filled in, and what fills it.
BY_START: dict[str, Callable[[], Values]] = {
    "products/": lambda: _rows(Product, "kind"),
    "relations/": lambda: _rows(ProductRelation),
    "accounts/": lambda: _rows(Account),
    "price-lists/": lambda: _rows(PriceList),
    "prices/": lambda: _rows(ConditionRecord),
    "coupons/": lambda: _rows(Coupon),
    "ledger/entries/": lambda: _rows(JournalEntry),
    "ledger/accounts/": lambda: _rows(LedgerAccount),
    "ledger/periods/": lambda: _rows(Period, "is_locked"),
    "ledger/export/": lambda: [("hledger",), ("beancount",)],
    "stock/availability/": lambda: _rows(Product, "kind"),
    "stock/supply/": lambda: _rows(SupplyOrder),
    "stock/receipts/": lambda: _rows(SupplyReceipt),
    "stock/adjustments/": lambda: _rows(StockAdjustment),
    "work/jobs/": lambda: _rows(Job, "state"),
    "work/files/": lambda: DocumentFile.objects.values_list("uid")[:2],
    "work/views/": lambda: _rows(SavedView),
    "quotes/": lambda: _rows(Quote),
    "quotes/contracts/": lambda: _rows(Contract),
    "orders/": lambda: _rows(Order),
    "orders/from-quote/": lambda: _rows(QuoteVersion),
    "orders/credit/": lambda: _rows(Order),
    "orders/credit/limits/": lambda: _rows(Account),
    "orders/holds/": lambda: _rows(OrderHold),
    "fulfil/": lambda: _rows(Delivery),
    "fulfil/returns/": lambda: _rows(Return),
    "invoices/": lambda: _rows(Invoice, "direction"),
    "payments/": lambda: _rows(Payment),
    "rebates/": lambda: _rows(RebateAgreement),
    "people/": lambda: _rows(User, "is_active"),
    "people/roles/": lambda: _rows(Group),
    "exceptions/": lambda: _rows(ExceptionCase),
    "imports/": lambda: _rows(ImportRun, "state"),
    "webhooks/": lambda: _rows(WebhookSubscription),
    "webhooks/deliveries/": lambda: _rows(WebhookDelivery, "state"),
    "design/list/": lambda: _rows(Permission),
    "keys/": lambda: _rows(ApiKey),
    "keys/new/": lambda: _rows(User, "is_active"),
    "invited/": lambda: [(TOKEN,)],
    "payments/webhooks/": lambda: [("local",)],
    "payments/simulator/": lambda: [("sim-1",)],
    "payments/simulator/calls/": lambda: [("evt-1",)],
    "assets/": lambda: [("0" * 16,)],
}
# What else is filled in, behind the first.
VERBS = {
    "stock/supply/": ("cancel", "close"),
    "quotes/": ("send", "accept", "decline", "revise"),
    "quotes/contracts/": ("activate", "close"),
    "payments/simulator/": ("succeeded", "failed", "refunded"),
    "people/": ("deactivate", "activate", "again", "factor", "reset"),
    "webhooks/": ("on", "off", "renew", "test"),
    "assets/": ("css", "js"),
}


def _pairs(route: str, start: str) -> Values:
    """What fills a route with two places."""
    if "<slug:kind>" in route:
        firsts = [
            (kind, model.objects.order_by("pk").first()) for kind, model in (("order", Order), ("account", Account))
        ]
        return [(kind, row.pk) for kind, row in firsts if row]
    if "<uuid:key>" in route:
        return [(line.order_id, line_key(line)) for line in OrderLine.objects.filter(order__status="draft")[:2]]
    if "<int:line_id>" in route:
        lines = DeliveryLine.objects.exclude(delivery__status__in=("shipped", "cancelled"))[:2]
        return [(line.delivery_id, line.pk) for line in lines]
    if "<str:token>" in route:
        return [(quote.pk, acceptance_token(quote)) for quote in Quote.objects.filter(status="sent")[:2]]
    return [(*first, verb) for first in BY_START[start]() for verb in VERBS[start]]


def addresses(route: str) -> list[str]:
    """Addresses of a route, as the resolver has it."""
    if route.startswith("^"):
        return ["/login/reset/1-none/"]
    if route == "work/views/<int:pk>/":
        return [f"/work/views/{pk}/?list=/orders/" for (pk,) in BY_START["work/views/"]()]
    places = CONVERTER.findall(route)
    if not places:
        return [f"/{route}"]
    start = route[: route.index("<")]
    values = BY_START[start]() if len(places) == 1 else _pairs(route, start)
    return [_fill(route, each) for each in values]


def _fill(route: str, values: Iterable[Any]) -> str:
    address = f"/{route}"
    for value in values:
        address = CONVERTER.sub(str(value), address, count=1)
    return address


def page_routes() -> dict[str, str]:
    """Every route of the pages, with the policy it declares."""
    return {
        route: str(getattr(view, "access_policy", "")) for route, view in routes() if not route.startswith("api/v1/")
    }


def room_of(route: str) -> str:
    """The part of the site that a route belongs to: its first word."""
    return re.split(r"[/<^]", route.lstrip("^"))[0] or "home"
