"""The verbs of rebates: agree, accrue, settle."""

from rebates.services.accruing import accrue_invoices
from rebates.services.agreements import activate_agreement, change_agreement, change_expected_rate, create_agreement
from rebates.services.settling import settle_agreement

__all__ = [
    "accrue_invoices",
    "activate_agreement",
    "change_agreement",
    "change_expected_rate",
    "create_agreement",
    "settle_agreement",
]
