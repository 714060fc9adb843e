"""Quotes: list, editor, page, verbs, and the page on which the customer accepts."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import may
from core.dates import business_date
from core.errors import DomainError
from core.models import User
from core.states import available_actions
from core.system import system_user
from core.web.access import public, requires
from core.web.formats import day, money
from core.web.lists import ListPage
from core.web.parts import ActionButton, ChainStop, DocumentPage, Empty, Fact, Link, Tab, action_buttons
from core.web.posted import actor_of, key_of, reason_of, see_other, text_of, version_of, with_more_lines
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.visitors import visitor_address
from quotes.diff import version_diff
from quotes.drafts import QuoteDraft
from quotes.filters import QuoteFilter
from quotes.forms import QuoteForm, QuoteLines
from quotes.models import Quote, QuoteLine, QuoteVersion
from quotes.selectors import quotes_visible_to
from quotes.services import (
    accept_quote,
    acceptance_token,
    create_quote,
    decline_quote,
    hash_token,
    newest_version,
    revise_quote,
    save_quote,
    send_quote,
)
from quotes.states import QuoteStatus
from quotes.tables import QUOTE_TAGS, QUOTES

SEE, ENTER = "quotes.see_quotes", "quotes.enter_quote"
TABS = (("all", "All"), ("draft", "Drafts"), ("sent", "Sent"), ("accepted", "Accepted"))


@require_safe
@requires(SEE)
def quote_list(request: HttpRequest) -> HttpResponseBase:
    """Every quote that the person may see, the newest first."""
    view = request.GET.get("view", "all")
    rows = quotes_visible_to(request.user)
    if view in QuoteStatus.values:
        rows = rows.filter(status=view)
    return ListPage(
        request,
        rows,
        QUOTES,
        noun="quotes",
        default_sort="-number",
        filterset=QuoteFilter,
        tabs=[Tab(label, f"?view={name}", is_current=name == view) for name, label in TABS],
        empty=Empty("No quotes here.", "quote"),
    ).response("quotes/list.html")


def _visible(request: HttpRequest, pk: int) -> Quote:
    rows = quotes_visible_to(request.user).select_related("account", "warehouse", "company", "salesperson")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ENTER)
def new(request: HttpRequest) -> HttpResponse:
    """Write a quote; “More lines” keeps what was typed."""
    form = QuoteForm(request.user, request.POST or None, initial={"account": request.GET.get("account", "")[:24]})
    lines = QuoteLines(with_more_lines(request) if request.method == "POST" else None, prefix="lines")
    if request.method != "POST" or "more" in request.POST:
        return _form(request, form, lines)
    if not all([form.is_valid(), lines.is_valid()]):
        return _form(request, form, lines, status=422)
    data = form.cleaned_data
    company = data["warehouse"].company
    draft = QuoteDraft(
        company_id=company.pk,
        account_id=data["account"].pk,
        warehouse_id=data["warehouse"].pk,
        business_date=business_date(company.time_zone),
        valid_until=data["valid_until"],
        customer_reference=data["customer_reference"],
        lines=lines.quote_lines(),
    )
    try:
        quote_id = create_quote.once(key_of(request))(draft=draft, actor=actor_of(request))
    except DomainError as refusal:
        return _form(request, form, lines, refusal=refusal.sentence, status=refusal.status)
    return see_other("quotes:detail", quote_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ENTER)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft quote: its head and the whole set of its lines."""
    quote = _visible(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = QuoteForm(request.user, posted, initial=_head_of(quote))
    data = with_more_lines(request) if posted is not None else None
    lines = QuoteLines(data, prefix="lines", initial=None if posted is not None else _lines_of(quote))
    if posted is None or "more" in request.POST:
        return _form(request, form, lines, quote=quote)
    if not all([form.is_valid(), lines.is_valid()]):
        return _form(request, form, lines, quote=quote, status=422)
    try:
        save_quote.once(key_of(request))(
            quote_id=quote.pk,
            version=version_of(request),
            header={
                "customer_reference": form.cleaned_data["customer_reference"],
                "valid_until": form.cleaned_data["valid_until"],
                "warehouse_id": form.cleaned_data["warehouse"].pk,
            },
            lines=lines.quote_lines(),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _form(request, form, lines, quote=quote, refusal=refusal.sentence, status=refusal.status)
    return see_other("quotes:detail", quote.pk)


def _head_of(quote: Quote) -> dict[str, Any]:
    return {
        "account": quote.account.code,
        "warehouse": quote.warehouse_id,
        "valid_until": quote.valid_until,
        "customer_reference": quote.customer_reference,
    }


def _lines_of(quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "product": line.product.sku,
            "description": line.description,
            "quantity": f"{line.sales_quantity.normalize():f}",
            "unit": line.sales_unit,
            "unit_price": f"{line.unit_price.normalize():f}" if line.manual_price else None,
            "kind": line.kind,
        }
        for line in newest_version(quote).lines.select_related("product").order_by("position")
    ]


def _form(
    request: HttpRequest, form: Any, lines: Any, *, quote: Quote | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "refusal": refusal,
        "quote": quote,
        "sets_prices": may(request.user, "orders.set_price"),
    }
    return render(request, "quotes/edit.html", context, status=status)


@require_safe
@requires(SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One quote: its newest version or the one asked for, what changed since the one before, its story."""
    return _page(request, _visible(request, pk))


def _page(request: HttpRequest, quote: Quote, *, refusal: DomainError | None = None) -> HttpResponse:
    versions = list(quote.versions.select_related("created_by").order_by("-number"))
    newest, asked = versions[0], request.GET.get("version", "")
    shown = next((each for each in versions if str(each.number) == asked), newest)
    earlier = next((each for each in versions if each.number == shown.number - 1), None)
    lines = list(shown.lines.select_related("product").order_by("position"))
    before = list(earlier.lines.select_related("product").order_by("position")) if earlier else []
    chain = chain_of("quote", quote.pk, request.user)
    page = DocumentPage(
        title=str(quote),
        crumb=Link("Quotes", reverse("quotes:list")),
        tag=QUOTE_TAGS[quote.status],
        meta=f"{quote.account.name} · version {shown.number}",
        actions=_actions(request, quote, newest, chain),
        chain=chain,
        facts=[
            Fact("Customer", quote.account.name, reverse("catalog:account", args=[quote.account_id])),
            Fact("Date", day(quote.business_date)),
            Fact("Valid until", day(quote.valid_until)),
            Fact("Their reference", quote.customer_reference or "—"),
            Fact("Salesperson", str(quote.salesperson or "—")),
            Fact("Accepted by", quote.accepted_name or "—"),
        ],
        sums=[
            Fact("Net", money(shown.net)),
            Fact("VAT", money(shown.tax)),
            Fact("Total", money(shown.gross), style="big"),
        ],
        sums_title=f"Total, {shown.currency}",
        timeline=timeline_of("quote", quote.pk),
        timeline_url=timeline_address("quote", quote.pk),
        refusal=refusal.sentence if refusal else "",
    )
    context = {
        "page": page,
        "quote": quote,
        "lines": lines,
        "versions": versions,
        "shown": shown,
        "diff": version_diff(before, lines) if before else [],
        "accept_link": _accept_link(request, quote),
    }
    return render(request, "quotes/detail.html", context, status=refusal.status if refusal else 200)


def _actions(
    request: HttpRequest, quote: Quote, newest: QuoteVersion, chain: Sequence[ChainStop]
) -> list[ActionButton]:
    user = actor_of(request)
    verbs = [each for each in available_actions(quote, user) if each.verb not in {"accept", "expire"}]
    buttons = action_buttons(
        verbs,
        url_for=lambda verb: reverse("quotes:verb", args=[quote.pk, verb]),
        version=quote.version,
        primary="send",
    )
    if quote.status == QuoteStatus.DRAFT and may(user, ENTER):
        buttons.insert(0, ActionButton("Change", reverse("quotes:edit", args=[quote.pk]), is_link=True, key="e"))
    made = next((stop for stop in chain if stop.document and stop.document[0] == "order" and not stop.is_void), None)
    if made is not None:
        label = f"Open order {made.label}".rstrip()
        buttons.append(ActionButton(label, made.url, style="primary", is_link=True, key="o"))
    elif quote.status == QuoteStatus.ACCEPTED and may(user, "orders.enter_order"):
        address = reverse("orders:from-quote", args=[newest.pk])
        buttons.append(ActionButton("Make order", address, "order", style="primary", key="o"))
    return buttons


def _accept_link(request: HttpRequest, quote: Quote) -> str:
    """Where the customer accepts, for people who may send it."""
    token = acceptance_token(quote) if may(actor_of(request), "quotes.send_quote") else ""
    return request.build_absolute_uri(reverse("quotes:accept", args=[quote.pk, token])) if token else ""


@require_POST
@requires(SEE)
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Send, revise, accept for the customer, or decline."""
    quote, actor, key = _visible(request, pk), actor_of(request), key_of(request)
    today = business_date(quote.company.time_zone)
    try:
        if verb == "send":
            send_quote.once(key)(quote_id=quote.pk, actor=actor, business_date=today)
        elif verb == "revise":
            revise_quote.once(key)(quote_id=quote.pk, actor=actor)
        elif verb == "decline":
            decline_quote.once(key)(quote_id=quote.pk, reason=reason_of(request), actor=actor)
        elif verb == "accept":
            name = text_of(request.POST, "name", 120)
            accept_quote.once(key)(quote_id=quote.pk, actor=actor, business_date=today, name=name)
        else:
            raise Http404
    except DomainError as refusal:
        return _page(request, _visible(request, pk), refusal=refusal)
    return see_other("quotes:detail", quote.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@public("the customer accepts by the secret link that was sent")
def accept(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The page on which a customer reads the offer and accepts it by name."""
    quote = (
        Quote.objects.filter(pk=pk, acceptance_token_hash=hash_token(token))
        .select_related("account", "company")
        .first()
    )
    if quote is None or not quote.acceptance_token_hash:
        raise Http404
    refusal, status = "", 200
    today = business_date(quote.company.time_zone)
    if request.method == "POST":
        try:
            accept_quote.once(key_of(request))(
                quote_id=quote.pk,
                actor=_visitor(),
                business_date=today,
                name=text_of(request.POST, "name", 120),
                ip=visitor_address(request),
            )
            quote.refresh_from_db()
        except DomainError as error:
            refusal, status = error.sentence, error.status
    version = newest_version(quote)
    lines = list(version.lines.select_related("product").order_by("position"))
    context = {
        "quote": quote,
        "version": version,
        "lines": [line for line in lines if line.kind == QuoteLine.Kind.OFFERED],
        "options": [line for line in lines if line.kind != QuoteLine.Kind.OFFERED],
        "refusal": refusal,
        "is_open": quote.status == QuoteStatus.SENT and quote.valid_until >= today,
    }
    return render(request, "quotes/accept.html", context, status=status)


def _visitor() -> User:
    """The system acts for the visitor; the name, time and address of the person are kept on the quote."""
    return system_user()
