"""What must always hold of invoices: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I5",
        "Nothing is billed beyond what was shipped",
        "Per order line what was billed and not credited lies within what was shipped and kept, or is due for credit;"
        " of services and orders paid in advance within what was ordered.",
        "billing_i5_billed_beyond_shipped",
    ),
    Invariant(
        "I5",
        "Billed quantities are those of the invoices",
        "The invoiced and credited quantities of order lines and delivery lines are the sums of the posted lines.",
        "billing_i5_billed_recounted",
    ),
    Invariant(
        "I7",
        "Invoices equal the ledger",
        "Every posted invoice and credit note has its amount on the receivable account and as its open item.",
        "billing_i7_invoice_ledger",
    ),
    Invariant(
        "I9",
        "Invoice numbers have no gaps",
        "Per company and series the numbers of invoices and of credit notes run from 1 to the counter without a gap.",
        "billing_i9_invoice_numbers",
    ),
    Invariant(
        "I11",
        "Lines, tax groups and totals are the same amounts",
        "Per invoice and tax group the lines sum to the group, the groups to the totals, and tax is rate times base.",
        "billing_i11_totals",
    ),
)
