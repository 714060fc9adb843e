"""Bare rows with money, written without the services whose business they are: the fence is under test, not orders."""

import itertools
from datetime import date
from decimal import Decimal

from moneyed import Money

from catalog.models import Account, PaymentTerms
from core.models import Company, User
from inventory.models import Warehouse
from orders.models import Order

_numbers = itertools.count(1)


def make_bare_order(*, currency: str = "EUR", net: str = "0", company: Company | None = None) -> Order:
    """A draft without lines."""
    number = next(_numbers)
    company = company or Company.objects.create(code=f"B{number}", name="Bare", functional_currency="EUR", country="DE")
    person = User.objects.create(username=f"bare-{number}")
    amount, nothing = Money(Decimal(net), currency), Money(Decimal(0), currency)
    return Order.objects.create(
        company=company,
        number=f"SO-2026-{number:06d}",
        currency=currency,
        business_date=date(2026, 3, 2),
        requested_on=date(2026, 3, 9),
        account=Account.objects.create(code=f"B{number}", name="Acme", country="DE", currency=currency),
        warehouse=Warehouse.objects.create(
            company=company, code=f"B{number}", name="Main", time_zone="UTC", country="DE"
        ),
        terms=PaymentTerms.objects.get_or_create(code="N30", defaults={"name": "30 days", "net_days": 30})[0],
        net=amount,
        tax=nothing,
        gross=amount,
        created_by=person,
        changed_by=person,
    )
