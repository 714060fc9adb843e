"""Returns: the list, entering them with and without reference, receiving them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import may
from core.dates import business_date
from core.errors import DomainError
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link, Tab, Tag
from core.web.posted import actor_of, key_of, reason_of, see_other, text_of, whole_number
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from fulfillment.drafts import ReturnDraft
from fulfillment.filters import ReturnFilter
from fulfillment.forms import LooseLines, LooseReturnForm, ReceiveForm, ReturnForm
from fulfillment.models import Delivery, Return, ReturnLine
from fulfillment.selectors import deliveries_visible_to, returnable_lines, returns_visible_to
from fulfillment.services import cancel_returns, create_return, receive_returns
from fulfillment.states import ReturnStatus
from fulfillment.tables import RETURN_LINES, RETURN_TAGS, RETURNS
from fulfillment.views.common import ENTER_LOOSE_RETURN, ENTER_RETURN, RECEIVE_RETURN, SEE, carry_out, posted

DISPOSITIONS = {
    "restock": Tag("Back to stock", "ok"),
    "scrap": Tag("Scrap", "bad"),
    "keep": Tag("Customer keeps it", "neutral"),
}


@require_safe
@requires(SEE)
def return_list(request: HttpRequest) -> HttpResponseBase:
    """Returns, the newest first."""
    is_open = request.GET.get("view", "expected") == "expected"
    rows = returns_visible_to(request.user)
    listing = ListPage(
        request,
        rows.filter(status=ReturnStatus.EXPECTED) if is_open else rows,
        RETURNS,
        noun="returns",
        default_sort="-number",
        filterset=ReturnFilter,
        tabs=[Tab("Expected", "?view=expected", is_current=is_open), Tab("All", "?view=all", is_current=not is_open)],
        also_reads=("order_id",),
        empty=Empty("No goods are on their way back.", "return"),
    )
    return listing.response("fulfillment/returns.html", {"may_loose": may(request.user, ENTER_LOOSE_RETURN)})


@require_safe
@requires(SEE)
def detail(request: HttpRequest, return_id: int) -> HttpResponse:
    """One return with its lines."""
    return _show(request, _visible(request, return_id))


def _visible(request: HttpRequest, return_id: int) -> Return:
    rows = returns_visible_to(request.user).select_related("order", "account", "warehouse", "company")
    return get_object_or_404(rows, pk=return_id)


def _show(request: HttpRequest, rma: Return, refusal: str = "") -> HttpResponse:
    fields = {name for column in RETURN_LINES for name in column.fields}
    rows = list(rma.lines.order_by("position").values("pk", *fields))
    for row in rows:
        row["disposition"] = DISPOSITIONS[row["disposition"]]
    page = DocumentPage(
        title=rma.number or "",
        crumb=Link("Returns", reverse("fulfillment:returns")),
        tag=RETURN_TAGS[rma.status],
        meta=rma.account.name,
        actions=_actions(request, rma),
        chain=chain_of("return", rma.pk, request.user),
        facts=_facts(rma),
        timeline=timeline_of("return", rma.pk),
        timeline_url=timeline_address("return", rma.pk),
        refusal=refusal,
    )
    table = Table(RETURN_LINES, rows, user=request.user, caption="Return lines")
    return render(request, "fulfillment/return.html", {"page": page, "table": table}, status=422 if refusal else 200)


def _facts(rma: Return) -> list[Fact]:
    order = reverse("orders:detail", args=[rma.order_id]) if rma.order_id else ""
    return [
        Fact("Order", rma.order.number or "" if rma.order else "Without reference", order),
        Fact("Customer", rma.account.name),
        Fact("Reason", rma.reason),
        Fact("Entered", day(rma.business_date)),
        Fact("Received", day(rma.received_on)),
        Fact("Warehouse", rma.warehouse.name),
    ]


def _actions(request: HttpRequest, rma: Return) -> list[ActionButton]:
    buttons = []
    for action in available_actions(rma, actor_of(request)):
        is_receipt = action.verb == "receive"
        url = reverse("fulfillment:receive" if is_receipt else "fulfillment:return-cancel", args=[rma.pk])
        style: Any = "primary" if is_receipt else "danger"
        buttons.append(
            ActionButton(action.label, url, action.verb, style, needs_reason=action.needs_reason, is_link=is_receipt)
        )
    return sorted(buttons, key=lambda button: button.style == "primary")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ENTER_RETURN)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a return of what one delivery, or all deliveries of one order, brought."""
    deliveries = deliveries_visible_to(request.user).filter(**_asked(request))
    delivery = deliveries.select_related("order", "account", "warehouse").order_by("pk").first()
    if delivery is None:
        return _which(request)
    lines = returnable_lines(deliveries)
    form = ReturnForm(posted(request), lines=lines)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _entered(request, delivery, form)
        except DomainError as error:
            refusal = error.sentence
    context = {"delivery": delivery, "form": form, "refusal": refusal}
    return render(request, "fulfillment/return_new.html", context, status=422 if form.errors or refusal else 200)


