"""Driving the local gateway: what the simulated provider decides, and which of its messages arrive, when, how often."""

import uuid
from datetime import UTC, datetime

from django.db.models import F
from django.db.models.functions import Now

from core.commands import command
from core.errors import NotFound
from core.models import User
from payments.errors import PaymentRefused
from payments.gateways import LocalGateway
from payments.models import SimulatedCall, SimulatedPayment
from payments.webhooks import take_webhook

State = SimulatedPayment.State
MOVES = {
    State.SUCCEEDED: (State.PENDING, State.FAILED),
    State.FAILED: (State.PENDING,),
    State.REFUNDED: (State.SUCCEEDED,),
}


@command(permission="payments.receive_payment")
def simulate_outcome(*, reference: str, outcome: str, actor: User) -> str:
    """Have the simulated provider take, refuse or refund a payment; its message waits. Returns the message's id.

    Raises NotFound, PaymentRefused when the provider would not do that now.
    """
    if outcome not in MOVES:
        raise PaymentRefused("The simulator knows no such outcome.")
    moved = SimulatedPayment.objects.filter(reference=reference, state__in=MOVES[State(outcome)]).update(
        state=outcome, changed_at=Now()
    )
    payment = SimulatedPayment.objects.filter(reference=reference).first()
    if payment is None:
        raise NotFound("The simulated provider knows no such payment.")
    if not moved:
        raise PaymentRefused(
            f"The simulated payment is {payment.get_state_display().lower()}; it cannot become {outcome}."
        )
    call = SimulatedCall.objects.create(payment=payment, event_id=f"evt-{uuid.uuid4().hex}", kind=f"payment.{outcome}")
    return call.event_id


def deliver_call(*, event_id: str, now: datetime | None = None) -> bool:
    """Bring a waiting message to our own webhook, signed, as a provider would; says whether it was new there.

    May be done again and in any order. Raises NotFound, WebhookRefused.
    """
    call = SimulatedCall.objects.select_related("payment").filter(event_id=event_id).first()
    if call is None:
        raise NotFound("The simulated provider has no such message.")
    at = now or datetime.now(UTC)
    headers, body = LocalGateway().message(call, now=at)
    is_new = take_webhook(provider=LocalGateway.name, headers=headers, body=body, now=datetime.now(UTC))
    SimulatedCall.objects.filter(pk=call.pk).update(delivered_count=F("delivered_count") + 1)
    return is_new
