"""The answers to the grid's script: single rows, the header, suggestions, promises. Each works as a page as well."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.pricing.document import LineToPrice, price_document
from catalog.selectors import search_products
from core.dates import business_date
from core.errors import DomainError
from core.models import User
from core.web.access import requires
from core.web.posted import actor_of, key_of, version_of
from orders.alternatives import LineProposals, line_proposals
from orders.drafts import OrderLineDraft
from orders.editor import content_after, content_of, editor_of
from orders.errors import OrderNotEditable
from orders.forms import HeaderForm
from orders.models import Order, OrderLine
from orders.offers import goes_with
from orders.services import GridLine, SavedGrid, save_grid, save_order, save_order_lines
from orders.states import OrderStatus
from orders.stored import StoredLine, draft_lines, line_key
from orders.supply import standings
from orders.typed import TypedLine, Unreadable, read_lines, read_rows
from orders.views.common import draft_or_404, order_or_404, own_place


def _draft_or_refuse(request: HttpRequest, order_id: int) -> Order:
    order = order_or_404(request, order_id)
    _require_draft(order)
    return order


def _require_draft(order: Order) -> None:
    if order.status != OrderStatus.DRAFT:
        raise OrderNotEditable(f"{order.title} is {order.get_status_display().lower()} and is no longer edited.")


def _uuids(words: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(word) for word in words]
    except ValueError:
        raise Unreadable("sequence") from None


@require_POST
@requires("orders.enter_order")
def save_lines(request: HttpRequest, order_id: int) -> HttpResponse:
    """Save the posted rows of a draft; answer with the rows that may look different now, and the summary.

    Rows that cannot be saved come back with their reason and what was typed; 409 when somebody else has changed one.
    """
    order = draft_or_404(request, order_id)
    _require_draft(order)
    try:
        rows, sequence = read_rows(request.POST), _uuids(request.POST.getlist("sequence"))
    except Unreadable:
        raise DomainError("The rows could not be read. Reload the page; nothing was saved.") from None
    read_lines(rows, account_id=order.account_id)
    saved, status = _save_rows(order, rows, sequence, actor_of(request))
    if saved is None:  # nothing was saved: as it stands, nobody's reading of a moment ago
        order = draft_or_404(request, order_id)
        content = content_of(order)
        since: Mapping[UUID, StoredLine] = {line_key(line): line for line in content.lines}
    else:
        order, content, since = _known_again(saved.order, order), content_after(saved), saved.before
    editor = editor_of(order, actor_of(request), content, typed=rows, since=since)
    return render(request, "orders/_answer.html", {"order": order, "editor": editor}, status=status)


def _known_again(order: Order, seen: Order) -> Order:
    """A saved order with the account and warehouse that were read before, where they are still its own."""
    for name in ("account", "warehouse"):
        if getattr(order, f"{name}_id") == getattr(seen, f"{name}_id"):
            setattr(order, name, getattr(seen, name))
    return order


def _save_rows(
    order: Order, rows: Sequence[TypedLine], sequence: Sequence[UUID], actor: User
) -> tuple[SavedGrid | None, int]:
    """Save what can be saved, set the refusal at each row otherwise; what was saved, and the answer's status."""
    wanted = [row for row in rows if row.draft or row.is_removed or row.is_empty]
    changes = [GridLine(row.key, None if row.is_removed else row.draft, row.version) for row in wanted]
    if not changes and not sequence:
        return None, 200
    try:
        return save_grid(order_id=order.pk, lines=changes, actor=actor, sequence=sequence), 200
    except DomainError as error:
        refusal = own_place(error)
        for row in wanted:
            row.error = refusal.sentence
        return None, 409 if refusal.status == 409 else 200


@require_POST
@requires("orders.enter_order")
def save_header(request: HttpRequest, order_id: int) -> HttpResponse:
    """Save the header of a draft while it is typed; answer with everything that depends on it."""
    order = _draft_or_refuse(request, order_id)
    form, refusal = HeaderForm(order, business_date(order.warehouse.time_zone), request.POST), ""
    status = 200 if form.is_valid() else 422
    if form.is_valid() and (form.changes() or form.coupon_change() is not None):
        try:
            save_order(
                order_id=order.pk,
                version=version_of(request),
                actor=actor_of(request),
                header=form.changes(),
                coupon_code=form.coupon_change(),
            )
        except DomainError as error:
            refusal, status = own_place(error).sentence, error.status
    order = order_or_404(request, order_id)
    editor = editor_of(order, actor_of(request), content_of(order))
    context = {"order": order, "editor": editor, "header": form, "refusal": refusal}
    return render(request, "orders/_answer.html", context, status=status)


