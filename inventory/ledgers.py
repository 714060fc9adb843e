"""Inventory's guarded ledgers: the promising bucket, the expected receipt, the bin."""

from collections.abc import Mapping
from decimal import Decimal

from core.ledger import Guard, Ledger, Total
from core.locks import Rank
from inventory.models import BinMovement, BinStock, ReceiptMovement, ReceiptTotal, StockBucket, StockMovement


def _check_bucket(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    if total.facts["negative_allowed"]:
        return "More would be un-pegged than is pegged." if after["pegged"] < 0 else None
    if after["on_hand"] < 0:
        return f"Only {total.balances['on_hand'].normalize():f} on hand."
    if after["pegged"] < 0 or after["pegged"] > after["on_hand"]:
        return f"Only {(total.balances['on_hand'] - total.balances['pegged']).normalize():f} free to promise."
    return None


def _check_receipt(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    if after["open"] < 0:
        return f"Only {total.balances['open'].normalize():f} still to come."
    if after["pegged"] < 0 or after["pegged"] > after["open"]:
        free = total.balances["open"] - total.balances["pegged"]
        return f"Only {free.normalize():f} of this receipt is free to promise."
    return None


def _check_bin(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    if total.facts["negative_allowed"]:
        return None
    if after["quantity"] < 0:
        return f"Only {total.balances['quantity'].normalize():f} in the bin."
    if after["assigned"] < 0 or after["assigned"] > after["quantity"]:
        free = total.balances["quantity"] - total.balances["assigned"]
        return f"Only {free.normalize():f} in the bin is not assigned yet."
    return None


STOCK = Ledger(
    name="stock",
    total=StockBucket,
    movement=StockMovement,
    key=("company_id", "warehouse_id", "product_id"),
    balances=("on_hand", "pegged", "value"),
    facts=("negative_allowed",),
    rank=Rank.BUCKET_TOTAL,
    check=_check_bucket,
)

RECEIPTS = Ledger(
    name="receipt",
    total=ReceiptTotal,
    movement=ReceiptMovement,
    key=("company_id", "supply_line_id"),
    balances=("open", "pegged"),
    rank=Rank.RECEIPT_TOTAL,
    check=_check_receipt,
)

BINS = Ledger(
    name="bin",
    total=BinStock,
    movement=BinMovement,
    key=("company_id", "bin_id", "product_id"),
    balances=("quantity", "assigned"),
    facts=("negative_allowed",),
    rank=Rank.BIN_TOTAL,
    check=_check_bin,
)
