"""What payments does when lower rooms tell it something. A handler locks no documents: the outbox carries the rest."""

from billing.events import InvoicesPosted
from core import outbox
from core.cases import open_cases
from core.models import User
from orders.events import OrdersCancelled
from orders.models import Order
from orders.states import OrderStatus
from payments.models import Payment
from payments.services.advances import orders_with_advances
from payments.services.receiving import cancelled_order_case
from payments.states import PaymentStatus


def carry_advances(event: InvoicesPosted) -> None:
    """Have money that was paid in advance set against the invoices of its order."""
    invoice_ids = sorted(orders_with_advances(event.invoice_ids))
    if invoice_ids:
        payload = {"company_id": event.company_id, "invoice_ids": invoice_ids}
        outbox.emit("payments.apply_advances", [payload], queue="documents")


def note_cancelled_orders(event: OrdersCancelled) -> None:
    """Put money that had come in for an order on finance's desk when the order is cancelled. Two queries."""
    cancelled = dict(
        Order.objects.filter(pk__in=event.order_ids, status=OrderStatus.CANCELLED).values_list("pk", "number")
    )
    payments = Payment.objects.filter(order__in=cancelled, status=PaymentStatus.RECEIVED)
    open_cases(
        cases=[cancelled_order_case(payment, cancelled[payment.order_id or 0]) for payment in payments],
        actor=User.objects.get(pk=event.actor_id),
    )
