"""The local gateway: a provider that runs offline, with the same contract as a real one.

Its side of the world is two tables (``payments.models.simulator``). Its messages wait until somebody delivers them, so
that tests and the simulator page decide about delays, duplicates and disorder.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.utils.crypto import salted_hmac

from payments.errors import WebhookRefused
from payments.gateways.contract import PaymentRequest, ProviderMessage, ProviderPayment, ProviderState
from payments.gateways.signatures import require_signature, sign
from payments.models import SimulatedCall, SimulatedPayment

SIGNATURE_HEADER = "Kept-Signature"
LONGEST = 80  # characters of ids and references


class LocalGateway:
    """Simulates a provider. A message names its payment and nothing that we would believe without asking."""

    name = "local"

    def create_payment(self, request: PaymentRequest) -> ProviderPayment:
        """Start a payment in the simulator; the same reference again gives the same payment."""
        row, _ = SimulatedPayment.objects.get_or_create(
            reference=request.reference,
            defaults={
                "currency": request.amount.currency.code,
                "amount": request.amount,
                "company_id": request.company_id,
                "account_id": request.account_id,
                "order_id": request.order_id,
                "invoice_id": request.invoice_id,
            },
        )
        return self._payment(row)

    def fetch_payment(self, reference: str) -> ProviderPayment | None:
        """The simulated payment as it is now."""
        row = SimulatedPayment.objects.filter(reference=reference).first()
        return None if row is None else self._payment(row)

    def require_genuine(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Check the signature that the simulator's secret makes. Raises WebhookRefused."""
        require_signature(headers.get(SIGNATURE_HEADER, ""), body, secret=webhook_secret(), now=now)

    def read_message(self, body: bytes) -> ProviderMessage:
        """What the message says. Raises WebhookRefused."""
        payload = read_json(body)
        event_id, kind, reference = (payload.get(name) for name in ("id", "kind", "payment"))
        for value in (event_id, kind, reference):
            if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
                raise WebhookRefused("This message does not say what it is about.")
        return ProviderMessage(self.name, cast(str, event_id), cast(str, kind)[:40], cast(str, reference), payload)

    def message(self, call: SimulatedCall, *, now: datetime) -> tuple[dict[str, str], bytes]:
        """A waiting message as it goes over the wire: its headers and its body."""
        body = json.dumps({"id": call.event_id, "kind": call.kind, "payment": call.payment.reference}).encode()
        return {SIGNATURE_HEADER: sign(body, secret=webhook_secret(), at=now)}, body

    def _payment(self, row: SimulatedPayment) -> ProviderPayment:
        return ProviderPayment(
            provider=self.name,
            reference=row.reference,
            state=cast(ProviderState, row.state),
            amount=row.amount,
            changed_at=row.changed_at,
            company_id=row.company_id,
            account_id=row.account_id,
            order_id=row.order_id,
            invoice_id=row.invoice_id,
        )


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object that can be stored: no NaN, no NUL, no half characters, no bottomless nesting.

    Raises WebhookRefused.
    """
    try:
        payload = json.loads(body.decode("utf-8"), parse_float=str, parse_constant=_refuse_constant)
        unstorable = b"\\u0000" in json.dumps(payload, ensure_ascii=False).encode("utf-8")  # halves do not encode
    except (ValueError, RecursionError) as error:
        raise WebhookRefused("This message is not readable as JSON.") from error
    if not isinstance(payload, dict) or unstorable:
        raise WebhookRefused("This message is not readable as JSON.")
    return payload


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def webhook_secret() -> bytes:
    """Derived from the installation's key: nobody outside can sign for the simulator."""
    return salted_hmac("kept.local-gateway", "webhook", secret=settings.SECRET_KEY, algorithm="sha256").digest()
