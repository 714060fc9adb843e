"""What must hold across rooms: the views of its invariants migration, with their sentences. Each room has its own."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I10",
        "Every effect happened once",
        "No idempotency key, import key, provider event, posting source or ledger movement is there twice.",
        "site_i10_duplicate_effects",
    ),
    Invariant(
        "I14",
        "Documents moved only along their life cycles",
        "Every recorded transition is allowed, continues the one before, and ends where the document stands.",
        "site_i14_transitions",
    ),
    Invariant(
        "I15",
        "Who asked did not approve",
        "No hold for credit, price or address was released by the person for whose order it was set.",
        "site_i15_maker_is_checker",
    ),
    Invariant(
        "I16",
        "Companies do not mix",
        "No document, line, stock or posting of one company leans on one of another.",
        "site_i16_across_companies",
    ),
    Invariant(
        "I17",
        "Rows are as their history says",
        "Every row of master data and documents is what its last recorded state was; none came or went unrecorded.",
        "site_i17_rows_past_history",
    ),
    Invariant(
        "I17",
        "Facts name their command",
        "Every movement, event and application belongs to a command of the log.",
        "site_i17_rows_past_commands",
    ),
    Invariant(
        "I17",
        "The guards are in place",
        "Every append-only table refuses changes, and every tracked table records them, by enabled triggers.",
        "site_i17_guards_missing",
    ),
    Invariant(
        "I18",
        "Credit exposures follow from documents",
        "Each account's exposure is what its orders, deliveries, invoices and payments add up to.",
        "site_i18_credit_exposure",
    ),
)
