"""What every payment provider must offer. An adapter is the only place that knows a provider's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from moneyed import Money

ProviderState = Literal["pending", "succeeded", "failed", "refunded"]


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """Ask a provider for money. ``reference`` is ours, made before the call: asking twice is asking once."""

    reference: str
    amount: Money
    company_id: int
    account_id: int
    order_id: int | None = None
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider knows it now. ``changed_at`` is when it came into this state.

    Company, account, order and invoice are what we gave it along; None when the payment was not started by us.
    """

    provider: str
    reference: str
    state: ProviderState
    amount: Money
    changed_at: datetime
    company_id: int | None = None
    account_id: int | None = None
    order_id: int | None = None
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderMessage:
    """A message of a provider, as little of it as we believe: its id, what it is about, and the raw text to keep."""

    provider: str
    event_id: str
    kind: str
    reference: str
    payload: Mapping[str, Any]


class Gateway(Protocol):
    """An adapter. None of its methods is called inside a transaction: each may cross a network."""

    name: str

    def create_payment(self, request: PaymentRequest) -> ProviderPayment:
        """Ask for the money; the same reference again gives the same payment."""

    def fetch_payment(self, reference: str) -> ProviderPayment | None:
        """The payment as it is now, or None. Asked at every message, so the order of messages does not matter."""

    def require_genuine(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Check signature and age of a message. Raises WebhookRefused."""

    def read_message(self, body: bytes) -> ProviderMessage:
        """What the message says. Raises WebhookRefused when it is not one."""
