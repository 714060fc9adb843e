"""Signatures of webhooks as the Standard Webhooks specification has them, and how their secrets are kept.

The signature is over ``id.timestamp.body``, so that neither can be changed, and an old message cannot be sent again as
a new one. During a rotation both secrets sign, and either signature is enough for the receiver.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.errors import DomainError

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300  # how far the sender's clock may be off, and how long a caught message can be played again


class SecretLost(DomainError):
    """No key of the application opens the sealed secret: SECRET_KEY was changed without a fallback."""

    code = "secret_lost"

    def __init__(self) -> None:
        super().__init__("The secret cannot be read with the application's present keys. Renew it.")


def new_secret() -> str:
    """A secret that nobody can guess, as receivers configure it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, webhook_id: str, timestamp: int, body: str) -> str:
    """One signature, ``v1,`` and the HMAC-SHA256 in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(keys: Sequence[str], webhook_id: str, timestamp: int, body: str) -> dict[str, str]:
    """The three headers of the specification; one signature per secret that is in force."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, webhook_id, timestamp, body) for key in keys),
    }


def is_genuine(secret: str, received: Mapping[str, str], body: str, *, now: int) -> bool:
    """What a receiver must check: somebody who knows the secret signed exactly this, and not long ago.

    ``received`` are the headers by their names in lower case; ``now`` is in seconds since 1970.
    """
    stamp = received.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    try:
        expected = sign(secret, received.get("webhook-id", ""), int(stamp), body)
    except binascii.Error:
        return False
    given = received.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)


def seal(secret: str) -> str:
    """The secret as it is stored: a copy of the database alone signs nothing."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret of a sealed one. Raises SecretLost."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretLost from error


def _box() -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"kept.webhooks." + key.encode()).digest())) for key in keys]
    )
