"""Commands of webhooks: subscribe, change, switch, show and renew the secret, try out, replay."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models.functions import Now

from core.access import company_ids
from core.cases import CaseDraft, open_cases, resolve_cases
from core.commands import command
from core.errors import DomainError, NotFound, StaleVersion
from core.locks import Rank, lock_rows
from core.models import ExceptionCase, User
from core.nudge import nudge_task
from core.runs import current_run
from orders_site.webhooks.address import read_address, resolve
from orders_site.webhooks.kinds import EVENTS, TEST
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.recording import DELIVERIES, SENDER
from orders_site.webhooks.signing import new_secret, seal, unseal

MAINTAIN = "orders_site.maintain_webhooks"
OLD_SECRET_HOLDS = timedelta(hours=24)  # as long as the receiver may take to be given the new one
DEAD_CASE, OFF_CASE, DOCUMENT, DESK = "webhook_dead", "webhook_off", "webhook", "Admin"


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """Who is to be told of what."""

    company_id: int
    name: str
    address: str
    events: tuple[str, ...]


def subscribe(*, draft: SubscriptionDraft, actor: User, key: str | None = None) -> int:
    """Tell this address of these events from now on; returns the subscription's id. The address is looked up before
    the transaction begins.

    Raises:
        AddressRefused: it is not a public https address. DomainError: no such event. NotFound: not one's company.
    """
    resolve(read_address(draft.address))
    return _subscribe.once(key)(draft=draft, actor=actor)


def change(
    *, subscription_id: int, draft: SubscriptionDraft, version: int, actor: User, key: str | None = None
) -> None:
    """Change name, address and events; the company stays. What waits goes to the new address.

    Raises:
        As ``subscribe``, and StaleVersion when somebody else changed it meanwhile.
    """
    resolve(read_address(draft.address))
    _change.once(key)(subscription_id=subscription_id, draft=draft, version=version, actor=actor)


@command(permission=MAINTAIN)
def _subscribe(*, draft: SubscriptionDraft, actor: User) -> int:
    """Write a subscription with a secret of its own; who makes it owns it."""
    if draft.company_id not in company_ids(actor):
        raise NotFound("Company not found.")
    _require_known(draft.events)
    made = WebhookSubscription.objects.create(
        company_id=draft.company_id,
        name=draft.name,
        address=draft.address,
        events=list(draft.events),
        sealed_secret=seal(new_secret()),
        owner=actor,
    )
    return made.pk


@command(permission=MAINTAIN)
def _change(*, subscription_id: int, draft: SubscriptionDraft, version: int, actor: User) -> None:
    """Write what was changed of a subscription."""
    found = lock_subscription(subscription_id, actor)
    if found.version != version:
        raise StaleVersion("Somebody else changed this webhook meanwhile. Look at it again; nothing was changed.")
    _require_known(draft.events)
    found.name, found.address, found.events = draft.name, draft.address, list(draft.events)
    found.version += 1
    found.save(update_fields=["name", "address", "events", "version"])


def _require_known(events: Sequence[str]) -> None:
    unknown = [name for name in events if name not in EVENTS]
    if unknown or not events:
        sentence = f"There is no event {unknown[0]}." if unknown else "Pick at least one event."
        raise DomainError(sentence, fields={"events": sentence})


def lock_subscription(subscription_id: int, actor: User) -> WebhookSubscription:
    """Lock one subscription of the actor's companies. Raises NotFound."""
    known = WebhookSubscription.objects.filter(pk=subscription_id, company_id__in=company_ids(actor)).exists()
    if not known:
        raise NotFound("This webhook does not exist.")
    (found,) = lock_rows(WebhookSubscription, [subscription_id], Rank.MASTER_DATA)
    return found


@command(permission=MAINTAIN)
def switch(*, subscription_id: int, on: bool, actor: User) -> None:
    """Switch a subscription on or off. Off, nothing is noted for it; what waits, waits until it is on again.

    Repeating it changes nothing.
    """
    found = lock_subscription(subscription_id, actor)
    if found.is_on == on:
        return
    found.is_on, found.failing_since, found.version = on, None, found.version + 1
    found.off_because = "" if on else f"Switched off by {actor}"[:200]
    found.save(update_fields=["is_on", "failing_since", "off_because", "version"])
    if on:
        resolve_cases(
            kind=OFF_CASE, document_kind=DOCUMENT, document_ids=[found.pk], resolution="Switched on again", actor=actor
        )


@command(permission=MAINTAIN)
def renew_secret(*, subscription_id: int, actor: User) -> None:
    """Replace the secret. For a day messages carry the signatures of both, so that the receiver can change over.

    A secret that was never shown is in nobody's hands: it is dropped, and the one before it keeps its day.
    """
    found = lock_subscription(subscription_id, actor)
    row = WebhookSubscription.objects.filter(pk=found.pk)
    if found.secret_shown_at is not None:
        row.update(sealed_old_secret=found.sealed_secret, old_secret_until=Now() + OLD_SECRET_HOLDS)
    row.update(sealed_secret=seal(new_secret()), secret_shown_at=None)


