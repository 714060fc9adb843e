"""Questions about quotes and contracts. Every door uses the row filters here."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from core.access import company_ids
from core.models import User
from quotes.models import Contract, ContractLine, Quote

ZERO = Decimal(0)


def quotes_visible_to(user: User | AnonymousUser) -> QuerySet[Quote]:
    """The quotes that this person may see at all."""
    return Quote.objects.filter(company_id__in=company_ids(user))


def contracts_visible_to(user: User | AnonymousUser) -> QuerySet[Contract]:
    """The contracts that this person may see at all."""
    return Contract.objects.filter(company_id__in=company_ids(user))


@dataclass(frozen=True, slots=True)
class ContractLineRest:
    """One line of a contract with what was called off and what is left, in the stock unit."""

    sku: str
    name: str
    target: Decimal
    called_off: Decimal
    unit_price: Decimal
    price_unit: int

    @property
    def rest(self) -> Decimal:
        """What is left; below zero when more was called off than agreed."""
        return self.target - self.called_off


def contract_lines_with_rest(contract_id: int) -> list[ContractLineRest]:
    """The lines of a contract, in order. One query."""
    rows = (
        ContractLine.objects.filter(contract_id=contract_id)
        .annotate(taken=Coalesce(F("totals__called_off"), ZERO))
        .select_related("product")
        .order_by("position")
    )
    return [
        ContractLineRest(
            row.product.sku, row.product.name, row.target_quantity, row.taken, row.unit_price, row.price_unit
        )
        for row in rows
    ]
