"""The page of one delivery, and its verbs."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import may
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day, lines, plural, quantity
from core.web.parts import ActionButton, Confirm, DocumentPage, Fact, Link, Tag
from core.web.posted import actor_of, key_of, reason_of, see_other
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from fulfillment.loading import LoadedLine, lines_of
from fulfillment.models import Delivery, DeliveryLine, Package
from fulfillment.services import cancel_deliveries, pick_all, release_deliveries, ship_deliveries
from fulfillment.states import DeliveryStatus
from fulfillment.tables import DELIVERY_TAGS, FINAL, LINES, PACKAGES, SHORT, due_tag
from fulfillment.views.common import ENTER_RETURN, PICK, RELEASE, SEE, SHIP, carry_out, today_of, visible_delivery

PRIMARY = {
    DeliveryStatus.PLANNED: "release",
    DeliveryStatus.RELEASED: "scan",
    DeliveryStatus.PICKING: "pack",
    DeliveryStatus.PACKED: "ship",
}
ON_THE_FLOOR = (DeliveryStatus.RELEASED, DeliveryStatus.PICKING)


@require_safe
@requires(SEE)
def detail(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery: its lines, packages, chain and timeline."""
    return show(request, visible_delivery(request, delivery_id))


def show(request: HttpRequest, delivery: Delivery, refusal: str = "") -> HttpResponse:
    """Draw the page; with a refusal it says why nothing was changed."""
    found = lines_of([delivery.pk])[delivery.pk]
    today = today_of(delivery)
    page = DocumentPage(
        title=delivery.number or "",
        crumb=Link("Fulfilment", reverse("fulfillment:board")),
        tag=_tag(delivery, found),
        meta=delivery.account.name,
        actions=_actions(request, delivery, found),
        chain=chain_of("delivery", delivery.pk, request.user),
        facts=_facts(delivery, today),
        timeline=timeline_of("delivery", delivery.pk),
        timeline_url=timeline_address("delivery", delivery.pk),
        refusal=refusal,
    )
    context = {
        "page": page,
        "table": _table(request, delivery, found, today),
        "packages": _packages(request, delivery),
        "address": lines(delivery.ship_to),
    }
    return render(request, "fulfillment/delivery.html", context, status=422 if refusal else 200)


def _tag(delivery: Delivery, found: list[LoadedLine]) -> Tag:
    if delivery.status not in FINAL and any(line.is_short for line in found):
        return SHORT
    return DELIVERY_TAGS[delivery.status]


def _facts(delivery: Delivery, today: date) -> list[Fact]:
    leaves = due_tag(delivery.ship_on, on=today)
    late = leaves.label if leaves and leaves.tone == "warn" and delivery.status not in FINAL else ""
    return [
        Fact("Order", delivery.order.number or "", reverse("orders:detail", args=[delivery.order_id])),
        Fact("Customer", delivery.account.name),
        Fact("Promised for", day(delivery.ship_on), delta=late),
        Fact("Left", day(delivery.shipped_on)),
        Fact("Warehouse", delivery.warehouse.name),
        Fact("Tracking", " ".join(part for part in (delivery.carrier, delivery.tracking_number) if part)),
    ]


def _actions(request: HttpRequest, delivery: Delivery, found: list[LoadedLine]) -> list[ActionButton]:
    """The verbs that the table allows now, and the pages that go with the status."""
    primary = PRIMARY.get(DeliveryStatus(delivery.status), "")
    words = {"pick": "Pick as planned"}
    posted = {"release", "pick", "ship", "cancel"}
    is_picked = all(line.is_picked for line in found)
    buttons = [
        ActionButton(
            words.get(action.verb, action.label),
            reverse(f"fulfillment:{action.verb}", args=[delivery.pk]),
            action.verb,
            style="primary" if action.verb == primary else "danger" if action.is_dangerous else "",
            needs_reason=action.needs_reason,
            confirm=_confirm(delivery, found) if action.verb == "ship" else None,
        )
        for action in available_actions(delivery, actor_of(request))
        if action.verb in posted and not (action.verb == "pick" and is_picked)
    ]
    links = _links(request, delivery, primary)
    return sorted([*links, *buttons], key=lambda button: button.style == "primary")


