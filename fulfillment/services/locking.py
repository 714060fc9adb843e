"""Locking deliveries and returns: orders first, then deliveries, then returns, each in id order (data-model.md 6)."""

from collections.abc import Collection, Iterable

from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import Company, Document
from fulfillment.errors import SeveralCompanies
from fulfillment.models import Delivery, Return
from orders.services import lock_orders


def lock_deliveries(delivery_ids: Collection[int]) -> list[Delivery]:
    """Lock these deliveries and return them as they are now. Their lines change only under this lock.

    Raises NotFound, SeveralCompanies.
    """
    deliveries = lock_rows(Delivery, delivery_ids, Rank.DELIVERY)
    require_one_company(deliveries)
    return deliveries


def lock_deliveries_with_orders(delivery_ids: Collection[int]) -> list[Delivery]:
    """Lock the orders of these deliveries, then the deliveries: for everything that moves an order's quantities."""
    rows = dict(Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", "order_id"))
    if len(rows) != len(set(delivery_ids)):
        raise NotFound("delivery not found.")
    lock_orders(set(rows.values()))
    return lock_deliveries(delivery_ids)


def lock_returns(return_ids: Collection[int]) -> list[Return]:
    """Lock these returns. Raises NotFound, SeveralCompanies."""
    returns = lock_rows(Return, return_ids, Rank.RETURN)
    require_one_company(returns)
    return returns


def require_one_company(documents: Iterable[Document]) -> None:
    """Raises SeveralCompanies."""
    if len({document.company_id for document in documents}) > 1:
        raise SeveralCompanies("These documents belong to different companies. Choose documents of one company.")


def company_of(documents: Collection[Document]) -> Company:
    """The one company of locked documents. One query."""
    return Company.objects.get(pk=next(iter(documents)).company_id)
