"""Read and lock what promising decides on: buckets, expected receipts, commitments and their pegs.

Whoever changes a bucket's or a receipt's balance, or the pegs on them, holds the lock of the bucket (company,
warehouse, product) first; so everything read after that lock stays as it is until the commit. Each function is one or
two statements.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from core.ledger import Key, Total
from core.locks import Rank
from core.runs import current_run
from inventory.ledgers import STOCK
from inventory.models import Commitment as CommitmentRow
from inventory.models import ReceiptTotal
from inventory.places import Place, WarehouseFacts
from inventory.promising.types import Commitment, Peg, SupplyKey, SupplySlice

_RECEIPTS = """
    SELECT t.id, t.company_id, t.supply_line_id, t.open, t.pegged, l.product_id, l.warehouse_id, l.expected_on, o.number
    FROM inventory_supplyline l
    JOIN inventory_receipttotal t ON t.supply_line_id = l.id
    JOIN inventory_supplyorder o ON o.id = l.order_id
    WHERE l.is_open AND t.open > 0
      AND (l.warehouse_id, l.product_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
    ORDER BY t.id
"""

_COMMITMENTS = """
    SELECT c.id, c.product_id, c.warehouse_id, c.company_id, c.kind, c.status, c.quantity, c.fulfilled, c.ship_on,
           c.wanted_on, c.reference, c.expires_at, p.id, p.bucket_id, p.receipt_id, p.quantity, l.expected_on
    FROM inventory_commitment c
    LEFT JOIN inventory_peg p ON p.commitment_id = c.id
    LEFT JOIN inventory_receipttotal t ON t.id = p.receipt_id
    LEFT JOIN inventory_supplyline l ON l.id = t.supply_line_id
    WHERE {which}
    ORDER BY c.id, p.id
"""


@dataclass(frozen=True, slots=True)
class ExpectedReceipt:
    """An expected receipt with its balances, as it stands under the lock of its bucket."""

    total: Total
    product_id: int
    warehouse_id: int
    expected_on: date
    number: str

    @property
    def place(self) -> Place:
        """Its bucket."""
        return self.warehouse_id, self.product_id


@dataclass(frozen=True, slots=True)
class StoredPeg:
    """One peg as it is stored. ``available_on`` is the expected day of a receipt, the first of all days for stock."""

    id: int
    commitment_id: int
    key: SupplyKey
    quantity: Decimal
    available_on: date = date.min


@dataclass(frozen=True, slots=True)
class StoredCommitment:
    """One commitment as it is stored, with its pegs."""

    id: int
    product_id: int
    warehouse_id: int
    company_id: int
    kind: str
    status: str
    quantity: Decimal
    fulfilled: Decimal
    ship_on: date
    wanted_on: date
    reference: str
    expires_at: datetime | None
    pegs: tuple[StoredPeg, ...] = ()

    @property
    def open(self) -> Decimal:
        """What still has to leave: the sum of its pegs while it is active."""
        return self.quantity - self.fulfilled if self.status == CommitmentRow.Status.ACTIVE else Decimal(0)

    @property
    def place(self) -> Place:
        """The bucket in which it stands."""
        return self.warehouse_id, self.product_id

    def for_engine(self) -> Commitment:
        """As the re-pegging engine takes it."""
        pegs = tuple(Peg(peg.key, peg.quantity, peg.available_on) for peg in self.pegs)
        return Commitment(self.id, self.product_id, self.warehouse_id, self.open, self.ship_on, pegs)


def lock_buckets(
    company_id: int, places: Iterable[Place], warehouses: Mapping[int, WarehouseFacts] | None = None
) -> dict[Place, Total]:
    """Lock the promising buckets in one sorted statement, creating missing ones, and return them by place.

    ``warehouses`` say whether a new bucket may go below zero; without them every bucket must exist already or may not.
    """
    keys: list[Key] = [(company_id, warehouse_id, product_id) for warehouse_id, product_id in sorted(set(places))]
    opening = None
    if warehouses is not None:
        opening = {key: {"negative_allowed": warehouses[key[1]].negative_allowed} for key in keys}
    return {(key[1], key[2]): total for key, total in STOCK.lock(keys, opening=opening).items()}


def lock_receipts(places: Iterable[Place]) -> list[ExpectedReceipt]:
    """Lock every open receipt of these buckets, in id order, in one statement. The caller holds the buckets' locks.

    Under those nobody else can change a receipt, so this waits for nobody; it is a backstop, not the mutex.
    """
    found = _read_receipts(places, " FOR NO KEY UPDATE OF t")
    current_run().locks.take(Rank.RECEIPT_TOTAL, ReceiptTotal._meta.db_table, [receipt.total.id for receipt in found])
    return found


def open_receipts(places: Iterable[Place]) -> list[ExpectedReceipt]:
    """Every open receipt of these buckets as it is now, without a lock; one statement."""
    return _read_receipts(places, "")


def _read_receipts(places: Iterable[Place], locking: str) -> list[ExpectedReceipt]:
    wanted = sorted(set(places))
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS + locking, [[place[0] for place in wanted], [place[1] for place in wanted]])
        return [
            ExpectedReceipt(
                Total(row[0], (row[1], row[2]), {"open": row[3], "pegged": row[4]}, {}),
                row[5],
                row[6],
                row[7],
                row[8] or "",
            )
            for row in cursor.fetchall()
        ]


def commitments_by_id(ids: Collection[int]) -> dict[int, StoredCommitment]:
    """These commitments with their pegs, in one statement."""
    return {row.id: row for row in _read_commitments("c.id = ANY(%s)", [sorted(set(ids))])}


def commitments_in(places: Iterable[Place]) -> list[StoredCommitment]:
    """Every active commitment of these buckets with its pegs, in one statement, by id."""
    wanted = sorted(set(places))
    return _read_commitments(
        "c.status = 'active' AND (c.warehouse_id, c.product_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
        [[place[0] for place in wanted], [place[1] for place in wanted]],
    )


def commitments_on_receipts(receipt_ids: Collection[int]) -> list[StoredCommitment]:
    """Every commitment that leans on one of these receipts, with all its pegs, in one statement, by id."""
    return _read_commitments(
        "c.id IN (SELECT commitment_id FROM inventory_peg WHERE receipt_id = ANY(%s))", [sorted(set(receipt_ids))]
    )


def _read_commitments(which: str, parameters: list[Any]) -> list[StoredCommitment]:
    facts: dict[int, tuple[Any, ...]] = {}
    pegs: dict[int, list[StoredPeg]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COMMITMENTS.format(which=which), parameters)
        for row in cursor.fetchall():
            facts.setdefault(row[0], row[:12])
            own = pegs.setdefault(row[0], [])
            peg_id, bucket_id, receipt_id, quantity, expected_on = row[12:]
            if peg_id is not None:
                key: SupplyKey = ("bucket", bucket_id) if bucket_id is not None else ("receipt", receipt_id)
                own.append(StoredPeg(peg_id, row[0], key, quantity, expected_on or date.min))
    return [StoredCommitment(*(*row, tuple(pegs[number]))) for number, row in facts.items()]


def free_slices(buckets: Mapping[Place, Total], receipts: Iterable[ExpectedReceipt], *, on: date) -> list[SupplySlice]:
    """What no promise leans on yet: on hand, and every receipt, one that is overdue counted as of ``on``."""
    return [
        *(
            SupplySlice(
                ("bucket", total.id),
                product_id,
                warehouse_id,
                date.min,
                total.balances["on_hand"] - total.balances["pegged"],
            )
            for (warehouse_id, product_id), total in buckets.items()
        ),
        *(
            receipt_slice(receipt, receipt.total.balances["open"] - receipt.total.balances["pegged"], on=on)
            for receipt in receipts
        ),
    ]


def receipt_slice(receipt: ExpectedReceipt, free: Decimal, *, on: date) -> SupplySlice:
    """An expected receipt as supply. What should have come already can come today at the earliest."""
    return SupplySlice(
        ("receipt", receipt.total.id),
        receipt.product_id,
        receipt.warehouse_id,
        max(receipt.expected_on, on),
        free,
        name=receipt.number,
    )
