"""The verbs of payments: receive, apply, reverse, and carry out what a provider says."""

from payments.services.advances import apply_advances
from payments.services.applying import apply_payment, settle_items
from payments.services.provider import follow_provider, request_payment, store_provider_event
from payments.services.receiving import receive_payments
from payments.services.reversing import reverse_payment

__all__ = [
    "apply_advances",
    "apply_payment",
    "follow_provider",
    "receive_payments",
    "request_payment",
    "reverse_payment",
    "settle_items",
    "store_provider_event",
]
