"""Deliveries for programs: from due promises to the goods issue."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from core.access import SEE_COST
from core.api.finding import document_numbered, only, person_of, wanted_fields
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Code, Day, Listed, Money, Number, OfCompany, Out, ReasonIn, Short, one_of, only_asked
from core.dates import business_date
from core.rounding import round_amount
from core.web.cells import Row
from fulfillment.models import Delivery, DeliveryLine, PackageLine
from fulfillment.selectors import deliveries_visible_to
from fulfillment.services import (
    cancel_deliveries,
    create_deliveries,
    pick_all,
    release_deliveries,
    ship_deliveries,
)
from fulfillment.states import DeliveryStatus
from orders.selectors import orders_visible_to

SEE, RELEASE = "fulfillment.see_deliveries", "fulfillment.release_delivery"
routes = Routes(tags=["Deliveries"], sees=SEE)
SENSITIVE = {"cost": SEE_COST}


class DeliveryShort(Out):
    """A delivery in a list."""

    number: str
    company: str
    status: str
    order: str
    account: str
    warehouse: str
    ship_on: date
    shipped_on: date | None
    is_billed: bool


class DeliveryLineOut(Out):
    """So much of one order line, in the product's stock unit."""

    line: int
    order_line: int
    sku: str
    quantity: Number
    picked: Number
    shipped: Number
    returned: Number
    invoiced: Number
    cost: Money = only_asked("cost", "In the company's currency.")


class ContentOut(Out):
    """So much of a delivery line."""

    line: int
    quantity: Number


class PackageOut(Out):
    """A package with the serial number of its label (SSCC, with its check digit)."""

    sscc: str
    weight_kg: Number
    contents: list[ContentOut]


class DeliveryOut(DeliveryShort):
    """A delivery with its lines and packages."""

    ship_to: str
    carrier: str
    tracking_number: str
    lines: list[DeliveryLineOut]
    packages: list[PackageOut]


class DeliveriesOut(Out):
    """What was made."""

    items: list[DeliveryOut]


class DeliveryFilter(Turn):
    """Which deliveries."""

    company: Short = ""
    status: Short = one_of(DeliveryStatus)
    order: Short = Field(default="", description="Number of the order")


class Shown(OfCompany):
    """What is shown of one delivery."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: cost. Each by its right")


class DeliveryIn(OfCompany):
    """Which order is to be delivered, and of what is promised until when."""

    order: Code
    due_until: Day | None = Field(default=None, description="Empty: everything that leans on stock")


LISTED = ("number", "company__code", "status", "order__number", "account__code", "warehouse__code", "ship_on",
          "shipped_on", "is_billed")  # fmt: skip


def _short(row: Row) -> dict[str, Any]:
    names = {"company": "company__code", "order": "order__number", "account": "account__code",
             "warehouse": "warehouse__code"}  # fmt: skip
    return {**row, **{name: row[path] for name, path in names.items()}}


@routes.read("/deliveries", right=SEE, answer=Listed[DeliveryShort])
def list_deliveries(request: HttpRequest, asked: Query[DeliveryFilter]) -> dict[str, Any]:
    """Deliveries, the newest first."""
    given = {"company__code": asked.company, "status": asked.status, "order__number": asked.order}
    rows = deliveries_visible_to(person_of(request)).filter(**{name: value for name, value in given.items() if value})
    return listed(request, rows, asked, reads=LISTED, row=_short)


@routes.read("/deliveries/{number}", right=SEE, answer=DeliveryOut)
def read_delivery(request: HttpRequest, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One delivery with its lines."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    rows = deliveries_visible_to(person_of(request))
    return delivery_answers(request, [document_numbered(rows, number, asked.company).pk], wanted)[0]


def delivery_answers(
    request: HttpRequest, ids: Sequence[int], wanted: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """These deliveries as programs read them, in three queries."""
    rows = deliveries_visible_to(person_of(request)).filter(pk__in=ids).order_by("pk")
    own: dict[int, list[dict[str, Any]]] = {delivery_id: [] for delivery_id in ids}
    lines = DeliveryLine.objects.filter(delivery__in=ids).order_by("delivery", "position").values(
        "delivery_id", "position", "order_line__position", "product__sku", "quantity", "picked", "shipped", "returned",
        "invoiced", "cost", "delivery__company__functional_currency",
    )  # fmt: skip
    for line in lines:
        cost = round_amount(line["cost"], line["delivery__company__functional_currency"])
        facts = {**line, "line": line["position"], "order_line": line["order_line__position"], "cost": cost,
                 "sku": line["product__sku"]}  # fmt: skip
        own[line["delivery_id"]].append(only(facts, SENSITIVE, wanted))
    packages = _packages(ids)
    return [
        {**_short(row), "lines": own[row["pk"]], "packages": packages[row["pk"]]}
        for row in rows.values("pk", "ship_to", "carrier", "tracking_number", *LISTED)
    ]


def _packages(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What is in which package, by delivery. One query."""
    found: dict[int, dict[int, dict[str, Any]]] = {delivery_id: {} for delivery_id in ids}
    rows = PackageLine.objects.filter(package__delivery__in=ids).order_by(
        "package__delivery", "package__position", "pk"
    )
    for row in rows.values(
        "package__delivery_id", "package_id", "package__sscc", "package__weight_kg", "delivery_line__position",
        "quantity",
    ):  # fmt: skip
        package = found[row["package__delivery_id"]].setdefault(
            row["package_id"],
            {"sscc": row["package__sscc"], "weight_kg": row["package__weight_kg"], "contents": []},
        )
        package["contents"].append({"line": row["delivery_line__position"], "quantity": row["quantity"]})
    return {delivery_id: list(packages.values()) for delivery_id, packages in found.items()}


