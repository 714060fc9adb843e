"""Locking orders: always first, always in id order, always all of one company."""

from collections.abc import Collection

from core.locks import Rank, lock_rows
from core.models import Company
from orders.errors import MixedCompanies
from orders.models import Order


def lock_orders(order_ids: Collection[int]) -> list[Order]:
    """Lock these orders' headers in id order and return them as they are now (docs/locking.md, rank ORDER).

    A line, schedule line or hold of an order changes only under this lock.

    Raises:
        NotFound: an order does not exist.
        MixedCompanies: the orders belong to more than one company.
    """
    orders = lock_rows(Order, order_ids, Rank.ORDER)
    if len({order.company_id for order in orders}) > 1:
        raise MixedCompanies("These orders belong to different companies. Choose orders of one company.")
    return orders


def company_of(orders: Collection[Order]) -> Company:
    """The one company of locked orders. One query."""
    return load_company(next(iter(orders)).company_id)


def load_company(company_id: int) -> Company:
    """A company that is there. One query."""
    return Company.objects.raw("SELECT * FROM core_company WHERE id = %s", [company_id])[0]
