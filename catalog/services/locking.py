"""Lock master data before it is looked at: rows in id order, and with them every row that a new parent leads to."""

from collections.abc import Collection

from django.db import connection

from catalog.models import Account, ConditionRecord, Coupon, Product, TaxRate
from core.locks import Rank, lock_rows

LINKS = {Product: "replaced_by_id", Account: "parent_id"}


def lock_products(ids: Collection[int]) -> list[Product]:
    """Lock these products. Raises NotFound."""
    return lock_rows(Product, ids, Rank.MASTER_DATA)


def lock_accounts(ids: Collection[int]) -> list[Account]:
    """Lock these accounts. Raises NotFound."""
    return lock_rows(Account, ids, Rank.MASTER_DATA)


def lock_conditions(ids: Collection[int]) -> list[ConditionRecord]:
    """Lock these prices and discounts. Raises NotFound."""
    return lock_rows(ConditionRecord, ids, Rank.MASTER_DATA)


def lock_tax_rates(ids: Collection[int]) -> list[TaxRate]:
    """Lock these tax rates. Raises NotFound."""
    return lock_rows(TaxRate, ids, Rank.MASTER_DATA)


def lock_coupon(coupon_id: int) -> Coupon:
    """Lock a coupon against another change of its limits. Raises NotFound."""
    return lock_rows(Coupon, [coupon_id], Rank.MASTER_DATA)[0]


def lock_with_chain(model: type[Product] | type[Account], row_id: int, next_id: int | None) -> tuple[int, ...]:
    """Lock a row and everything that ``next_id`` leads to, and return that chain as it is under the locks.

    Two links that would only together make a circle lock a row in common, so the second one sees the first.
    """
    before = _chain(model, next_id)
    lock_rows(model, {row_id, *before}, Rank.MASTER_DATA)
    return _chain(model, next_id)


def _chain(model: type[Product] | type[Account], start: int | None) -> tuple[int, ...]:
    """The row and all that it leads to. UNION leaves out what was seen, so that it ends even in a circle."""
    if start is None:
        return ()
    table, link = model._meta.db_table, LINKS[model]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE chain(id) AS (SELECT id FROM {table} WHERE id = %s UNION"  # noqa: S608 - names of models
            f" SELECT t.{link} FROM {table} t JOIN chain c ON t.id = c.id WHERE t.{link} IS NOT NULL)"
            " SELECT id FROM chain",
            [start],
        )
        return tuple(row[0] for row in cursor.fetchall())