@routes.act("/deliveries", right=RELEASE, answer=DeliveriesOut, status=201, sees=(SEE, "orders.see_orders"))
def create_delivery(request: HttpRequest, wanted: DeliveryIn) -> dict[str, Any]:
    """Put what an order has been promised from stock onto deliveries, one for each warehouse."""
    rows = orders_visible_to(person_of(request)).select_related("company")
    order = document_numbered(rows, wanted.order, wanted.company)
    made = create_deliveries.once(key_of(request))(
        company_id=order.company_id,
        business_date=business_date(order.company.time_zone),
        order_ids=[order.pk],
        due_until=wanted.due_until,
        actor=person_of(request),
    )
    return {"items": delivery_answers(request, made)}


def _done(request: HttpRequest, number: str, company: str, work: Callable[[Delivery], object]) -> dict[str, Any]:
    rows = deliveries_visible_to(person_of(request)).select_related("warehouse")
    delivery = document_numbered(rows, number, company)
    work(delivery)
    return delivery_answers(request, [delivery.pk])[0]


@routes.act("/deliveries/{number}/release", right=RELEASE, answer=DeliveryOut)
def release_delivery(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Hand the delivery to the pickers; bins are chosen."""
    run = release_deliveries.once(key_of(request))
    return _done(request, number, asked.company, lambda found: run(delivery_ids=[found.pk], actor=person_of(request)))


@routes.act("/deliveries/{number}/pick", right="fulfillment.pick_delivery", answer=DeliveryOut)
def pick_delivery(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Report everything as picked as planned."""
    run = pick_all.once(key_of(request))
    return _done(request, number, asked.company, lambda found: run(delivery_ids=[found.pk], actor=person_of(request)))


@routes.act("/deliveries/{number}/ship", right="fulfillment.ship_delivery", answer=DeliveryOut)
def ship_delivery(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Post the goods issue, today at the warehouse: stock, cost and the customer's credit move."""
    run = ship_deliveries.once(key_of(request))

    def work(found: Delivery) -> object:
        today = business_date(found.warehouse.time_zone)
        return run(delivery_ids=[found.pk], business_date=today, actor=person_of(request))

    return _done(request, number, asked.company, work)


@routes.act("/deliveries/{number}/cancel", right=RELEASE, answer=DeliveryOut)
def cancel_delivery(
    request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Give a delivery up; its promises are due again."""
    run = cancel_deliveries.once(key_of(request))
    return _done(
        request,
        number,
        asked.company,
        lambda found: run(delivery_ids=[found.pk], reason=wanted.reason, actor=person_of(request)),
    )
