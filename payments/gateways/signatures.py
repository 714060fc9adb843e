"""Signed messages: ``t=<unix time>,v1=<hex of HMAC-SHA256 over "t.body">``, at most five minutes old."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from payments.errors import WebhookRefused

TOLERANCE = timedelta(minutes=5)  # both ways, because clocks differ
_FORM = re.compile(r"t=(?P<time>\d{1,12}),v1=(?P<digest>[0-9a-f]{64})", re.ASCII)


def sign(body: bytes, *, secret: bytes, at: datetime) -> str:
    """The signature header of a message sent at this moment."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(stamp, body, secret)}"


def require_signature(header: str, body: bytes, *, secret: bytes, now: datetime) -> None:
    """Refuse a message that was not signed with the secret, or not within five minutes of now.

    The digest is compared in constant time, and before the age is looked at. Raises WebhookRefused.
    """
    match = _FORM.fullmatch(header)
    if match is None or not hmac.compare_digest(match["digest"], _digest(match["time"], body, secret)):
        raise WebhookRefused("The signature of this message is missing or wrong.")
    sent_at = datetime.fromtimestamp(int(match["time"]), UTC)
    if abs(now - sent_at) > TOLERANCE:
        raise WebhookRefused("This message was signed too long ago, or by a clock that is wrong.")


def _digest(stamp: str, body: bytes, secret: bytes) -> str:
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
