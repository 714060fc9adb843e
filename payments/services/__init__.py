"""The verbs of payments: receive, apply, reverse, and carry out what a provider says."""

from payments.services.applying import apply_payment, settle_items
from payments.services.receiving import receive_payments
from payments.services.reversing import reverse_payment

__all__ = ["apply_payment", "receive_payments", "reverse_payment", "settle_items"]
