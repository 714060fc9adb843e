"""Credit of an account, for those who may see it."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query

from catalog.models import Account
from core.access import SEE_CREDIT
from core.api.finding import company_named
from core.api.routes import Routes
from core.api.schemas import Code, In, Short
from core.rounding import round_amount
from orders.api.shapes import CreditOut
from orders.credit.services import credit_state

routes = Routes(tags=["Credit"])


class InCompany(In):
    """Where."""

    company: Short = ""


@routes.read("/accounts/{code}/credit", right=SEE_CREDIT, answer=CreditOut)
def read_credit(request: HttpRequest, code: Path[Code], asked: Query[InCompany]) -> dict[str, Any]:
    """An account's limit and what of it is used."""
    company = company_named(request, asked.company)
    account = get_object_or_404(Account, code__iexact=code, in_companies__company=company)
    state = credit_state(company, account.pk)
    currency, used = company.functional_currency, state.exposure
    parts = {
        "exposure": used.total,
        "open_orders": used.open_orders,
        "delivered": used.delivered_unbilled,
        "open_items": used.open_items,
        "on_account": used.unapplied,
    }
    limit = state.profile.limit
    return {
        "currency": currency,
        "limit": None if limit is None else round_amount(limit, currency),
        **{name: round_amount(amount, currency) for name, amount in parts.items()},
    }
