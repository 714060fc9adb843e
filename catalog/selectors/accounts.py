"""Questions about accounts: their cards for documents, and lists."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from catalog.models import Account


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What documents of one company need to know of an account.

    Without an agreement with the company ``terms_id`` is None.
    """

    id: int
    code: str
    name: str
    status: str
    currency: str
    country: str
    language: str
    tax_class: str
    tax_number: str
    price_group_id: int | None
    is_customer: bool
    is_supplier: bool
    terms_id: int | None
    ships_complete: bool
    accepts_substitutes: bool
    over_delivery_percent: Decimal
    salesperson_id: int | None
    ship_to_address_id: int | None
    bill_to_address_id: int | None

    @property
    def can_order(self) -> bool:
        """Whether new orders are taken: neither blocked nor closed, and a customer."""
        return self.is_customer and self.status == Account.Status.ACTIVE


_CARDS_SQL = """
SELECT a.id, a.code, a.name, a.status, a.currency, a.country, a.language, a.tax_class, a.tax_number, a.price_group_id,
       a.is_customer, a.is_supplier, c.terms_id, coalesce(c.ships_complete, false), coalesce(c.accepts_substitutes,
       false), coalesce(c.over_delivery_percent, 0), c.salesperson_id, s.id, b.id FROM catalog_account a LEFT JOIN
       catalog_accountincompany c ON c.account_id = a.id AND c.company_id = %s LEFT JOIN catalog_address s ON
       s.account_id = a.id AND s.is_default_ship_to LEFT JOIN catalog_address b ON b.account_id = a.id AND
       b.is_default_bill_to WHERE a.id = ANY(%s::bigint[])
"""


def account_cards(*, ids: Collection[int], company_id: int) -> dict[int, AccountCard]:
    """The cards of these accounts, with what was agreed with the company; unknown ones are absent. One query."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CARDS_SQL, [company_id, sorted(set(ids))])
        return {row[0]: AccountCard(*row) for row in cursor.fetchall()}


def accounts() -> QuerySet[Account]:
    """Every account with its price group, for lists. Accounts belong to the whole group: there is no row filter."""
    return Account.objects.select_related("price_group")


def search_accounts(text: str, *, limit: int = 8) -> list[Account]:
    """Customers by the beginning of their code or any part of their name. One query."""
    typed = " ".join(text.replace("\x00", "").split())[:80]
    if not typed:
        return []
    found = accounts().filter(code__istartswith=typed) | accounts().filter(name__icontains=typed)
    return list(found.exclude(status=Account.Status.CLOSED).order_by("code")[:limit])
