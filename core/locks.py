"""Locking rows, in id order and noted in the registry: the one place that locks documents."""

from collections.abc import Collection
from functools import lru_cache
from typing import TypeVar

from django.db import models

from core.errors import NotFound
from core.locks_registry import LockOrderError, LockRegistry, Rank
from core.runs import current_run

__all__ = ["LockOrderError", "LockRegistry", "Rank", "lock_rows", "require_locked"]

ModelT = TypeVar("ModelT", bound=models.Model)


def lock_rows(model: type[ModelT], ids: Collection[int], rank: Rank) -> list[ModelT]:
    """Lock these rows in id order and return them as they are now, never a queryset: a lazy one locks nothing.

    Takes ``FOR NO KEY UPDATE``, so foreign keys of others stay free. Raises NotFound when a row is missing.
    """
    wanted = sorted(set(ids))
    rows: list[ModelT] = list(model._default_manager.raw(_locking(model), [wanted])) if wanted else []
    if len(rows) != len(wanted):
        raise NotFound(f"{model._meta.verbose_name} not found.")
    current_run().locks.take(rank, model._meta.db_table, wanted)
    return rows


@lru_cache(maxsize=128)
def _locking(model: type[models.Model]) -> str:
    """Kept as text: putting the same queryset together at every lock costs more than the lock itself."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE'  # noqa: S608


def require_locked(model: type[models.Model], ids: Collection[int]) -> None:
    """Assert that the caller has locked these rows; a guard on a row that is not locked proves nothing."""
    assert current_run().locks.holds(model._meta.db_table, ids), f"{model._meta.db_table} must be locked by the caller"
