"""Accounts: list, page, create, change, part numbers."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalog import selectors, tables
from catalog.filters import AccountFilter
from catalog.forms.accounts import account_draft, account_page, part_number_page, part_numbers
from catalog.forms.rows import sent
from catalog.models import Account
from catalog.selectors import pages
from catalog.services import change_account, create_account, set_part_numbers
from catalog.views.shared import row_table, show_edit
from core.access import SEE_CREDIT, company_ids, may
from core.errors import DomainError
from core.models import Company
from core.web.access import requires
from core.web.formats import ABSENT
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link
from core.web.posted import actor_of, key_of, see_other
from core.web.story import timeline_address, timeline_of

MAINTAIN = "catalog.maintain_account"
SEE = "catalog.view_account"


@require_safe
@requires(SEE)
def account_list(request: HttpRequest) -> HttpResponseBase:
    """Every account of the group."""
    return ListPage(
        request,
        selectors.accounts(),
        tables.ACCOUNTS,
        noun="accounts",
        default_sort="code",
        filterset=AccountFilter,
        empty=Empty("No accounts here.", "customer", link=Link("Show all", reverse("catalog:accounts"))),
    ).response("catalog/accounts.html", {"may_create": may(actor_of(request), MAINTAIN)})


@require_safe
@requires(SEE)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: places, people, terms, part numbers, its own prices."""
    found = get_object_or_404(selectors.accounts().select_related("parent"), pk=pk)
    today = pages.today_of(actor_of(request))
    columns = tables.PRICES_OF_ACCOUNT
    prices = pages.prices_beside(actor_of(request), today, account=found).values(*tables.fields_of(columns))[:100]
    context = {
        "page": _document(request, found),
        "agreed": row_table(request, tables.AGREED, pages.agreed_with(found, actor_of(request)), "Agreed terms"),
        "addresses": row_table(request, tables.ADDRESSES, found.addresses.order_by("pk").values(), "Addresses"),
        "contacts": row_table(request, tables.CONTACTS, found.contacts.order_by("pk").values(), "Contacts"),
        "numbers": row_table(request, tables.PART_NUMBERS, pages.part_numbers_of(found), "Part numbers"),
        "prices": row_table(request, columns, prices, "Own prices")
        if may(actor_of(request), "catalog.view_pricelist")
        else None,
    }
    return render(request, "catalog/account.html", context)


def _credit_limits(request: HttpRequest, found: Account) -> list[ActionButton]:
    """Where the credit limit of each company of this person is agreed."""
    user = actor_of(request)
    if not (may(user, "orders.maintain_credit") and may(user, SEE_CREDIT)):
        return []
    own = list(Company.objects.filter(pk__in=company_ids(user)).order_by("code"))
    address = reverse("orders:credit-limit", args=[found.pk])
    return [
        ActionButton(
            "Credit limit" if len(own) == 1 else f"Credit limit, {company.code}",
            f"{address}?{urlencode({'company': company.code})}",
            is_link=True,
        )
        for company in own
    ]


def _document(request: HttpRequest, found: Account) -> DocumentPage:
    """The frame of the page: who it is, and what the user may do with it."""
    verbs = [ActionButton("Price check", f"{reverse('catalog:price-check')}?account={found.code}", is_link=True)]
    verbs += _credit_limits(request, found)
    if may(actor_of(request), MAINTAIN):
        verbs.append(ActionButton("Part numbers", reverse("catalog:part-numbers", args=[found.pk]), is_link=True))
        edit = reverse("catalog:account-edit", args=[found.pk])
        verbs.append(ActionButton("Change", edit, style="primary", is_link=True, key="e"))
    above = found.parent
    return DocumentPage(
        title=found.name,
        crumb=Link("Customers and suppliers", reverse("catalog:accounts")),
        tag=tables.ACCOUNT_TAGS[Account.Status(found.status)],
        meta=found.code,
        actions=verbs,
        facts=[
            Fact("Country", found.country),
            Fact("Currency", found.currency),
            Fact("Price group", found.price_group.name if found.price_group else ABSENT),
            Fact("Tax class", found.tax_class.capitalize()),
            Fact("Tax number", found.tax_number or ABSENT),
        ],
        sums=[
            Fact("E-mail", found.email or ABSENT),
            Fact("Phone", found.phone or ABSENT),
            Fact("Language", found.language),
            Fact(
                "Belongs to",
                above.name if above else ABSENT,
                reverse("catalog:account", args=[above.pk]) if above else "",
            ),
        ],
        sums_title="About",
        timeline=timeline_of("account", found.pk),
        timeline_url=timeline_address("account", found.pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def account_new(request: HttpRequest) -> HttpResponse:
    """Create an account."""
    page = account_page(sent(request), user=actor_of(request))
    if request.method == "POST" and page.is_valid():
        try:
            made = create_account.once(key_of(request))(draft=account_draft(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The account was created.")
            return see_other("catalog:account", made)
    return show_edit(request, "catalog/account_edit.html", page, title="New account", back=reverse("catalog:accounts"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an account."""
    found = get_object_or_404(selectors.accounts().select_related("parent"), pk=pk)
    page = account_page(sent(request), user=actor_of(request), account=found)
    if request.method == "POST" and page.is_valid():
        try:
            change_account.once(key_of(request))(account_id=pk, draft=account_draft(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The account was saved.")
            return see_other("catalog:account", pk)
    back = reverse("catalog:account", args=[pk])
    return show_edit(request, "catalog/account_edit.html", page, title=f"Change {found.code}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def part_number_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how an account calls our products."""
    found = get_object_or_404(Account, pk=pk)
    page = part_number_page(sent(request), found)
    if request.method == "POST" and page.is_valid():
        try:
            set_part_numbers.once(key_of(request))(account_id=pk, numbers=part_numbers(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The part numbers were saved.")
            return see_other("catalog:account", pk)
    back = reverse("catalog:account", args=[pk])
    return show_edit(request, "catalog/rows_edit.html", page, title=f"Part numbers of {found.code}", back=back)
