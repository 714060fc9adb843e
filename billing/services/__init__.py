"""The verbs of billing. Import from here."""

from billing.services.crediting import credit_returns
from billing.services.invoicing import invoice_deliveries, invoice_orders, preview_invoices
from billing.services.locking import lock_invoices
from billing.services.payment_state import refresh_payment_state
from billing.services.reversing import reverse_invoice
from billing.services.values import charge_fees, credit_value

__all__ = [
    "charge_fees",
    "credit_returns",
    "credit_value",
    "invoice_deliveries",
    "invoice_orders",
    "lock_invoices",
    "preview_invoices",
    "refresh_payment_state",
    "reverse_invoice",
]
