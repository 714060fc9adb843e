"""Every index pays for itself: none repeats the beginning of another, none finds the rows that a person touched."""

import pytest
from django.apps import apps
from django.db import connection, models

from core.models import User
from fulfillment.models import DeliveryLine
from orders.models import OrderLine, ScheduleLine

# A person's own rows are looked up by these; who touched a document is read from the document.
READ_BY_PERSON = {
    "core.CommandLog.actor",
    "core.ExceptionCase.owner",
    "catalog.AccountInCompany.salesperson",
    "quotes.Quote.salesperson",
    "orders.Order.salesperson",
    "analytics.SalesDay.salesperson",
}

REPEATED = """
WITH plain AS (
    SELECT i.indexrelid, i.indrelid, i.indisunique, i.indkey::text || ' ' AS columns, i.indnatts
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
     WHERE i.indpred IS NULL AND i.indexprs IS NULL AND c.relnamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) k(id) JOIN pg_opclass o ON o.oid = k.id
                        WHERE o.opcname LIKE '%%pattern_ops'))
SELECT less.indrelid::regclass::text, less.indexrelid::regclass::text, more.indexrelid::regclass::text
  FROM plain less
  JOIN plain more ON more.indrelid = less.indrelid AND more.indexrelid <> less.indexrelid
   AND more.columns LIKE less.columns || '%%'
 WHERE NOT less.indisunique AND less.indrelid::regclass::text = ANY(%s)
   AND (more.indnatts > less.indnatts OR more.indisunique OR more.indexrelid < less.indexrelid)
 ORDER BY 1, 2"""


def _own_models() -> list[type[models.Model]]:
    """Tables whose indexes are ours to choose: Django's and other libraries' own and their proxies are not."""
    foreign = ("django", "pghistory", "djmoney", "allauth")
    return [m for m in apps.get_models() if not m._meta.proxy and not m.__module__.startswith(foreign)]


def _history(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def test_no_index_repeats_the_beginning_of_another(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPEATED, [[model._meta.db_table for model in _own_models() if model is not User]])
        assert cursor.fetchall() == []


@pytest.mark.parametrize("model", [m for m in _own_models() if not _history(m)], ids=lambda m: m._meta.label)
def test_who_touched_a_row_is_not_indexed(model: type[models.Model]) -> None:
    people = {
        f"{model._meta.label}.{field.name}"
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model is User and field.db_index and not field.unique
    }

    assert people <= READ_BY_PERSON


@pytest.mark.parametrize("model", [OrderLine, ScheduleLine, DeliveryLine], ids=lambda m: m._meta.label)
def test_moving_a_line_on_touches_no_index(db: None, model: type[models.Model]) -> None:
    """What moves on is not indexed, and there is room beside it (PostgreSQL: a heap-only update)."""
    moving = {"shipped", "invoiced", "returned", "credited", "cancelled", "delivering", "picked", "is_picked", "cost"}
    indexed = {name for index in model._meta.indexes for name in index.fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [model._meta.db_table])
        options = cursor.fetchone()

    assert options == (["fillfactor=50"],)
    assert not moving & indexed
