"""Requests as the pages of orders make them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from core.models import User
from orders.models import Order, OrderLine
from tests import factories
from tests.world import World

SOON = timezone.localdate() + timedelta(days=2)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def draft(world: World, **lines: str) -> Order:
    products = {"bolt": world.bolt, "mug": world.mug}
    return factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={products[name]: quantity for name, quantity in lines.items()},
        actor=world.alice,
        on=timezone.localdate(),
        requested_on=SOON,
    )


def header(order: Order, **other: Any) -> dict[str, Any]:
    return {
        "version": order.version,
        "customer_reference": order.customer_reference,
        "requested_on": order.requested_on.isoformat(),
        "ship_to": order.account.addresses.get().pk,
        "terms": order.terms_id,
        "delivery": "parts",
        "warehouse": order.warehouse_id,
        "idempotency_key": str(uuid4()),
    } | other


def row(key: UUID | str, sku: str, quantity: str, version: int = 0, *, shown: str = "", **other: str) -> dict[str, Any]:
    cells = {"sku": sku, "quantity": quantity} | other
    return {"line": f"{key}.{version}.{shown}"} | {f"{name}-{key}": value for name, value in cells.items()}


def rows(*each: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {"rows": "1", "line": [one["line"] for one in each]}
    for one in each:
        merged |= {name: value for name, value in one.items() if name != "line"}
    return merged


def lines_of(order: Order) -> list[tuple[str, str]]:
    found = OrderLine.objects.filter(order=order).order_by("position")
    return [(line.product.sku, f"{line.sales_quantity.normalize():f}") for line in found.select_related("product")]
