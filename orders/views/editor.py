"""The page of a draft: one form that works without script, and that the grid's script makes faster."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.posted import actor_of, key_of, version_of
from core.web.story import timeline_address, timeline_of
from orders.drafts import Confirmation
from orders.editor import EMPTY_ROWS, Editor, content_of, editor_of, empty_rows
from orders.forms import HeaderForm
from orders.models import Order
from orders.offers import goes_with
from orders.services import LONG_ORDER, GridLine, confirm_orders, save_draft
from orders.states import OrderStatus
from orders.typed import TypedLine, Unreadable, read_lines, read_rows
from orders.views.common import order_or_404, own_place, sentences_for

ROWS_OF_A_NEW_ORDER = 10


@dataclass(slots=True)
class Posted:
    """What came with a POST: the header as it was typed, the rows, and why it was not done."""

    header: HeaderForm
    rows: Sequence[TypedLine] = ()
    refusal: str = ""
    warnings: Sequence[str] = ()
    status: int = 200
    extra: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.enter_order")
def edit(request: HttpRequest, order_id: int) -> HttpResponse:
    """Edit a draft; saving and confirming post the same form."""
    order = order_or_404(request, order_id)
    if order.status != OrderStatus.DRAFT:
        return _too_late(request, order)
    today = business_date(order.warehouse.time_zone)
    if request.method != "POST":
        return editor_page(request, order, Posted(HeaderForm(order, today)))
    posted = Posted(HeaderForm(order, today, request.POST))
    if not _save(request, order, posted):
        return editor_page(request, order, posted)
    if request.POST.get("action") != "confirm":
        messages.success(request, f"{order.number} is saved.")
        return redirect("orders:edit", order.pk)
    return confirm_draft(request, order_or_404(request, order.pk))


def _too_late(request: HttpRequest, order: Order) -> HttpResponse:
    """Lead to the order's page. A confirmation sent twice is told as it ended; anything else changed nothing."""
    if request.method == "POST" and request.POST.get("action") == "confirm":
        try:
            tell(request, confirm_orders.once(key_of(request))(order_ids=[order.pk], actor=actor_of(request))[0])
        except DomainError as error:
            messages.error(request, own_place(error).sentence)
    elif request.method == "POST":
        messages.error(request, f"{order.title} is {order.get_status_display().lower()}; nothing was changed.")
    return redirect("orders:detail", order.pk)


def _save(request: HttpRequest, order: Order, posted: Posted) -> bool:
    """Save what was typed; whether nothing stood in the way. Without rows in the form the lines stay as they are."""
    lines = None
    if "rows" in request.POST:
        try:
            posted.rows = read_rows(request.POST)
        except Unreadable:
            posted.refusal, posted.status = "The rows could not be read. Reload the page; nothing was saved.", 400
            return False
        posted.status = 200 if read_lines(posted.rows, account_id=order.account_id) else 422
        lines = [GridLine(row.key, row.draft) for row in posted.rows if row.draft]
    if not posted.header.is_valid() or posted.status != 200:
        posted.status = 422
        return False
    is_long = order.lines.count() > LONG_ORDER
    if lines is None and not is_long and not posted.header.changes() and posted.header.coupon_change() is None:
        return True
    try:
        save_draft.once(key_of(request))(
            order_id=order.pk,
            version=version_of(request),
            actor=actor_of(request),
            header=posted.header.values(),
            lines=lines,
            coupon_code=posted.header.cleaned_data["coupon_code"].strip(),
        )
    except DomainError as error:
        refusal = own_place(error)
        posted.refusal, posted.status = refusal.sentence, refusal.status
        _place_errors(refusal, posted.rows)
        return False
    return True


def _place_errors(refusal: DomainError, rows: Sequence[TypedLine]) -> None:
    """Set each line's own sentence at its row: fields are numbered as the lines that were handed over."""
    handed = [row for row in rows if row.draft is not None]
    for name, sentence in refusal.fields.items():
        parts = name.split("-")
        if len(parts) == 3 and parts[0] == "lines" and parts[1].isdecimal() and int(parts[1]) < len(handed):
            handed[int(parts[1])].error = sentence


