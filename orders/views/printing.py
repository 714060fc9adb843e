"""The order confirmation on paper: what was promised, line by line."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.web.access import requires
from core.wording import day
from orders.models import OrderLine
from orders.selectors import line_promises
from orders.views.common import order_or_404


@require_safe
@requires("orders.see_orders")
def confirmation(request: HttpRequest, order_id: int) -> HttpResponse:
    """The confirmation as a page made for printing."""
    order = order_or_404(request, order_id)
    lines = list(OrderLine.objects.filter(order=order, parent=None).select_related("product").order_by("position"))
    promises = line_promises([order.pk])
    rates: dict[object, list[object]] = {}
    for line in lines:
        entry = rates.setdefault(line.tax_percent, [line.net - line.net, line.net - line.net])
        rates[line.tax_percent] = [entry[0] + line.net, entry[1] + line.tax]
    late = [
        line
        for line in lines
        if (promise := promises.get(line.pk)) is not None
        and (promise.undated or (promise.last_deliver_on or line.requested_on) > line.requested_on)
    ]
    context = {
        "order": order,
        "lines": lines,
        "promises": promises,
        "rates": sorted(rates.items()),
        "late": late,
        "full": day,
    }
    return render(request, "orders/print.html", context)
