"""Sending: one try after the other outside of any transaction, at least once, with growing pauses for three days.

A delivery is claimed for a minute, sent, and marked. A worker that dies in between leaves a claim that runs out, so a
message may arrive twice, under the same webhook-id. Receivers that take what they are sent come first in every round,
and one that does not answer, or slowly, is left alone for the rest of it: it keeps nobody else waiting.
"""

import http.client
import json
import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from catalog.selectors import sku_by_id
from core.errors import DomainError
from core.system import system_user
from inventory.models import Warehouse
from orders_site.webhooks.address import Host, Target, read_address, resolve
from orders_site.webhooks.kinds import DOCUMENTS, PAGES
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.recording import DELIVERIES, SUBSCRIPTIONS
from orders_site.webhooks.services import give_up, stop_failing
from orders_site.webhooks.signing import SecretLost, headers, unseal

logger = logging.getLogger(__name__)
MINUTE, HOUR = 60, 3600
# Before the second try, the third and so on: 75 hours in all.
PAUSES_SECONDS = (
    5, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
MOST_TRIES = len(PAUSES_SECONDS) + 1
LEASE_SECONDS = 60  # more than one try may take
CONNECT_SECONDS, TRY_SECONDS = 5.0, 15.0
MOST_HOSTS = 2  # of those behind a name are tried: many have an address of each kind, and one of them is not reached
BUDGET_SECONDS = 12.0  # of one round; the next one follows in 15 s
SLOW_SECONDS = 2.0  # who takes longer has had its turn in this round
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
    """Send what is due, oldest first, for as long as the budget lasts; returns how many tries were made.

    First to receivers that took the last message, then to those that did not: these get one try at least. ``only``
    these deliveries, right after what they tell of, go to the former alone, so that no worker waits for a receiver that
    is known to be away.
    """
    deadline, count, slow = time.monotonic() + budget_s, 0, set[int]()
    for are_failing in (False, True) if only is None else (False,):
        is_first = True
        while is_first or time.monotonic() < deadline:
            is_first = False
            delivery = _claim(slow, only, are_failing=are_failing)
            if delivery is None:
                break
            started = time.monotonic()
            answer = _try_safely(delivery)
            if answer.status is None or time.monotonic() - started > SLOW_SECONDS:
                slow.add(delivery.subscription_id)
            _note(delivery, answer)
            count += 1
    return count


def _claim(passed_over: Collection[int], only: Collection[int] | None, *, are_failing: bool) -> WebhookDelivery | None:
    """Take the oldest one that is due, with one more try and a lease, from a subscription that is on."""
    narrow = f" AND s.failing_since IS {'NOT ' if are_failing else ''}NULL"
    narrow += "" if only is None else " AND d.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {DELIVERIES} SET tries = tries + 1, tried_at = statement_timestamp(),"  # noqa: S608
            " next_try_at = statement_timestamp() + make_interval(secs => %s)"
            f" WHERE id = (SELECT d.id FROM {DELIVERIES} d JOIN {SUBSCRIPTIONS} s ON s.id = d.subscription_id"
            " WHERE d.state = 'waiting' AND d.next_try_at <= statement_timestamp() AND s.is_on"
            f" AND NOT d.subscription_id = ANY(%s){narrow}"
            " ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED) RETURNING id",
            [LEASE_SECONDS, sorted(passed_over), *([] if only is None else [sorted(only)])],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return WebhookDelivery.objects.select_related("subscription__company").get(pk=row[0])


def _try_safely(delivery: WebhookDelivery) -> Answer:
    """One try. What breaks in our own hands is a failed try too, so that one message never stops the others."""
    try:
        return _try(delivery)
    except Exception:
        logger.exception("webhook delivery %s could not be sent", delivery.pk)
        return Answer(None, "It could not be sent because of a fault of ours.")


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
    return post(target, hosts, signed, delivery.body.encode())


def _keys(subscription: WebhookSubscription) -> list[str]:
    keys = [unseal(subscription.sealed_secret)]
    until = subscription.old_secret_until
    if until is not None and until > timezone.now():
        with suppress(SecretLost):  # the new one signs in any case
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
    facts = delivery.facts
    if "places" in facts:
        facts = {**facts, "places": _places(facts["places"])}
    message = {
        "type": delivery.event,
        "timestamp": delivery.happened_at.isoformat(),
        "sequence": delivery.pk,
        "data": data | facts,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _places(places: Sequence[dict[str, int]]) -> list[dict[str, str]]:
    """Products and warehouses by the words that the API knows them by. Two queries."""
    skus = sku_by_id({place["product"] for place in places})
    codes = dict(Warehouse.objects.filter(pk__in={place["warehouse"] for place in places}).values_list("pk", "code"))
    return [{"warehouse": codes[place["warehouse"]], "sku": skus[place["product"]]} for place in places]


def post(target: Target, hosts: Sequence[Host], signed: dict[str, str], body: bytes) -> Answer:
    """Post to one of exactly these addresses. No redirect is followed; once connected a try takes 15 s at most, however
    slowly the receiver drips; no more than 2 kB of its answer are read.
    """
    sent = {
        "Host": target.host_header,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Kept-Webhooks/1",
        "Connection": "close",
        **signed,
    }
    try:
        with _connection(target, hosts) as channel:
            channel.request("POST", target.path, body=body, headers=sent)
            answer = channel.getresponse()
            text = answer.read(MOST_ANSWER_BYTES).decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(
            None, f"No answer: {type(error).__name__} {error}"[:MOST_ANSWER_BYTES].strip().replace("\x00", "")
        )
    return Answer(answer.status, text)


def _connected(target: Target, hosts: Sequence[Host]) -> socket.socket:
    """A connection to the first of the addresses that can be reached. Raises OSError, that of the last one tried."""
    *others, last = hosts[:MOST_HOSTS]
    for host in others:
        with suppress(OSError):
            return socket.create_connection((str(host), target.port), timeout=CONNECT_SECONDS)
    return socket.create_connection((str(last), target.port), timeout=CONNECT_SECONDS)


@contextmanager
def _connection(target: Target, hosts: Sequence[Host]) -> Iterator[http.client.HTTPConnection]:
    """A connection to a checked address that is cut when the time is over. The certificate must be the name's."""
    plain = _connected(target, hosts)
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
    """Write down what became of the try, and what follows from it.

    What failed counts only as long as the claim is ours: meanwhile the lease may have run out and another worker have
    delivered it, or somebody may have had it sent again.
    """
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    said = {"answer_status": answer.status, "answer": answer.text}
    subscription = WebhookSubscription.objects.filter(pk=delivery.subscription_id)
    if answer.is_taken:
        row.update(state=WebhookDelivery.State.DONE, done_at=Now(), **said)
        if delivery.subscription.failing_since is not None:
            subscription.update(failing_since=None)
        return
    subscription.filter(failing_since=None).update(failing_since=Now())
    again_at = Now() + timedelta(seconds=pause_seconds(delivery.tries))
    row.filter(state=WebhookDelivery.State.WAITING, tries=delivery.tries).update(next_try_at=again_at, **said)
    if delivery.tries >= MOST_TRIES:
        give_up(delivery_id=delivery.pk, tries=delivery.tries, actor=system_user())
    if subscription.filter(failing_since__lte=Now() - timedelta(days=FAILING_DAYS)).exists():
        stop_failing(subscription_id=delivery.subscription_id, days=FAILING_DAYS, actor=system_user())


def pause_seconds(tries: int) -> int:
    """How long to wait after this many failed tries, spread by a tenth either way."""
    pause = PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS)) - 1]
    return pause * random.randint(900, 1_100) // 1_000  # noqa: S311 - spread, not a secret
