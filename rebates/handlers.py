"""What rebates do when billing tells them something."""

from billing.events import InvoicesPosted
from core.models import User
from rebates.services import accrue_invoices


def accrue_for_invoices(event: InvoicesPosted) -> None:
    """Accrue what the invoices and credit notes earn, in their own transaction."""
    accrue_invoices(company_id=event.company_id, invoice_ids=event.invoice_ids, actor=User(pk=event.actor_id))