def editor_page(request: HttpRequest, order: Order, posted: Posted) -> HttpResponse:
    """Draw the whole page of a draft, as it is stored or as it was typed."""
    content = content_of(order)
    editor = editor_of(order, actor_of(request), content, typed=posted.rows)
    wanted = EMPTY_ROWS if editor.rows else ROWS_OF_A_NEW_ORDER
    context = {
        "order": order,
        "editor": editor,
        "header": posted.header,
        "ghosts": empty_rows(wanted, len(editor.rows) + 1),
        "refusal": posted.refusal,
        "warnings": posted.warnings,
        "accepted": digest_of(posted.warnings),
        "offers": goes_with(order, content.lines),
        "timeline": timeline_of(order.kind, order.pk),
        "timeline_url": timeline_address(order.kind, order.pk),
        "problem": bool(posted.refusal or posted.status == 422),
    }
    return render(request, "orders/edit.html", context, status=posted.status)


def digest_of(warnings: Sequence[str]) -> str:
    """What a person accepts when confirming in spite of warnings: these very ones, not what came up meanwhile."""
    return hashlib.sha256("\n".join(warnings).encode()).hexdigest()[:16] if warnings else ""


def warnings_of(order: Order, editor: Editor) -> list[str]:
    """What a person should know before this order is made binding: late lines, credit, a PO number used before."""
    found = [f"{count} {clause}." for count, clause in editor.promise_parts[1:]] if editor.late_count else []
    if found:
        found = [f"Not everything arrives as requested: {', '.join(found).replace('.,', ',')}"]
    if editor.credit is not None and not editor.credit.is_over:
        found += list(editor.credit.findings)
    others = Order.objects.filter(company_id=order.company_id, account_id=order.account_id).exclude(pk=order.pk)
    others = others.exclude(status=OrderStatus.CANCELLED)
    if order.customer_reference:
        twin = others.filter(customer_reference=order.customer_reference).order_by("-pk").first()
        if twin is not None:
            found.append(f"PO ref {order.customer_reference} is on {twin.number} already.")
    since = timezone.now() - timedelta(days=1)
    recent = others.filter(created_at__gte=since, gross=order.gross).order_by("-pk")  # type: ignore[misc]  # Money, fenced
    similar = recent.first() if order.gross is not None and order.gross.amount else None
    if similar is not None:
        found.append(f"{similar.number}, entered within the last 24 hours, has the same total.")
    return found


def confirm_draft(request: HttpRequest, order: Order) -> HttpResponse:
    """Confirm a saved draft; warnings are shown once and accepted by confirming again."""
    posted = Posted(HeaderForm(order, business_date(order.warehouse.time_zone)))
    editor = editor_of(order, actor_of(request), content_of(order))
    posted.warnings = warnings_of(order, editor)
    if posted.warnings and request.POST.get("accepted", "") != digest_of(posted.warnings):
        posted.status = 422
        return editor_page(request, order, posted)
    try:
        answer = confirm_orders.once(key_of(request))(order_ids=[order.pk], actor=actor_of(request))[0]
    except DomainError as error:
        refusal = own_place(error)
        posted.refusal, posted.warnings, posted.status = refusal.sentence, (), refusal.status
        return editor_page(request, order, posted)
    tell(request, answer)
    return redirect("orders:detail", order.pk)


def tell(request: HttpRequest, answer: Confirmation) -> None:
    """Say on the next page how the confirmation ended."""
    if answer.outcome == "confirmed":
        late = f" {len(answer.late_line_ids)} late." if answer.late_line_ids else ""
        missing = f" {len(answer.no_supply_line_ids)} without supply." if answer.no_supply_line_ids else ""
        messages.success(request, f"{answer.number} is confirmed.{late}{missing}")
    else:
        messages.warning(request, f"{answer.number} waits: {' '.join(sentences_for(actor_of(request), answer))}")
