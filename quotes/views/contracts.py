"""Contracts: list, new, page with what is left of each line, verbs."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.dates import business_date
from core.errors import DomainError
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day
from core.web.lists import ListPage
from core.web.parts import DocumentPage, Empty, Fact, Link, action_buttons
from core.web.posted import actor_of, key_of, reason_of, see_other, with_more_lines
from core.web.story import chain_of, timeline_address, timeline_of
from quotes.drafts import ContractDraft
from quotes.filters import ContractFilter
from quotes.forms import ContractForm, ContractLines
from quotes.models import Contract
from quotes.selectors import contract_lines_with_rest, contracts_visible_to
from quotes.services import activate_contract, close_contract, create_contract
from quotes.tables import CONTRACT_TAGS, CONTRACTS

SEE, MAINTAIN = "quotes.see_contracts", "quotes.maintain_contract"


@require_safe
@requires(SEE)
def contract_list(request: HttpRequest) -> HttpResponseBase:
    """Every contract that the person may see."""
    return ListPage(
        request,
        contracts_visible_to(request.user),
        CONTRACTS,
        noun="contracts",
        default_sort="-number",
        filterset=ContractFilter,
        empty=Empty("No contracts here.", "link"),
    ).response("quotes/contracts.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def new(request: HttpRequest) -> HttpResponse:
    """Write a contract; “More lines” keeps what was typed."""
    form = ContractForm(request.user, request.POST or None)
    lines = ContractLines(with_more_lines(request) if request.method == "POST" else None, prefix="lines")
    if request.method != "POST" or "more" in request.POST:
        return _form(request, form, lines)
    if not all([form.is_valid(), lines.is_valid()]):
        return _form(request, form, lines, status=422)
    data = form.cleaned_data
    company = data["warehouse"].company
    draft = ContractDraft(
        company_id=company.pk,
        account_id=data["account"].pk,
        title=data["title"],
        business_date=business_date(company.time_zone),
        valid_from=data["valid_from"],
        valid_until=data["valid_until"],
        overrun=data["overrun"],
        lines=lines.contract_lines(),
    )
    try:
        contract_id = create_contract.once(key_of(request))(draft=draft, actor=actor_of(request))
    except DomainError as refusal:
        return _form(request, form, lines, refusal=refusal.sentence, status=refusal.status)
    return see_other("quotes:contract", contract_id)


def _form(request: HttpRequest, form: Any, lines: Any, *, refusal: str = "", status: int = 200) -> HttpResponse:
    return render(
        request, "quotes/contract_new.html", {"form": form, "lines": lines, "refusal": refusal}, status=status
    )


def _visible(request: HttpRequest, pk: int) -> Contract:
    return get_object_or_404(contracts_visible_to(request.user).select_related("account", "company"), pk=pk)


@require_safe
@requires(SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: what was agreed, called off and is left, line by line."""
    return _page(request, _visible(request, pk))


def _page(request: HttpRequest, contract: Contract, *, refusal: DomainError | None = None) -> HttpResponse:
    page = DocumentPage(
        title=str(contract),
        crumb=Link("Contracts", reverse("quotes:contracts")),
        tag=CONTRACT_TAGS[contract.status],
        meta=contract.title_text,
        actions=action_buttons(
            available_actions(contract, actor_of(request)),
            url_for=lambda verb: reverse("quotes:contract-verb", args=[contract.pk, verb]),
            version=contract.version,
            primary="activate",
        ),
        chain=chain_of("contract", contract.pk, request.user),
        facts=[
            Fact("Customer", contract.account.name, reverse("catalog:account", args=[contract.account_id])),
            Fact("From", day(contract.valid_from)),
            Fact("Until", day(contract.valid_until)),
            Fact("More than agreed", contract.get_overrun_display()),
            Fact("Currency", contract.currency),
        ],
        timeline=timeline_of("contract", contract.pk),
        timeline_url=timeline_address("contract", contract.pk),
        refusal=refusal.sentence if refusal else "",
    )
    context = {"page": page, "lines": contract_lines_with_rest(contract.pk)}
    return render(request, "quotes/contract.html", context, status=refusal.status if refusal else 200)


@require_POST
@requires(MAINTAIN)
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Activate or close a contract."""
    contract, actor, key = _visible(request, pk), actor_of(request), key_of(request)
    try:
        if verb == "activate":
            activate_contract.once(key)(contract_id=contract.pk, actor=actor)
        elif verb == "close":
            close_contract.once(key)(contract_id=contract.pk, reason=reason_of(request), actor=actor)
        else:
            raise Http404
    except DomainError as refusal:
        return _page(request, _visible(request, pk), refusal=refusal)
    return see_other("quotes:contract", contract.pk)
