"""What must always hold in master data: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I1",
        "Coupon uses are within their limits",
        "Every count of a coupon's uses is the sum of its movements, and within the limit that the coupon has now.",
        "catalog_i1_coupon_uses",
    ),
    Invariant(
        "I1",
        "Coupon uses of accounts make the whole",
        "The uses of a coupon by all accounts add up to its uses in all.",
        "catalog_i1_coupon_accounts",
    ),
    Invariant(
        "I12",
        "Prices do not overlap",
        "For one key there is at most one price or discount on any day.",
        "catalog_i12_conditions_do_not_overlap",
    ),
    Invariant(
        "I12",
        "Tax rates do not overlap",
        "For one company, tax category and tax class there is at most one rate on any day.",
        "catalog_i12_tax_rates_do_not_overlap",
    ),
)