def _links(request: HttpRequest, delivery: Delivery, primary: str) -> list[ActionButton]:
    wanted: list[tuple[str, str, str, str]] = []
    if delivery.status in ON_THE_FLOOR and may(request.user, PICK):
        wanted.append(("Scan", reverse("fulfillment:scan", args=[delivery.pk]), "scan", "scan"))
        wanted.append(("Pack", reverse("fulfillment:pack", args=[delivery.pk]), "pack", "pack"))
    if delivery.status not in (DeliveryStatus.CANCELLED, DeliveryStatus.SHIPPED):
        wanted.append(("Pick list", reverse("fulfillment:print-pick", args=[delivery.pk]), "print-pick", "print"))
    if delivery.status in (DeliveryStatus.PACKED, DeliveryStatus.SHIPPED, DeliveryStatus.PICKING):
        wanted.append(("Packing slip", reverse("fulfillment:print-slip", args=[delivery.pk]), "print-slip", "print"))
    if delivery.status == DeliveryStatus.SHIPPED and may(request.user, ENTER_RETURN):
        wanted.append(("Return", f"{reverse('fulfillment:return-new')}?delivery={delivery.pk}", "return", "return"))
    return [
        ActionButton(label, url, name, "primary" if name == primary else "", icon, is_link=True)
        for label, url, name, icon in wanted
    ]


def _confirm(delivery: Delivery, found: list[LoadedLine]) -> Confirm:
    leaving = [line for line in found if line.picked or not line.is_picked]
    words = (
        f"{plural(len(leaving), 'line')} leave {delivery.warehouse.name}: stock, cost and the customer's credit move."
    )
    return Confirm(f"Post the goods issue of {delivery.number}?", words, "Post goods issue", "Not yet")


def _table(request: HttpRequest, delivery: Delivery, found: list[LoadedLine], today: date) -> Table:
    facts = {
        row[0]: row[1:] for row in DeliveryLine.objects.filter(delivery=delivery).values_list("pk", "returned", "cost")
    }
    rows: list[dict[str, Any]] = [
        {
            "pk": line.id,
            "bin": line.bin_code,
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "unit": line.unit,
            "picked": line.picked,
            "shipped": line.shipped,
            "returned": facts[line.id][0],
            "promise": _promise(line, delivery, today),
            "cost": facts[line.id][1],
            "currency": delivery.company.functional_currency,
        }
        for line in found
    ]
    return Table(LINES, rows, user=request.user, caption="Delivery lines")


def _promise(line: LoadedLine, delivery: Delivery, today: date) -> Tag | None:
    if line.ship_on is None:
        return None
    if delivery.shipped_on:
        late = line.days_late(delivery.shipped_on)
        return Tag(f"Late by {late} d", "warn") if late else Tag(f"Kept {day(line.ship_on)}", "ok")
    return due_tag(line.ship_on, on=today)


def _packages(request: HttpRequest, delivery: Delivery) -> Table | None:
    packages = list(
        Package.objects.filter(delivery=delivery).order_by("position").prefetch_related("lines__delivery_line__product")
    )
    rows = [
        {
            "pk": package.pk,
            "position": package.position,
            "sscc": package.sscc,
            "weight_kg": package.weight_kg,
            "contents": ", ".join(
                f"{quantity(each.quantity)} {each.delivery_line.product.sku}" for each in package.lines.all()
            ),
        }
        for package in packages
    ]
    return Table(PACKAGES, rows, user=request.user, caption="Packages") if rows else None


@require_POST
@requires(RELEASE)
def release(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Hand the delivery to the pickers."""
    delivery = visible_delivery(request, delivery_id)
    work = release_deliveries.once(key_of(request))
    return _after(
        request, delivery, lambda: work(delivery_ids=[delivery.pk], actor=actor_of(request)), "Released to the floor."
    )


@require_POST
@requires(PICK)
def pick(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Report everything as picked as planned."""
    delivery = visible_delivery(request, delivery_id)
    work = pick_all.once(key_of(request))
    return _after(
        request, delivery, lambda: work(delivery_ids=[delivery.pk], actor=actor_of(request)), "Picked as planned."
    )


@require_POST
@requires(SHIP)
def ship(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Post the goods issue, today at the warehouse."""
    delivery = visible_delivery(request, delivery_id)
    work = ship_deliveries.once(key_of(request))
    return _after(
        request,
        delivery,
        lambda: work(delivery_ids=[delivery.pk], business_date=today_of(delivery), actor=actor_of(request)),
        f"{delivery.number} left.",
    )


@require_POST
@requires(RELEASE)
def cancel(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Give the delivery up, with the reason."""
    delivery = visible_delivery(request, delivery_id)
    reason = reason_of(request)
    if not reason:
        return show(request, delivery, "Enter the reason. The delivery was not cancelled.")
    work = cancel_deliveries.once(key_of(request))
    return _after(
        request,
        delivery,
        lambda: work(delivery_ids=[delivery.pk], reason=reason, actor=actor_of(request)),
        f"{delivery.number} was cancelled; its promises are due again.",
    )


def _after(request: HttpRequest, delivery: Delivery, work: Any, done: str) -> HttpResponse:
    refusal = carry_out(request, work, done)
    if refusal:
        return show(request, visible_delivery(request, delivery.pk), refusal)
    return see_other("fulfillment:delivery", delivery.pk)