@require_safe
@requires("orders.enter_order")
def suggest(request: HttpRequest) -> HttpResponse:
    """Products for what is typed into a SKU cell: code, name, free stock, this customer's price."""
    word = request.GET.get("order", "")
    if not (word.isascii() and word.isdecimal() and len(word) < 18):
        raise Http404
    order = order_or_404(request, int(word))
    cards = search_products(request.GET.get("q", "")[:80], account_id=order.account_id)
    supply = standings(
        company_id=order.company_id, product_ids={card.id for card in cards}, warehouse_ids=[order.warehouse_id]
    )
    document = price_document(
        company_id=order.company_id,
        account_id=order.account_id,
        on=order.business_date,
        currency=order.currency,
        price_basis=order.price_basis,
        tax_class=order.tax_class,
        lines=[LineToPrice(card.id, card.id, max(card.minimum_quantity, Decimal(1))) for card in cards],
    )
    found = [
        (card, supply.get((order.warehouse_id, card.id)), None if line.findings else line.unit_price)
        for card, line in zip(cards, document.lines, strict=True)
    ]
    return render(request, "orders/_suggest.html", {"order": order, "found": found, "typed": request.GET.get("q", "")})


def _line_or_404(order: Order, key: UUID) -> tuple[list[StoredLine], OrderLine]:
    """All lines of the draft, and the one that is asked for with its product. Two queries."""
    lines = draft_lines(order)
    ids = [line.pk for line in lines if line_key(line) == key]
    found = OrderLine.objects.filter(pk__in=ids).select_related("product").defer("price_trace").first()
    if found is None:
        raise Http404
    return lines, found


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.enter_order")
def line(request: HttpRequest, order_id: int, key: UUID) -> HttpResponse:
    """How one line is promised, and what else is possible; choosing an alternative changes the draft."""
    order = _draft_or_refuse(request, order_id)
    lines, found = _line_or_404(order, key)
    proposals = line_proposals(order, lines, found)
    if request.method == "POST":
        offered = {each.choice for each in proposals.alternatives}
        choice = request.POST.get("choice", "")
        if choice not in offered:
            raise DomainError("This is not possible any more. Look at the line again; nothing was changed.")
        _choose(request, order, proposals, choice)
        messages.success(request, f"Line {found.position} is changed.")
        return redirect("orders:edit", order.pk)
    template = "orders/_promise.html" if request.headers.get("X-Part") else "orders/promise.html"
    return render(request, template, {"order": order, "p": proposals})


def _choose(request: HttpRequest, order: Order, proposals: LineProposals, choice: str) -> None:
    """Carry out an alternative: through the same two commands as typing."""
    actor, key, found, own = actor_of(request), key_of(request), proposals.line, proposals.promise
    assert own is not None
    verb, _, number = choice.partition("-")
    if verb == "warehouse":
        header = {"warehouse_id": int(number)}
        save_order.once(key)(order_id=order.pk, version=order.version, actor=actor, header=header)
        return
    base = OrderLineDraft(found.product_id, found.sales_quantity, found.sales_unit)
    if found.manual_price:
        base = replace(base, unit_price=found.unit_price)
    base = replace(base, discount_percent=found.manual_discount_percent)
    wanted = [GridLine(line_key(found), replace(base, requested_on=own.deliver_on), found.version)]
    if verb == "substitute":
        wanted = [GridLine(line_key(found), OrderLineDraft(int(number), found.sales_quantity, found.sales_unit))]
    elif verb == "split":
        (first, first_on), *rest = own.parts
        wanted = [GridLine(line_key(found), replace(base, sales_quantity=first, requested_on=first_on), found.version)]
        wanted += [
            GridLine(uuid5(line_key(found), str(part)), replace(base, sales_quantity=quantity, requested_on=on))
            for part, (quantity, on) in enumerate(rest)
        ]
    save_order_lines.once(key)(order_id=order.pk, lines=wanted, actor=actor)


@require_safe
@requires("orders.enter_order")
def goes_with_part(request: HttpRequest, order_id: int) -> HttpResponse:
    """The rail's section on what is missing here, for the script to renew."""
    order = _draft_or_refuse(request, order_id)
    return render(request, "orders/_goes_with.html", {"order": order, "offers": goes_with(order, draft_lines(order))})


@require_POST
@requires("orders.enter_order")
def add(request: HttpRequest, order_id: int) -> HttpResponse:
    """Add a proposed product to the draft."""
    order = _draft_or_refuse(request, order_id)
    row = TypedLine(key=uuid5(NAMESPACE_OID, key_of(request) or str(uuid4())), sku=request.POST.get("sku", "")[:64])
    read_lines([row], account_id=order.account_id)
    if row.draft is None:
        raise DomainError(f"{row.error} Nothing was added.")
    save_order_lines.once(key_of(request))(
        order_id=order.pk, lines=[GridLine(row.key, row.draft)], actor=actor_of(request)
    )
    messages.success(request, f"{row.sku} is added.")
    return redirect("orders:edit", order.pk)
