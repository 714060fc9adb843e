"""What must always hold in stock and supply: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I1",
        "Stock totals are in bounds",
        "Nothing is below zero or promised beyond what is there or to come, but where a warehouse allows it.",
        "inventory_i1_totals_in_bounds",
    ),
    Invariant(
        "I2",
        "Promised totals are the sum of pegs",
        "What a bucket or receipt says is promised of it is what open promises lean on it.",
        "inventory_i2_pegged_totals",
    ),
    Invariant(
        "I2",
        "Promises lean on supply as a whole",
        "Every promise leans on supply of its own warehouse for all that has still to leave; an ended one on none.",
        "inventory_i2_commitments",
    ),
    Invariant(
        "I3",
        "Stock totals are the sum of their movements",
        "On hand, promised and value of each bucket, receipt and bin are what its movements add up to.",
        "inventory_i3_movements",
    ),
    Invariant(
        "I3",
        "Bins add up to the bucket",
        "The sellable bins of a warehouse hold, per product, exactly what the bucket says is on hand.",
        "inventory_i3_bins_fill_buckets",
    ),
    Invariant(
        "I3",
        "Inbound lines follow from receipts",
        "What an inbound line says was received, and is still to come, is what its receipts say.",
        "inventory_i3_supply_lines",
    ),
    Invariant(
        "I7",
        "Stock value equals its control account",
        "Per company the value of all buckets equals the stock accounts of the ledger.",
        "inventory_i7_stock_value",
    ),
    Invariant(
        "I7",
        "Goods received equal their control account",
        "Per company what was received and not invoiced equals its account in the ledger.",
        "inventory_i7_goods_received",
    ),
)
