"""Finding what somebody means by a few characters: a number, a reference, a code, the beginning of a name.

One statement whatever is typed, and only through indexes: a typed number is completed to the whole numbers that it may
mean, names are found by their trigrams. Every kind within the person's rights and behind its own row filter.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields import TextField
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone

from billing.selectors import invoices_visible_to
from catalog.models import Account, Product
from core.access import may
from core.models import User
from core.numbering import NUMBER_DIGITS
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from inventory.selectors import supply_orders_visible_to
from orders.selectors import orders_visible_to
from payments.selectors import payments_visible_to
from quotes.selectors import contracts_visible_to, quotes_visible_to

MOST = 8  # of each kind
YEARS = 3  # a short number may be of this year or the two before
_NUMBER = re.compile(r"(?:([A-Z]{1,4})-?)?(?:(\d{4})-)?(\d{1,9})")
Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Something to jump to."""

    label: str
    what: str
    url: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: who sees which, what its numbers begin with, where it opens, what else finds it."""

    what: str
    permission: str
    rows: Callable[[User], Rows]
    prefixes: tuple[str, ...]
    url: str
    references: tuple[str, ...] = ()


KINDS = (
    Kind("Order", "orders.see_orders", orders_visible_to, ("SO",), "orders:detail", ("customer_reference",)),
    Kind("Quote", "quotes.see_quotes", quotes_visible_to, ("Q",), "quotes:detail"),
    Kind("Contract", "quotes.see_contracts", contracts_visible_to, ("CT",), "quotes:contract"),
    Kind(
        "Delivery",
        "fulfillment.see_deliveries",
        deliveries_visible_to,
        ("D",),
        "fulfillment:delivery",
        ("tracking_number",),
    ),
    Kind("Return", "fulfillment.see_deliveries", returns_visible_to, ("RMA",), "fulfillment:return"),
    Kind("Invoice", "billing.see_invoices", invoices_visible_to, ("INV", "CN"), "billing:invoice"),
    Kind("Payment", "payments.see_payments", payments_visible_to, ("PAY",), "payments:payment"),
    Kind("Supply order", "inventory.view_supply", supply_orders_visible_to, ("PO",), "inventory:supply-order"),
)
PRODUCT, ACCOUNT = "Product", "Customer"
PAGES = {kind.what: kind.url for kind in KINDS} | {PRODUCT: "catalog:product", ACCOUNT: "catalog:account"}
PREFIXES = {"#": "documents", "@": ACCOUNT, "/": PRODUCT}  # what a first character narrows the search to


def whole_numbers(typed: str, prefixes: Collection[str], this_year: int) -> list[str]:
    """The numbers that a typed one may mean: as it stands, or its digits in the years of late, with each prefix."""
    match = _NUMBER.fullmatch(typed.upper())
    if match is None:
        return [typed.upper()]
    prefix, year, digits = match.groups()
    if prefix and prefix not in prefixes:
        return [typed.upper()]
    years = [year] if year else [str(this_year - back) for back in range(YEARS)]
    found = [f"{one}-{each}-{int(digits):0{NUMBER_DIGITS}d}" for one in prefixes for each in years]
    return [typed.upper(), *(number for number in found if not prefix or number.startswith(f"{prefix}-"))]


def _documents(text: str, user: User) -> list[Rows]:
    year = timezone.now().year
    found = []
    for kind in KINDS:
        if not may(user, kind.permission):
            continue
        match = Q(number__in=whole_numbers(text, kind.prefixes, year))
        for reference in kind.references:
            match |= Q(**{f"{reference}__in": {text, text.upper()}}) & ~Q(**{reference: ""})
        rows = kind.rows(user).filter(match).order_by("-pk")
        found.append(_listed(rows, kind.what, Coalesce("number", Value(""))))
    return found


def _listed(rows: Rows, what: str, label: Any, name: Any = None) -> Rows:
    text = TextField()
    return rows.values_list(
        Value(what, output_field=text), "pk", Cast(label, text), Cast(name or Value(""), text)
    )[:MOST]  # fmt: skip


def _master_data(text: str, user: User, wanted: str) -> list[Rows]:
    """Products by SKU, barcode and name, customers by code and name: exact ones, and those that contain the words."""
    found = []
    few = Q(name__icontains=text) if len(text) > 2 else Q(name__istartswith=text)
    if wanted in ("", PRODUCT) and may(user, "catalog.view_product"):
        match = Q(sku__iexact=text) | (Q(barcode=text) & ~Q(barcode="")) | Q(sku__istartswith=text) | few
        found.append(_listed(Product.objects.filter(match).order_by("sku"), PRODUCT, F("sku"), F("name")))
    if wanted in ("", ACCOUNT) and may(user, "catalog.view_account"):
        match = Q(code__iexact=text) | few
        found.append(_listed(Account.objects.filter(match).order_by("name"), ACCOUNT, F("code"), F("name")))
    return found


def jump_targets(typed: str, user: User) -> list[Target]:
    """What the text may mean, exact hits first; one target if it is exactly one thing. One statement.

    ``#`` before it means documents only, ``@`` customers, ``/`` products.
    """
    wanted = PREFIXES.get(typed[:1], "")
    text = typed[1:].strip() if wanted else typed
    if not text:
        return []
    parts = _documents(text, user) if wanted in ("", "documents") else []
    parts += _master_data(text, user, wanted) if wanted != "documents" else []
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found = [Target(label, name or what, reverse(PAGES[what], args=[pk])) for what, pk, label, name in rows]
    found.sort(key=lambda target: target.label.upper() != text.upper())
    exact = [target for target in found if target.label.upper() == text.upper()]
    return exact if len(exact) == 1 else found
