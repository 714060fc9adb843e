"""Reading orders: the list, and one with its lines, promises and holds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import Field

from core.access import SEE_COST, SEE_CREDIT, SEE_MARGIN
from core.api.finding import document_numbered, only, person_of, wanted_fields
from core.api.paging import Turn, listed
from core.api.routes import Routes
from core.api.schemas import Code, Listed, OfCompany, Short, one_of
from core.rounding import round_amount, round_places
from core.web.cells import Row
from orders.api.shapes import OrderOut, OrderShort
from orders.models import Order, OrderHold, OrderLine
from orders.offers import margin_percent
from orders.selectors import LinePromise, for_list, line_promises, orders_visible_to
from orders.states import HoldKind, OrderStatus
from orders.status import display_status

routes = Routes(tags=["Orders"])
SEE = "orders.see_orders"
SENSITIVE = {"cost": SEE_COST, "margin": SEE_MARGIN, "credit": SEE_CREDIT}
ZERO = Decimal(0)
NEEDED = ("account", "company", "warehouse", "terms", "coupon", "quote_version__quote")
LISTED = (
    "number", "company__code", "status", "fulfillment_state", "billing_state", "hold_kinds", "has_undated",
    "account__code", "account_name", "customer_reference", "business_date", "requested_on", "currency", "net", "gross",
    "version",
)  # fmt: skip


class OrderFilter(Turn):
    """Which orders."""

    company: Short = ""
    status: Short = one_of(OrderStatus)
    account: Short = Field(default="", description="Code of the customer")
    customer_reference: Short = ""


class Shown(OfCompany):
    """What is shown of one document."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: cost, margin, credit. Each by its right")


@routes.read("/orders", right=SEE, answer=Listed[OrderShort])
def list_orders(request: HttpRequest, asked: Query[OrderFilter]) -> dict[str, Any]:
    """Orders, the newest first."""
    rows = orders_visible_to(person_of(request))
    given = {
        "company__code": asked.company,
        "status": asked.status,
        "account__code__iexact": asked.account,
        "customer_reference": asked.customer_reference,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    return listed(request, for_list(rows), asked, reads=LISTED, row=_short)


def _short(row: Row) -> dict[str, Any]:
    shown = display_status(
        row["status"],
        row["fulfillment_state"],
        row["billing_state"],
        row["hold_kinds"] or (),
        has_undated=row["has_undated"],
    )
    return {
        **row,
        "company": row["company__code"],
        "display": shown.word,
        "fulfillment": row["fulfillment_state"],
        "billing": row["billing_state"],
        "holds": row["hold_kinds"] or [],
        "account": {"code": row["account__code"], "name": row["account_name"]},
        "net": round_amount(row["net"] or ZERO, row["currency"]),
        "gross": round_amount(row["gross"] or ZERO, row["currency"]),
    }


@routes.read("/orders/{number}", right=SEE, answer=OrderOut)
def read_order(request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One order with its lines, promises and holds; its version comes as ETag too."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    return answer_of(response, order_named(request, number, asked.company), wanted)


def order_named(request: HttpRequest, number: str, company: str) -> Order:
    """The order with this number, if the person may see it at all. One query. Raises Http404."""
    return document_numbered(orders_visible_to(person_of(request)).select_related(*NEEDED), number, company)


def order_again(request: HttpRequest, order_id: int) -> Order:
    """The order as it is after a verb. One query."""
    return orders_visible_to(person_of(request)).select_related(*NEEDED).get(pk=order_id)


def answer_of(response: HttpResponse, order: Order, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The order as programs read it, with its ETag. Three queries, whatever its lines."""
    response["ETag"] = f'"{order.version}"'
    holds = list(OrderHold.objects.filter(order=order, released_at=None).order_by("pk"))
    lines = list(OrderLine.objects.filter(order=order).select_related("product").order_by("position"))
    promises = line_promises([order.pk])
    undated = any(promise.undated for promise in promises.values())
    kinds = [hold.kind for hold in holds]
    shown = display_status(order.status, order.fulfillment_state, order.billing_state, kinds, has_undated=undated)
    return only(_head(order, lines), SENSITIVE, wanted) | {
        "display": shown.word,
        "holds": [_hold(hold, wanted) for hold in holds],
        "lines": _lines(order, lines, promises, wanted),
    }


def _head(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    cost = sum((line.cost for line in lines if line.parent_id is None), ZERO)
    amounts = {name: getattr(order, name) for name in ("net", "tax", "gross")}
    same = ("number", "status", "customer_reference", "business_date", "requested_on", "ship_to", "complete_only",
            "prepaid", "currency", "note", "version")  # fmt: skip
    return {
        **{name: getattr(order, name) for name in same},
        **{name: round_amount(found.amount if found else ZERO, order.currency) for name, found in amounts.items()},
        "company": order.company.code,
        "fulfillment": order.fulfillment_state,
        "billing": order.billing_state,
        "account": {"code": order.account.code, "name": order.account.name},
        "warehouse": order.warehouse.code,
        "terms": order.terms.code,
        "coupon": order.coupon.code if order.coupon else None,
        "quote": order.quote_version.quote.number if order.quote_version else None,
        "margin": _margin(order, amounts["net"].amount if amounts["net"] else ZERO, cost),
    }


def _margin(order: Order, net: Decimal, cost: Decimal) -> Decimal:
    found = margin_percent(net * order.fx_rate, cost)
    return ZERO if found is None else round_places(found, 2)


def _hold(hold: OrderHold, wanted: frozenset[str]) -> dict[str, Any]:
    facts = {"kind": hold.kind, "since": hold.created_at}
    return facts if hold.kind == HoldKind.CREDIT and "credit" not in wanted else {**facts, "reason": hold.reason}


def _lines(
    order: Order, lines: Sequence[OrderLine], promises: Mapping[int, LinePromise], wanted: frozenset[str]
) -> list[dict[str, Any]]:
    positions = {line.pk: line.position for line in lines}
    return [only(_line(order, line, promises.get(line.pk), positions), SENSITIVE, wanted) for line in lines]


def _line(order: Order, line: OrderLine, promise: LinePromise | None, positions: Mapping[int, int]) -> dict[str, Any]:
    same = ("description", "unit_price", "price_unit", "tax_percent", "requested_on", "ordered", "cancelled", "shipped",
            "returned", "invoiced", "credited", "open", "note")  # fmt: skip
    return {
        **{name: getattr(line, name) for name in same},
        **{
            name: round_amount(getattr(line, name).amount, order.currency)
            for name in ("discount", "net", "tax", "gross")
        },
        "line": line.position,
        "part_of": positions[line.parent_id] if line.parent_id else None,
        "sku": line.product.sku,
        "quantity": line.sales_quantity,
        "unit": line.sales_unit,
        "promises": [
            {"quantity": quantity, "ship_on": ship_on, "deliver_on": deliver_on}
            for quantity, ship_on, deliver_on in (promise.parts if promise else ())
            if ship_on is not None
        ],
        "without_supply": promise.undated if promise else ZERO,
        "cost": round_amount(line.cost, order.company.functional_currency),
        "margin": _margin(order, line.net.amount, line.cost),
    }
