"""The door for providers' messages: genuine, fresh, small, and stored before anything is done with them."""

from collections.abc import Mapping
from datetime import datetime

from core.system import system_user
from payments.errors import WebhookRefused
from payments.gateways import gateway
from payments.services.provider import store_provider_event

LARGEST_BODY = 65_536  # bytes; a provider's message about one payment has some hundreds


def take_webhook(*, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Keep a provider's message and have a worker act on it; says whether it was new.

    Nothing is believed but the signature: the payment is fetched from the provider afterwards. Takes one short
    transaction, so the provider has its answer at once. Raises UnknownGateway, WebhookRefused.
    """
    source = gateway(provider)
    if len(body) > LARGEST_BODY:
        raise WebhookRefused("This message is too large.")
    source.require_genuine(headers, body, now=now)
    return store_provider_event(message=source.read_message(body), actor=system_user())
