"""The verbs of billing. Import from here."""

from billing.services.invoicing import invoice_deliveries, invoice_orders
from billing.services.locking import lock_invoices
from billing.services.payment_state import refresh_payment_state

__all__ = [
    "invoice_deliveries",
    "invoice_orders",
    "lock_invoices",
    "refresh_payment_state",
]
