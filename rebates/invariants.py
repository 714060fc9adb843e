"""What must always hold of rebates: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I7",
        "Rebates accrued equal their control account",
        "Per company, account and currency what agreements owe equals the control account, in both currencies.",
        "rebates_i7_accrual",
    ),
    Invariant(
        "I7",
        "Rebate totals follow from their movements",
        "What counts, is accrued, settled and owed under each agreement is the sum of its movements.",
        "rebates_i7_totals",
    ),
    Invariant(
        "I7",
        "Every invoice counts towards its agreements",
        "No posted invoice of an active agreement's account and period is missing among its movements.",
        "rebates_i7_missing_invoices",
    ),
    Invariant(
        "I9",
        "Settlement numbers have no gaps",
        "Per company and year the numbers of rebate settlements run from 1 to the counter without a gap.",
        "rebates_i9_settlement_numbers",
    ),
)
