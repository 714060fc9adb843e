"""Paper: pick lists and packing slips as pages for the printer."""

from collections.abc import Sequence
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from core import code128
from core.web.access import requires
from core.web.formats import lines as as_lines
from core.web.posted import see_other
from core.wording import day
from fulfillment import sscc
from fulfillment.loading import lines_of
from fulfillment.models import Delivery, Package
from fulfillment.selectors import deliveries_visible_to, slip_lines
from fulfillment.views.board import picked_deliveries
from fulfillment.views.common import MOST_PRINTED, SEE, visible_delivery

WIDEST_MODULES = 149  # 54 mm less the quiet zones, at the wide bar
COMMANDS = ("SHORT", "UNDO", "DONE")


@require_safe
@requires(SEE)
def pick_list(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """The pick list of one delivery, by bin path, a barcode per line."""
    return _pick_lists(request, [visible_delivery(request, delivery_id)])


@require_POST
@requires(SEE)
def bulk_print(request: HttpRequest) -> HttpResponse:
    """The pick lists of the picked deliveries, each beginning a page."""
    picked = picked_deliveries(request).values("pk")[: MOST_PRINTED + 1]
    rows = deliveries_visible_to(request.user).filter(pk__in=picked).order_by("ship_on", "pk")
    found = list(rows.select_related("order", "account", "warehouse"))
    if not found or len(found) > MOST_PRINTED:
        words = f"Print at most {MOST_PRINTED:,} pick lists at once." if found else "Pick at least one delivery."
        messages.error(request, words)
        return see_other("fulfillment:board")
    return _pick_lists(request, found)


def _pick_lists(request: HttpRequest, deliveries: Sequence[Delivery]) -> HttpResponse:
    found = lines_of([delivery.pk for delivery in deliveries])
    sheets = [
        {
            "delivery": delivery,
            "code": symbol(delivery.number or ""),
            "picks": [(line, symbol(line.sku)) for line in found[delivery.pk] if line.to_pick or not line.is_picked],
            "units": sum(line.quantity for line in found[delivery.pk]),
            "weight": sum(line.quantity * line.weight_kg for line in found[delivery.pk]),
        }
        for delivery in deliveries
    ]
    commands = [(word, code128.svg(word, module_mm=code128.WIDE)) for word in COMMANDS]
    context = {"sheets": sheets, "commands": commands, "now": timezone.now(), "day": day}
    return render(request, "fulfillment/print_pick.html", context)


def symbol(text: str) -> Markup:
    """The widest Code 128 that fits its column; nothing for a code that it cannot write."""
    if not code128.can_encode(text):
        return Markup()
    wide = code128.modules(text) <= WIDEST_MODULES
    return code128.svg(text, module_mm=code128.WIDE if wide else code128.NARROW)


@require_safe
@requires(SEE)
def packing_slip(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """What is in each package and what is still to come. No prices."""
    delivery = visible_delivery(request, delivery_id)
    packages = {package.position: package for package in Package.objects.filter(delivery=delivery)}
    rows = slip_lines(delivery.pk)
    groups = [
        (packages.get(number) if number else None, list(part))
        for number, part in groupby(rows, lambda row: row.package)
    ]
    context = {
        "delivery": delivery,
        "address": as_lines(delivery.ship_to),
        "groups": groups,
        "packages": packages,
        "weight": sum(package.weight_kg for package in packages.values()),
        "to_come": sum(1 for row in rows if row.to_come),
        "line_count": len(rows),
        "code": symbol(delivery.number or ""),
        "grouped": sscc.grouped,
        "day": day,
    }
    return render(request, "fulfillment/print_slip.html", context)
