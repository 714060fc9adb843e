"""Locking deliveries and returns: orders first, then deliveries, then returns, each in id order (docs/locking.md)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import Company, Document
from fulfillment.errors import SeveralCompanies
from fulfillment.models import Delivery, Return
from orders.models import Order
from orders.services import lock_orders

ONE_COMPANY = "These documents belong to different companies. Choose documents of one company."

# The companies of these deliveries, each with its deliveries' orders; neither ever changes, so no lock is needed.
_OWNERS = """
    SELECT c.*, o.delivery_count, o.order_ids
    FROM (SELECT company_id, count(*) AS delivery_count, array_agg(DISTINCT order_id) AS order_ids
          FROM fulfillment_delivery WHERE id = ANY(%s) GROUP BY company_id) o
    JOIN core_company c ON c.id = o.company_id
"""


@dataclass(frozen=True, slots=True)
class LockedDeliveries:
    """Deliveries of one company with their orders, by id: as they are under their locks."""

    company: Company
    orders: dict[int, Order]
    deliveries: list[Delivery]


def lock_deliveries(delivery_ids: Collection[int]) -> list[Delivery]:
    """Lock these deliveries and return them as they are now. Their lines change only under this lock.

    Raises NotFound, SeveralCompanies.
    """
    deliveries = lock_rows(Delivery, delivery_ids, Rank.DELIVERY)
    require_one_company(deliveries)
    return deliveries


def lock_deliveries_with_orders(delivery_ids: Collection[int]) -> LockedDeliveries | None:
    """Lock the orders of these deliveries, then the deliveries: for everything that moves an order's quantities.

    None without deliveries. Three statements. Raises NotFound, SeveralCompanies.
    """
    wanted = set(delivery_ids)
    if not wanted:
        return None
    companies = list(Company.objects.raw(_OWNERS, [sorted(wanted)]))
    if sum(company.delivery_count for company in companies) != len(wanted):  # type: ignore[attr-defined]
        raise NotFound("delivery not found.")
    if len(companies) > 1:
        raise SeveralCompanies(ONE_COMPANY)
    (company,) = companies
    orders = {order.pk: order for order in lock_orders(company.order_ids)}  # type: ignore[attr-defined]
    return LockedDeliveries(company, orders, lock_deliveries(wanted))


def lock_returns(return_ids: Collection[int]) -> list[Return]:
    """Lock these returns. Raises NotFound, SeveralCompanies."""
    returns = lock_rows(Return, return_ids, Rank.RETURN)
    require_one_company(returns)
    return returns


def require_one_company(documents: Iterable[Document]) -> None:
    """Raises SeveralCompanies."""
    if len({document.company_id for document in documents}) > 1:
        raise SeveralCompanies(ONE_COMPANY)


def company_of(documents: Collection[Document]) -> Company:
    """The one company of locked documents. One query."""
    return Company.objects.get(pk=next(iter(documents)).company_id)
