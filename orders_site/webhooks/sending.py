"""Sending: one try after the other outside of any transaction, at least once, with growing pauses for three days.

A delivery is claimed for a minute, sent, and marked. A worker that dies in between leaves a claim that runs out, so a
message may arrive twice, under the same webhook-id. A receiver that does not answer is left alone for the rest of the
round, so that it keeps nobody else waiting.
"""

import http.client
import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core.cases import resolve_cases
from core.commands import command
from core.errors import DomainError
from core.models import User
from core.system import system_user
from orders_site.webhooks.address import Host, Target, read_address, resolve
from orders_site.webhooks.kinds import DOCUMENTS, PAGES
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.recording import DELIVERIES, SUBSCRIPTIONS
from orders_site.webhooks.services import DEAD_CASE, DOCUMENT, give_up, stop_failing
from orders_site.webhooks.signing import SecretLost, headers, unseal

MINUTE, HOUR = 60, 3600
# Before the second try, the third and so on: 75 hours in all.
PAUSES_SECONDS = (
    5, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
MOST_TRIES = len(PAUSES_SECONDS) + 1
LEASE_SECONDS = 60  # more than one try may take
CONNECT_SECONDS, TRY_SECONDS = 5.0, 15.0
BUDGET_SECONDS = 12.0  # of one round; the next one follows in 15 s
MOST_ANSWER_BYTES = 2_048
FAILING_DAYS = 5  # nothing taken for so long: switched off
TAKEN = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said, or why there is nothing."""

    status: int | None
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the message now; a redirect is a refusal."""
        return self.status in TAKEN


def send_due(*, only: Collection[int] | None = None, budget_s: float = BUDGET_SECONDS) -> int:
    """Send what is due, oldest first, for as long as the budget lasts; returns how many tries were made."""
    deadline, count, silent = time.monotonic() + budget_s, 0, set[int]()
    while time.monotonic() < deadline:
        delivery = _claim(silent, only)
        if delivery is None:
            break
        answer = _try(delivery)
        if answer.status is None:
            silent.add(delivery.subscription_id)
        _note(delivery, answer)
        count += 1
    return count


def _claim(silent: Collection[int], only: Collection[int] | None) -> WebhookDelivery | None:
    """Take the oldest one that is due, with one more try and a lease, from a subscription that is on."""
    narrow = "" if only is None else " AND d.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {DELIVERIES} SET tries = tries + 1, tried_at = statement_timestamp(),"  # noqa: S608
            " next_try_at = statement_timestamp() + make_interval(secs => %s)"
            f" WHERE id = (SELECT d.id FROM {DELIVERIES} d JOIN {SUBSCRIPTIONS} s ON s.id = d.subscription_id"
            " WHERE d.state = 'waiting' AND d.next_try_at <= statement_timestamp() AND s.is_on"
            f" AND NOT d.subscription_id = ANY(%s){narrow}"
            " ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED) RETURNING id",
            [LEASE_SECONDS, sorted(silent), *([] if only is None else [sorted(only)])],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return WebhookDelivery.objects.select_related("subscription__company").get(pk=row[0])


def _try(delivery: WebhookDelivery) -> Answer:
    """One try: compose the body if it is the first, look the address up again, sign, post."""
    if not delivery.body:
        delivery.body = compose(delivery)
        WebhookDelivery.objects.filter(pk=delivery.pk).update(body=delivery.body)
    try:
        target = read_address(delivery.subscription.address)
        hosts = resolve(target)
        signed = headers(
            _keys(delivery.subscription), f"msg_{delivery.uid.hex}", int(timezone.now().timestamp()), delivery.body
        )
    except DomainError as refusal:
        return Answer(None, refusal.sentence)
    except SecretLost:
        return Answer(None, "The secret cannot be read with the application's present keys. Renew it.")
    return post(target, hosts[0], signed, delivery.body.encode())


def _keys(subscription: WebhookSubscription) -> list[str]:
    keys = [unseal(subscription.sealed_secret)]
    until = subscription.old_secret_until
    if until is not None and until > timezone.now():
        keys.append(unseal(subscription.sealed_old_secret))
    return keys


def compose(delivery: WebhookDelivery) -> str:
    """The message: what happened, when, to which document, in which order. Amounts and names are read by the API.

    ``sequence`` rises with each event of one subscription; within one document it is the order of events.
    """
    data: dict[str, Any] = {"company": delivery.subscription.company.code}
    kind, document_id = delivery.document_kind, delivery.document_id
    if kind and document_id is not None:
        found = DOCUMENTS[kind]._default_manager.values("number").get(pk=document_id)
        page = reverse(PAGES[kind], args=[document_id])
        data |= {"kind": kind, "id": document_id, "number": found["number"], "page": page}
    message = {
        "type": delivery.event,
        "timestamp": delivery.happened_at.isoformat(),
        "sequence": delivery.pk,
        "data": data | delivery.facts,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def post(target: Target, host: Host, signed: dict[str, str], body: bytes) -> Answer:
    """Post to exactly this address. No redirect is followed; the whole try takes 15 s at most, however slowly the
    receiver drips; no more than 2 kB of its answer are read.
    """
    sent = {
        "Host": target.host_header,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Kept-Webhooks/1",
        "Connection": "close",
        **signed,
    }
    try:
        with _connection(target, host) as channel:
            channel.request("POST", target.path, body=body, headers=sent)
            answer = channel.getresponse()
            text = answer.read(MOST_ANSWER_BYTES).decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(
            None, f"No answer: {type(error).__name__} {error}"[:MOST_ANSWER_BYTES].strip().replace("\x00", "")
        )
    return Answer(answer.status, text)


@contextmanager
def _connection(target: Target, host: Host) -> Iterator[http.client.HTTPConnection]:
    """A connection to the checked address that is cut when the time is over. The certificate must be the name's."""
    plain = socket.create_connection((str(host), target.port), timeout=CONNECT_SECONDS)
    watch = threading.Timer(TRY_SECONDS, _cut, [plain])
    watch.daemon = True
    watch.start()
    used: socket.socket = plain
    try:
        if target.is_secure:
            secured = ssl.create_default_context().wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
            watch.args = [secured]
            used = secured
            secured.do_handshake()
        channel = http.client.HTTPConnection(target.host, target.port, timeout=CONNECT_SECONDS)
        channel.sock = used
        yield channel
    finally:
        watch.cancel()
        used.close()


def _cut(used: socket.socket) -> None:
    try:
        socket.socket.shutdown(used, socket.SHUT_RDWR)  # the plain one: it may be in use by TLS at this moment
    except OSError:
        used.close()


def _note(delivery: WebhookDelivery, answer: Answer) -> None:
    """Write down what became of the try, and what follows from it."""
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    row.update(answer_status=answer.status, answer=answer.text)
    if answer.is_taken:
        row.update(state=WebhookDelivery.State.DONE, done_at=Now())
        if delivery.subscription.failing_since is not None:
            note_recovered(subscription_id=delivery.subscription_id, actor=system_user())
        return
    subscription = WebhookSubscription.objects.filter(pk=delivery.subscription_id)
    subscription.filter(failing_since=None).update(failing_since=Now())
    if delivery.tries >= MOST_TRIES:
        give_up(delivery_id=delivery.pk, actor=system_user())
    else:
        row.update(next_try_at=Now() + timedelta(seconds=pause_seconds(delivery.tries)))
    if subscription.filter(failing_since__lte=Now() - timedelta(days=FAILING_DAYS)).exists():
        stop_failing(subscription_id=delivery.subscription_id, days=FAILING_DAYS, actor=system_user())


def pause_seconds(tries: int) -> int:
    """How long to wait after this many failed tries, spread by a tenth either way."""
    pause = PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS)) - 1]
    return pause * random.randint(900, 1_100) // 1_000  # noqa: S311 - spread, not a secret


@command(permission=None)
def note_recovered(*, subscription_id: int, actor: User) -> None:
    """A receiver that failed has taken something again: its case is over when nothing lies there given up."""
    WebhookSubscription.objects.filter(pk=subscription_id).update(failing_since=None)
    if not WebhookDelivery.objects.filter(Q(state="dead"), subscription_id=subscription_id).exists():
        resolve_cases(
            kind=DEAD_CASE,
            document_kind=DOCUMENT,
            document_ids=[subscription_id],
            resolution="Everything was delivered in the end",
            actor=actor,
        )
