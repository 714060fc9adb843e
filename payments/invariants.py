"""What must always hold of payments: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I10",
        "A payment has its effect once",
        "Every received payment has one ledger entry and one open item over its amount; a pending one has none.",
        "payments_i10_effects",
    ),
    Invariant(
        "I10",
        "A provider's message is stored once",
        "No provider's message is stored twice, and no provider's payment is booked twice.",
        "payments_i10_provider_events",
    ),
)