def _asked(request: HttpRequest) -> dict[str, int]:
    """Which deliveries: of ``delivery`` or of ``order``; none when neither can be read."""
    for name, path in (("delivery", "pk"), ("order", "order_id")):
        asked = whole_number(request.GET.get(name, ""))
        if asked is not None:
            return {path: asked}
    return {"pk": 0}


def _which(request: HttpRequest) -> HttpResponse:
    """Ask for the delivery first: by its number or its order's."""
    number = text_of(request.GET, "number", 24).upper()
    rows = deliveries_visible_to(request.user).filter(status="shipped")
    found = rows.filter(number=number).first() or rows.filter(order__number=number).first() if number else None
    if found is not None:
        return see_other(f"{reverse('fulfillment:return-new')}?order={found.order_id}")
    words = f"No delivery that left has the number {number}, nor its order." if number else ""
    context = {"number": number, "refusal": words, "may_loose": may(request.user, ENTER_LOOSE_RETURN)}
    return render(request, "fulfillment/return_which.html", context, status=404 if words else 200)


def _entered(request: HttpRequest, delivery: Delivery, form: ReturnForm) -> HttpResponse:
    draft = ReturnDraft(
        company_id=delivery.company_id,
        business_date=business_date(delivery.warehouse.time_zone),
        reason=form.cleaned_data["reason"],
        lines=form.drafts(),
    )
    return_id = create_return.once(key_of(request))(draft=draft, actor=actor_of(request))
    messages.success(request, "The return is expected. Receive it when the goods are here.")
    return see_other("fulfillment:return", return_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ENTER_LOOSE_RETURN)
def new_loose(request: HttpRequest) -> HttpResponse:
    """Enter a return that refers to no delivery: the price to credit is typed here."""
    form = LooseReturnForm(posted(request), user=request.user)
    rows = LooseLines(posted(request))
    refusal = ""
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            return _entered_loose(request, form, rows)
        except DomainError as error:
            refusal = error.sentence
    is_refused = request.method == "POST"
    context = {"form": form, "rows": rows, "refusal": refusal, "checked": [form, *rows.forms] if is_refused else []}
    return render(request, "fulfillment/return_loose.html", context, status=422 if is_refused else 200)


def _entered_loose(request: HttpRequest, form: LooseReturnForm, rows: Any) -> HttpResponse:
    warehouse = form.cleaned_data["warehouse"]
    draft = ReturnDraft(
        company_id=warehouse.company_id,
        business_date=business_date(warehouse.time_zone),
        reason=form.cleaned_data["reason"],
        lines=tuple(row.draft() for row in rows if row.is_filled),
        account_id=form.cleaned_data["account"].pk,
        warehouse_id=warehouse.pk,
    )
    return_id = create_return.once(key_of(request))(draft=draft, actor=actor_of(request))
    messages.success(request, "The return is expected. Receive it when the goods are here.")
    return see_other("fulfillment:return", return_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RECEIVE_RETURN)
def receive(request: HttpRequest, return_id: int) -> HttpResponse:
    """Count what arrived. What did not can be returned later."""
    rma = _visible(request, return_id)
    lines = list(ReturnLine.objects.filter(rma=rma).select_related("product").order_by("position"))
    form = ReceiveForm(posted(request), lines=lines)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        refusal = carry_out(
            request,
            lambda: receive_returns.once(key_of(request))(
                return_ids=[rma.pk],
                business_date=business_date(rma.warehouse.time_zone),
                received=form.received(),
                actor=actor_of(request),
            ),
            f"{rma.number} was received.",
        )
        if not refusal:
            return see_other("fulfillment:return", rma.pk)
    context = {"rma": rma, "form": form, "refusal": refusal}
    return render(request, "fulfillment/receive.html", context, status=422 if form.errors or refusal else 200)


@require_POST
@requires(ENTER_RETURN)
def cancel(request: HttpRequest, return_id: int) -> HttpResponse:
    """The goods do not come back after all."""
    rma = _visible(request, return_id)
    reason = reason_of(request)
    if not reason:
        return _show(request, rma, "Enter the reason. The return was not cancelled.")
    work = cancel_returns.once(key_of(request))
    refusal = carry_out(
        request,
        lambda: work(return_ids=[rma.pk], reason=reason, actor=actor_of(request)),
        f"{rma.number} was cancelled.",
    )
    return _show(request, _visible(request, rma.pk), refusal) if refusal else see_other("fulfillment:return", rma.pk)
