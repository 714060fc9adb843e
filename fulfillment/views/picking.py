"""Picking on a phone: one task per screen, works with a scanner, with a thumb, and without script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.web.access import requires
from core.web.posted import actor_of, key_of, see_other
from fulfillment.forms import ScanForm, ShortForm
from fulfillment.loading import LoadedLine, lines_of
from fulfillment.models import Delivery, PickScan
from fulfillment.services import record_scan, short_pick, undo_scan
from fulfillment.services.scanning import STOPPING, WRONG_ITEM
from fulfillment.views.common import PICK, posted, today_of, uuid_of, visible_delivery

PART = "X-Kept-Part"  # sent by scan.js: answer with the screen alone
MOST_PIPS = 24  # beyond that a bar with a number says more than dots


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PICK)
def scan(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """The next line to pick; a POST is one scan. A wrong item fills the screen until somebody says that it was seen."""
    delivery = visible_delivery(request, delivery_id)
    if request.method != "POST":
        return _screen(request, delivery)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return _screen(request, delivery, refusal="Scan or enter one code. Nothing was counted.")
    try:
        record_scan(
            delivery_id=delivery.pk,
            client_uuid=form.cleaned_data["client_uuid"],
            code=form.cleaned_data["code"],
            quantity=form.cleaned_data["quantity"],
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _screen(request, delivery, refusal=refusal.sentence, status=refusal.status)
    return _screen(request, delivery) if PART in request.headers else see_other("fulfillment:scan", delivery.pk)


@require_POST
@requires(PICK)
def undo(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Take the last counting scan back."""
    delivery = visible_delivery(request, delivery_id)
    try:
        undo_scan(delivery_id=delivery.pk, client_uuid=uuid_of(request), actor=actor_of(request))
    except DomainError as refusal:
        return _screen(request, delivery, refusal=refusal.sentence, status=refusal.status)
    return _screen(request, delivery) if PART in request.headers else see_other("fulfillment:scan", delivery.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PICK)
def short(request: HttpRequest, delivery_id: int, line_id: int) -> HttpResponse:
    """Less was found than planned: how much, and what of the rest."""
    delivery = visible_delivery(request, delivery_id)
    line = get_object_or_404(delivery.lines.select_related("product", "bin"), pk=line_id)
    form = ShortForm(posted(request), initial={"picked": f"{line.picked.normalize():f}"})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            short_pick.once(key_of(request))(
                delivery_line_id=line.pk,
                picked=form.cleaned_data["picked"],
                cause=form.cleaned_data["cause"],
                business_date=today_of(delivery),
                actor=actor_of(request),
            )
            return see_other("fulfillment:scan", delivery.pk)
        except DomainError as error:
            refusal = error.sentence
    context = {"delivery": delivery, "line": line, "form": form, "refusal": refusal}
    return render(request, "fulfillment/short.html", context, status=422 if form.errors or refusal else 200)


def _screen(request: HttpRequest, delivery: Delivery, *, refusal: str = "", status: int = 422) -> HttpResponse:
    """The picker's screen as things stand now; the part alone for the script."""
    lines = lines_of([delivery.pk])[delivery.pk]
    last = PickScan.objects.filter(delivery=delivery).order_by("-pk").first()
    context = _context(delivery, lines, last, seen=request.GET.get("seen", "")) | {"refusal": refusal}
    template = "fulfillment/_scan.html" if PART in request.headers else "fulfillment/scan.html"
    answer = render(request, template, context, status=status if refusal else 200)
    answer["Vary"] = f"{answer.get('Vary', 'Cookie')}, {PART}"
    return answer


def _context(delivery: Delivery, lines: list[LoadedLine], last: PickScan | None, *, seen: str) -> dict[str, Any]:
    waiting = [line for line in lines if line.to_pick]
    current = waiting[0] if waiting else None
    stops = last is not None and last.outcome in STOPPING and seen != str(last.pk)
    return {
        "delivery": delivery,
        "lines": lines,
        "current": current,
        "after": waiting[1:3],
        "done_count": len(lines) - len(waiting),
        "share": (len(lines) - len(waiting)) * 100 // len(lines) if lines else 0,
        "pips": _pips(current),
        "last": last,
        "stop": last if stops else None,
        "is_wrong_item": last is not None and last.outcome == WRONG_ITEM,
        "form": ScanForm.fresh(),
    }


def _pips(line: LoadedLine | None) -> list[bool]:
    """One dot per piece, filled when counted, where so few are wanted that dots can be counted."""
    if line is None or line.quantity > MOST_PIPS or line.quantity != line.quantity.to_integral_value():
        return []
    return [number < line.picked for number in range(int(line.quantity))]
