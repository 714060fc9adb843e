"""The one lock order of the system, kept in a registry per transaction and asserted at every lock (docs/locking.md).

Whoever locks says so here, and a lock out of order is a programmer error: it would become a deadlock under load, so it
fails at the first single-user run instead.
"""

from collections.abc import Collection, Sequence
from enum import IntEnum


class Rank(IntEnum):
    """What may be locked after what; equal ranks only with ids ascending (docs/locking.md)."""

    IDEMPOTENCY = 0
    MASTER_DATA = 5
    SUPPLY = 8
    COUNT = 9
    CONTRACT = 10
    QUOTE = 11
    ORDER = 12
    DELIVERY = 13
    RETURN = 14
    INVOICE = 15
    PAYMENT = 16
    REBATE_AGREEMENT = 17
    OPEN_ITEM = 18
    CREDIT_TOTAL = 20
    CONTRACT_TOTAL = 21
    PROMOTION_TOTAL = 22
    BUCKET_TOTAL = 24
    RECEIPT_TOTAL = 25
    BIN_TOTAL = 26
    REBATE_TOTAL = 27
    JOURNAL = 30
    COUNTER = 40


class LockOrderError(AssertionError):
    """A lock was taken against the one order: a programmer error that would deadlock under load."""


class LockRegistry:
    """What one transaction has locked so far. Belongs to a command run; a new transaction starts with an empty one."""

    def __init__(self) -> None:
        self._highest: Rank | None = None
        self._held: dict[tuple[Rank, str], set[int]] = {}

    def holds(self, table: str, ids: Collection[int]) -> bool:
        """Whether every row of ``ids`` in ``table`` is locked by this transaction."""
        held: set[int] = set().union(*(rows for (_, name), rows in self._held.items() if name == table))
        return held.issuperset(ids)

    def take(self, rank: Rank, table: str, ids: Sequence[int]) -> None:
        """Record that the rows are locked now.

        Raises LockOrderError when the order is broken; re-locking a held row is free.
        """
        held = self._held.setdefault((rank, table), set())
        fresh = [row_id for row_id in ids if row_id not in held]
        if not fresh:
            return
        if self._highest is not None and rank < self._highest:
            raise LockOrderError(f"{rank.name} ({table}) locked after {self._highest.name}")
        if fresh != sorted(fresh) or (held and fresh[0] < max(held)):
            raise LockOrderError(f"{table} locked out of id order: {fresh[:5]} after {max(held, default=None)}")
        held.update(fresh)
        self._highest = rank