def show_secret(*, subscription_id: int, actor: User) -> str:
    """The secret, once: afterwards it can only be replaced. It stands in no log and in no stored answer.

    Raises:
        DomainError: it was shown before. NotFound. SecretLost.
    """
    _note_shown(subscription_id=subscription_id, actor=actor)
    return unseal(WebhookSubscription.objects.get(pk=subscription_id).sealed_secret)


@command(permission=MAINTAIN)
def _note_shown(*, subscription_id: int, actor: User) -> None:
    """Note that the secret was shown, and refuse to show it again."""
    found = lock_subscription(subscription_id, actor)
    if found.secret_shown_at is not None:
        raise DomainError("The secret was shown once already. If it is lost, renew it.")
    unseal(found.sealed_secret)  # what cannot be shown must not count as shown
    WebhookSubscription.objects.filter(pk=found.pk).update(secret_shown_at=Now())


@command(permission=MAINTAIN)
def send_test(*, subscription_id: int, actor: User) -> int:
    """Have a test event delivered like any other; returns the delivery's id."""
    found = lock_subscription(subscription_id, actor)
    if not found.is_on:
        raise DomainError("This webhook is switched off. Switch it on first.")
    made = WebhookDelivery.objects.create(
        subscription=found, event=TEST, facts={"asked_by": actor.username}, command_uid=current_run().uid
    )
    transaction.on_commit(partial(nudge_task, SENDER, [made.pk], "integration"))
    return made.pk


@command(permission=MAINTAIN)
def replay(*, delivery_ids: Collection[int], actor: User) -> int:
    """Send these again with all their tries, under their old ids; returns how many. Those that wait are sent now.

    Deliveries of other companies are left out, like those that do not exist. Where nothing lies given up any more the
    case is over; what is given up again opens another one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {DELIVERIES} d SET state = 'waiting', tries = 0, done_at = NULL,"  # noqa: S608
            " next_try_at = statement_timestamp()"
            f" FROM {WebhookSubscription._meta.db_table} s"
            " WHERE s.id = d.subscription_id AND s.company_id = ANY(%s) AND d.id = ANY(%s)"
            " RETURNING d.id, d.subscription_id",
            [sorted(company_ids(actor)), sorted(delivery_ids)],
        )
        subscription_of = dict(cursor.fetchall())
    found = sorted(subscription_of)
    if found:
        _close_dead_cases(set(subscription_of.values()), actor=actor)
        transaction.on_commit(partial(nudge_task, SENDER, found, "integration"))
    return len(found)


def _close_dead_cases(subscription_ids: set[int], *, actor: User) -> None:
    rows = WebhookDelivery.objects.filter(subscription__in=subscription_ids, state=WebhookDelivery.State.DEAD)
    over = subscription_ids - set(rows.order_by().values_list("subscription_id", flat=True).distinct())
    resolve_cases(
        kind=DEAD_CASE, document_kind=DOCUMENT, document_ids=sorted(over), resolution="Sent again", actor=actor
    )


@command(permission=None)
def give_up(*, delivery_id: int, tries: int, actor: User) -> None:
    """Set a delivery aside that failed at its last try, and put its subscription on the desk.

    Nothing happens if it was delivered or is sent again since that try.
    """
    row = WebhookDelivery.objects.filter(pk=delivery_id, tries=tries, state=WebhookDelivery.State.WAITING)
    if not row.update(state=WebhookDelivery.State.DEAD):
        return
    delivery = WebhookDelivery.objects.select_related("subscription").get(pk=delivery_id)
    count = delivery.subscription.deliveries.filter(state=WebhookDelivery.State.DEAD).count()
    many = "1 event was" if count == 1 else f"{count:,} events were"
    _open(DEAD_CASE, delivery.subscription, f"{many} not taken in three days of trying. Replay them when it answers.")


@command(permission=None)
def stop_failing(*, subscription_id: int, days: int, actor: User) -> None:
    """Switch a subscription off of which nothing was taken for days, and tell its owner."""
    found = lock_subscription(subscription_id, actor)
    if not found.is_on:
        return
    found.is_on, found.version = False, found.version + 1
    found.off_because = f"It took nothing for {days} days"
    found.save(update_fields=["is_on", "off_because", "version"])
    _open(OFF_CASE, found, f"Switched off, because it took nothing for {days} days. Switch it on when it is mended.")


def _open(kind: str, subscription: WebhookSubscription, sentence: str) -> None:
    """A case on the administrators' desk that belongs to the subscription's owner."""
    owner = subscription.owner
    case = CaseDraft(
        subscription.company_id, kind, DESK, DOCUMENT, subscription.pk, f"{subscription.name[:40]}: {sentence}"
    )
    open_cases(cases=[case], actor=owner)
    ExceptionCase.objects.filter(
        kind=kind, document_kind=DOCUMENT, document_id=subscription.pk, resolved_at=None
    ).update(owner=owner)
