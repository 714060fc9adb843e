"""The list of invoices and credit notes, and the page of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from billing.filters import VIEWS, InvoiceFilter
from billing.models import Invoice, InvoiceFile
from billing.paper import html_of
from billing.selectors import invoices_visible_to, journal_lines_of, lines_of, open_item_of, with_open_amount
from billing.services import reverse_invoice
from billing.states import InvoiceStatus
from billing.tables import INVOICES, JOURNAL, LINES, TAX_GROUPS, state_tag
from billing.views.common import CREDIT, POST, SEE, carry_out, visible_invoice
from core.access import may
from core.dates import business_date
from core.errors import DomainError
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day, money
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link, Tab
from core.web.posted import actor_of, key_of, reason_of, see_other
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table

VIEW_LEDGER = "accounting.view_ledger"
PDF_SECONDS = 2  # how soon the waiting page asks again


@require_safe
@requires(SEE)
def invoice_list(request: HttpRequest) -> HttpResponseBase:
    """Invoices and credit notes, the newest first."""
    name = request.GET.get("view", "all")
    name = name if name in VIEWS else "all"
    listing = ListPage(
        request,
        with_open_amount(VIEWS[name][1](invoices_visible_to(request.user))),
        INVOICES,
        noun="invoices",
        default_sort="-number",
        filterset=InvoiceFilter,
        tabs=[Tab(label, f"?view={key}", is_current=key == name) for key, (label, _) in VIEWS.items()],
        empty=Empty("No invoices here.", "check", Link("What waits for its bill", reverse("billing:worklist"))),
    )
    rights = {"may_post": may(request.user, POST), "may_credit": may(request.user, CREDIT)}
    return listing.response("billing/invoices.html", rights)


@require_safe
@requires(SEE)
def detail(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """One invoice or credit note: lines, tax, ledger, chain, timeline."""
    return show(request, visible_invoice(request, invoice_id))


def show(request: HttpRequest, invoice: Invoice, refusal: DomainError | None = None) -> HttpResponse:
    """Draw the page; with a refusal it says why nothing was changed."""
    item = open_item_of(invoice)
    has_file = InvoiceFile.objects.filter(invoice=invoice).exists()
    page = DocumentPage(
        title=invoice.number or "",
        crumb=Link("Invoices", reverse("billing:invoices")),
        tag=state_tag(
            status=invoice.status,
            direction=invoice.direction,
            payment_state=invoice.payment_state,
            due_on=invoice.due_on,
            on=business_date(invoice.company.time_zone),
        ),
        meta=f"{invoice.get_direction_display()} · {invoice.account.name}",
        actions=_actions(request, invoice, has_file=has_file),
        chain=chain_of("invoice", invoice.pk, request.user),
        facts=_facts(request, invoice),
        sums=_sums(invoice, item.open_amount if item else None),
        timeline=timeline_of("invoice", invoice.pk),
        timeline_url=timeline_address("invoice", invoice.pk),
        refusal=refusal.sentence if refusal else "",
    )
    context = {
        "page": page,
        "invoice": invoice,
        "has_file": has_file,
        "table": _lines(request, invoice),
        "taxes": _taxes(request, invoice),
        "journal": _journal(request, invoice) if may(request.user, VIEW_LEDGER) else None,
    }
    return render(request, "billing/invoice.html", context, status=refusal.status if refusal else 200)


def _facts(request: HttpRequest, invoice: Invoice) -> list[Fact]:
    facts = [
        Fact("Customer", f"{invoice.account.code} {invoice.account.name}"),
        Fact("Date", day(invoice.business_date)),
        Fact("Tax point", day(invoice.tax_point_on)),
        Fact("Due", day(invoice.due_on)),
        Fact("Terms", invoice.terms.name),
        Fact("PO ref", invoice.customer_reference or "—"),
    ]
    if invoice.order:
        facts.insert(1, Fact("Order", invoice.order.number or "", reverse("orders:detail", args=[invoice.order_id])))
    if invoice.credits:
        word = "Reverses" if invoice.credits.status == InvoiceStatus.REVERSED else "Corrects"
        facts.append(Fact(word, invoice.credits.number or "", reverse("billing:invoice", args=[invoice.credits_id])))
    if invoice.reason:
        facts.append(Fact("Reason", invoice.reason))
    if invoice.fx_rate != 1:
        facts.append(Fact("Rate", f"{invoice.fx_rate.normalize():f} of {day(invoice.fx_date)}"))
    return facts


def _sums(invoice: Invoice, open_amount: Any) -> list[Fact]:
    return [
        Fact("Net", money(invoice.net)),
        Fact("VAT", money(invoice.tax)),
        Fact("Gross", money(invoice.gross, show="code"), style="sum"),
        Fact("Open", money(open_amount, invoice.currency) if open_amount is not None else "Nothing to pay"),
    ]


def _actions(request: HttpRequest, invoice: Invoice, *, has_file: bool) -> list[ActionButton]:
    """The papers, the credit form, and the reversal with its reason."""
    buttons = [
        ActionButton("Print", reverse("billing:print", args=[invoice.pk]), "print", icon="print", is_link=True),
    ]
    if has_file:
        buttons.append(ActionButton("PDF", reverse("billing:pdf", args=[invoice.pk]), "pdf", is_link=True))
    is_standing = invoice.status == InvoiceStatus.POSTED
    is_reversal = invoice.credits is not None and invoice.credits.status == InvoiceStatus.REVERSED
    if is_standing and not is_reversal:
        if invoice.direction == Invoice.Direction.INVOICE and may(request.user, CREDIT):
            url = reverse("billing:credit", args=[invoice.pk])
            buttons.append(ActionButton("Credit an amount", url, "credit", is_link=True))
        buttons += [
            ActionButton(
                "Reverse", reverse("billing:reverse", args=[invoice.pk]), "reverse", "danger", needs_reason=True
            )
            for action in available_actions(invoice, actor_of(request))
            if action.verb == "reverse"
        ]
    return buttons


def _lines(request: HttpRequest, invoice: Invoice) -> Table:
    plain = ("position", "description", "sales_unit", "unit_price", "tax_code", "cost")
    amounts = ("discount", "net", "tax")
    rows: list[dict[str, Any]] = [
        {
            "pk": line.pk,
            "sku": line.product.sku if line.product else "",
            "made_from": (
                line.delivery_line.delivery.number
                if line.delivery_line
                else line.return_line.rma.number
                if line.return_line
                else ""
            ),
            "sales_quantity": line.sales_quantity if line.quantity else None,
            "currency": line.currency,
            "functional": invoice.company.functional_currency,
            **{name: getattr(line, name) for name in plain},
            **{name: getattr(line, name).amount for name in amounts},
        }
        for line in lines_of(invoice)
    ]
    return Table(LINES, rows, user=request.user, caption=f"Lines of {invoice.number}")


def _taxes(request: HttpRequest, invoice: Invoice) -> Table:
    rows = list(
        invoice.tax_groups.order_by("-tax_percent", "tax_code").values(
            "pk", "tax_code", "tax_percent", "reason", "base", "tax", "currency"
        )
    )
    return Table(TAX_GROUPS, rows, user=request.user, caption="VAT")


def _journal(request: HttpRequest, invoice: Invoice) -> Table:
    fields = ["pk", *dict.fromkeys(name for column in JOURNAL for name in column.fields)]
    rows = list(journal_lines_of(invoice).values(*fields))
    return Table(JOURNAL, rows, user=request.user, caption="What it posted to the ledger")


@require_POST
@requires("billing.reverse_invoice")
def reverse_it(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Reverse the document, with the reason."""
    invoice = visible_invoice(request, invoice_id)
    made: list[int] = []
    work = reverse_invoice.once(key_of(request))
    reason = reason_of(request)
    refusal = carry_out(
        request,
        lambda: made.append(work(invoice_id=invoice.pk, reason=reason, actor=actor_of(request))),
        f"{invoice.number} was reversed by this document.",
    )
    if refusal is not None:
        return show(request, visible_invoice(request, invoice_id), refusal)
    return see_other("billing:invoice", made[0])


@require_safe
@requires(SEE)
def pdf(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The kept PDF, byte for byte; until a worker has made it, a page that asks again by itself."""
    invoice = visible_invoice(request, invoice_id)
    kept = InvoiceFile.objects.filter(invoice=invoice).first()
    if kept is None:
        answer = render(request, "billing/pdf_waiting.html", {"invoice": invoice}, status=202)
        answer["Refresh"] = str(PDF_SECONDS)
        return answer
    return HttpResponse(
        bytes(kept.content),
        content_type=kept.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{invoice.number}.pdf"',
            "ETag": f'"{kept.sha256}"',
            "Cache-Control": "private, max-age=86400",
        },
    )


@require_safe
@requires(SEE)
def print_it(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The document for the browser's printer, at once."""
    return HttpResponse(html_of(visible_invoice(request, invoice_id), for_pdf=False))
