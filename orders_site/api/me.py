"""The sign of life: who the program is here, and what it may do."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from pydantic import Field

from core.access import company_ids, permissions_of
from core.api.finding import person_of
from core.api.routes import SIGNED_IN, Routes
from core.api.schemas import Out
from core.dates import business_date
from core.models import ApiKey, Company

routes = Routes(tags=["Key"])


class CompanyOut(Out):
    """A company for which the key works."""

    code: str
    name: str
    currency: str
    today: date = Field(description="The business date there, now")


class MeOut(Out):
    """The key, as whom it acts, what it may do, and where."""

    key: str
    prefix: str
    expires_at: datetime
    person: str
    rights: list[str]
    companies: list[CompanyOut]


@routes.read("/me", right=SIGNED_IN, answer=MeOut)
def read_me(request: HttpRequest) -> dict[str, Any]:
    """Whether the key works, and for what."""
    person = person_of(request)
    key: ApiKey = request.api_key  # type: ignore[attr-defined]
    companies = Company.objects.filter(pk__in=company_ids(person)).order_by("code")
    return {
        "key": key.name,
        "prefix": key.prefix,
        "expires_at": key.expires_at,
        "person": str(person),
        "rights": sorted(permissions_of(person)),
        "companies": [
            {
                "code": company.code,
                "name": company.name,
                "currency": company.functional_currency,
                "today": business_date(company.time_zone),
            }
            for company in companies
        ],
    }
