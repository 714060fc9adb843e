"""Who buys and where it goes: what an order takes over from its account, read for a whole set of orders at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from catalog.models import Address
from catalog.pricing.document import AccountFacts
from core.errors import NotFound
from core.models import Company
from orders.drafts import OrderDraft
from orders.models import Order

_PARTIES = """
SELECT a.id, a.currency, a.country, a.tax_class, a.price_group_id, m.terms_id, m.salesperson_id, m.ships_complete,
       m.over_delivery_percent
FROM catalog_account a
JOIN catalog_accountincompany m ON m.account_id = a.id AND m.company_id = %s
WHERE a.is_customer AND a.id = ANY(%s)
"""

_PLACES = """
SELECT d.position, s.id, s.name, s.street, s.town, s.region, s.postcode, s.country
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY
    AS d(account_id, warehouse_id, address_id, position)
JOIN inventory_warehouse w ON w.id = d.warehouse_id AND w.company_id = %s
LEFT JOIN catalog_address s ON s.account_id = d.account_id
    AND CASE WHEN d.address_id IS NULL THEN s.is_default_ship_to ELSE s.id = d.address_id END
"""


@dataclass(frozen=True, slots=True)
class Party:
    """A customer with what is agreed with it in one company. ``over_delivery_percent``: how much more it takes."""

    account_id: int
    currency: str
    country: str
    tax_class: str
    price_group_id: int | None
    terms_id: int
    salesperson_id: int | None
    ships_complete: bool
    over_delivery_percent: Decimal

    @property
    def for_pricing(self) -> AccountFacts:
        """What pricing needs of it."""
        return AccountFacts(self.price_group_id, self.country)


def load_parties(company: Company, account_ids: Collection[int]) -> dict[int, Party]:
    """These customers of the company by id; what is none of them is absent. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, [company.pk, sorted(set(account_ids))])
        return {row[0]: Party(*row) for row in cursor.fetchall()}


_SIDES = f"""
SELECT {", ".join(f"c.{field.column}" for field in Company._meta.concrete_fields)}, w.time_zone, coalesce(t.days, 0),
       a.id, a.currency, a.country, a.tax_class, a.price_group_id, m.terms_id, m.salesperson_id, m.ships_complete,
       m.over_delivery_percent
FROM core_company c
JOIN inventory_warehouse w ON w.id = %s
LEFT JOIN inventory_transittime t ON t.warehouse_id = w.id AND t.country = %s
LEFT JOIN catalog_account a ON a.id = %s AND a.is_customer
LEFT JOIN catalog_accountincompany m ON m.account_id = a.id AND m.company_id = c.id
WHERE c.id = %s
"""  # noqa: S608 - the names of columns
_COMPANY = [field.attname for field in Company._meta.concrete_fields]


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of one order: the selling company, its warehouse's zone, the days under way, and the customer.

    ``parties`` is empty when the account has lost its agreement with the company since.
    """

    company: Company
    time_zone: str
    transit_days: int
    parties: dict[int, Party]


def load_sides(order: Order) -> Sides:
    """What saving a draft and showing what came of it need of both sides. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SIDES, [order.warehouse_id, order.ship_to_country, order.account_id, order.company_id])
        row = cursor.fetchone()
    size = len(_COMPANY)
    party = row[size + 2 :]
    has_terms = party[5] is not None  # every agreement has terms
    return Sides(
        company=Company.from_db(connection.alias, _COMPANY, row[:size]),
        time_zone=row[size],
        transit_days=row[size + 1],
        parties={order.account_id: Party(*party)} if has_terms else {},
    )


def load_ship_tos(company: Company, drafts: Sequence[OrderDraft]) -> list[Address | None]:
    """Where each draft goes: to the address that it names, else to its account's default one, if any. One query.

    Raises NotFound for a warehouse that is not the company's, and for an address that is not the account's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _PLACES,
            [
                [draft.account_id for draft in drafts],
                [draft.warehouse_id for draft in drafts],
                [draft.ship_to_address_id for draft in drafts],
                company.pk,
            ],
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    if len(rows) < len(drafts):
        raise NotFound("This account or warehouse does not exist in this company.")
    names = ("id", "name", "street", "town", "region", "postcode", "country")
    found = []
    for position, draft in enumerate(drafts, 1):
        address_id, *parts = rows[position]
        if address_id is None and draft.ship_to_address_id is not None:
            raise NotFound("This address does not belong to the account.")
        values = dict(zip(names, (address_id, *parts), strict=True))
        found.append(None if address_id is None else Address(account_id=draft.account_id, **values))
    return found
