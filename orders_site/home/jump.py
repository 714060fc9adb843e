"""Finding one document by what somebody types: a number, a reference, a code, a name."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from billing.models import Invoice
from catalog.models import Account, Product
from core.access import company_ids, may
from core.models import User
from fulfillment.models import Delivery
from orders.models import Order
from quotes.models import Quote

MOST = 8


@dataclass(frozen=True, slots=True)
class Target:
    """Something to jump to."""

    label: str
    what: str
    url: str


KINDS = (
    (Order, "orders.see_orders", "Order", "orders:detail", ("number", "customer_reference")),
    (Quote, "quotes.see_quotes", "Quote", "quotes:detail", ("number", "customer_reference")),
    (Delivery, "fulfillment.see_deliveries", "Delivery", "fulfillment:delivery", ("number", "tracking_number")),
    (Invoice, "billing.see_invoices", "Invoice", "billing:invoice", ("number", "customer_reference")),
)


def jump_targets(text: str, user: User) -> list[Target]:
    """Documents whose number or reference is or ends in the text, then products and accounts by code or name.

    Every kind within the person's rights and companies; one query each.
    """
    found: list[Target] = []
    for model, permission, what, url, fields in KINDS:
        if not may(user, permission):
            continue
        match = Q()
        for field in fields:
            match |= Q(**{field: text.upper()}) | Q(**{field: text}) | Q(**{f"{field}__endswith": f"-{text.zfill(6)}"})
        rows = model._default_manager.filter(match, company_id__in=company_ids(user)).order_by("-pk")
        found += [
            Target(str(number), what, reverse(url, args=[pk])) for pk, number in rows.values_list("pk", "number")[:MOST]
        ]
    if may(user, "catalog.view_product"):
        products = Product.objects.filter(Q(sku__iexact=text) | Q(name__icontains=text)).order_by("sku")[:MOST]
        found += [Target(row.sku, row.name, reverse("catalog:product", args=[row.pk])) for row in products]
    if may(user, "catalog.view_account"):
        accounts = Account.objects.filter(Q(code__iexact=text) | Q(name__icontains=text)).order_by("name")[:MOST]
        found += [Target(row.code, row.name, reverse("catalog:account", args=[row.pk])) for row in accounts]
    exact = [target for target in found if target.label.upper() == text.upper()]
    return exact if len(exact) == 1 else found
