"""What must always hold in the ledger: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I6",
        "Journal entries balance",
        "Every posted entry has two lines or more, balances exactly, and its lines carry its company and date.",
        "accounting_i6_unbalanced_entries",
    ),
    Invariant(
        "I7",
        "Receivables equal their control account",
        "Per company, account and currency the open receivables equal the control account, in both currencies.",
        "accounting_i7_receivable",
    ),
    Invariant(
        "I7",
        "Unapplied payments equal their control account",
        "Per company, account and currency what is unapplied equals the control account, in both currencies.",
        "accounting_i7_unapplied",
    ),
    Invariant(
        "I8",
        "Open amounts follow from applications",
        "What is open of each item is its amount less what was applied, in both currencies, and never beyond zero.",
        "accounting_i8_applications",
    ),
    Invariant(
        "I8",
        "Applications join items of one account",
        "Every application sets a counter-claim against a claim of the same account, company and currency.",
        "accounting_i8_application_partners",
    ),
    Invariant(
        "I9",
        "Journal numbers have no gaps",
        "Per company and series the numbers of journal entries run from 1 to the counter without a gap.",
        "accounting_i9_journal_numbers",
    ),
    Invariant(
        "I13",
        "Nothing is posted into a locked period",
        "Every posted entry lies in a period, and was posted before that period was locked.",
        "accounting_i13_locked_periods",
    ),
)
