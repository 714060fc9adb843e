"""The company that a page is about: named in its address, never guessed for who works for several and named another."""

from urllib.parse import urlencode

from django.http import HttpRequest

from core.access import company_ids
from core.errors import NotFound
from core.models import Company
from core.web.parts import Tab

CHOSEN_COMPANY = "company"  # of the session


def chosen_company(request: HttpRequest) -> int | None:
    """The company that the person works for at present, by the switch in the top bar; None for all of theirs."""
    session = getattr(request, "session", None)
    chosen = session.get(CHOSEN_COMPANY) if session is not None else None
    return chosen if chosen in company_ids(request.user) else None


def working_companies(request: HttpRequest) -> frozenset[int]:
    """The companies whose documents lists and counts show: the chosen one, or all of the person's."""
    chosen = chosen_company(request)
    return company_ids(request.user) if chosen is None else frozenset({chosen})


def companies_of(request: HttpRequest) -> list[Company]:
    """The companies to which this person belongs, by code. Raises NotFound if there is none."""
    found = list(Company.objects.filter(pk__in=company_ids(request.user)).order_by("code"))
    if not found:
        raise NotFound("You are not a member of any company yet. An administrator can make you one.")
    return found


def company_of(request: HttpRequest, *, must_be_named: bool = False) -> Company:
    """The company that the address names (``?company=KEPT``), otherwise the chosen one, otherwise the first.

    Raises NotFound, also where none is named although it must be: what is changed there is never the first one's.
    """
    companies = companies_of(request)
    asked = request.GET.get("company")
    found = next((company for company in companies if company.code == asked), None)
    if found is None and (asked or must_be_named):
        raise NotFound("Company not found.")
    chosen = chosen_company(request)
    return found or next((company for company in companies if company.pk == chosen), companies[0])


def company_tabs(request: HttpRequest, shown: Company, **kept: str) -> list[Tab]:
    """The same page of each company that this person may open, with what is ``kept`` of the address; none where there
    is only one.
    """
    companies = companies_of(request)
    if len(companies) == 1:
        return []
    return [
        Tab(
            company.name,
            f"{request.path}?{urlencode({'company': company.code, **kept})}",
            is_current=company == shown,
        )
        for company in companies
    ]
