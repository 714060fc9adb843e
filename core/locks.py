"""Locking rows, in id order and noted in the registry: the one place that spells ``select_for_update``."""

from collections.abc import Collection
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
    manager: models.Manager[ModelT] = model._default_manager
    rows = list(manager.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted):
        raise NotFound(f"{model._meta.verbose_name} not found.")
    current_run().locks.take(rank, model._meta.db_table, wanted)
    return rows


def require_locked(model: type[models.Model], ids: Collection[int]) -> None:
    """Assert that the caller has locked these rows; a guard on a row that is not locked proves nothing."""
    assert current_run().locks.holds(model._meta.db_table, ids), f"{model._meta.db_table} must be locked by the caller"
