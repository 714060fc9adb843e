"""Columns of webhooks and of what they delivered."""

from typing import Any

from core.web.columns import Column
from core.web.formats import plural
from core.web.parts import Tag
from orders_site.webhooks.models import WebhookDelivery

STATE_TAGS: dict[str, Tag] = {
    WebhookDelivery.State.WAITING: Tag("Waiting", "info"),
    WebhookDelivery.State.DONE: Tag("Delivered", "ok"),
    WebhookDelivery.State.DEAD: Tag("Given up", "bad"),
}


def state_of(row: Any) -> Tag:
    """Off, failing or on, in one word."""
    if not row["is_on"]:
        return Tag("Off")
    return Tag("Failing", "warn") if row["failing_since"] else Tag("On", "ok")


def _events(row: Any) -> str:
    return plural(len(row["events"]), "event")


def _next_try(row: Any) -> Any:
    return row["next_try_at"] if row["state"] == WebhookDelivery.State.WAITING else None


def _status(row: Any) -> str:
    return str(row["answer_status"] or "")


SUBSCRIPTIONS = (
    Column("name", "Webhook", "link", url="webhooks:subscription", sort="name", card="k1"),
    Column("state", "State", "tag", reads=("is_on", "failing_since"), value=state_of, card="k2"),
    Column("address", "Address", width="wrap", card="kw"),
    Column("events", "Listens to", reads=("events",), value=_events, card="k3"),
    Column("waiting", "Waiting", "count", hide="not-s"),
    Column("dead", "Given up", "count"),
    Column("last_taken_at", "Last delivered", "stamp", hide="opt", card="k4"),
    Column("company__code", "Company", sort="company__code", hide="opt", is_muted=True),
)
DELIVERIES = (
    Column("pk", "Delivery", "link", url="webhooks:delivery", sort="pk", card="k1"),
    Column("state", "State", "tag", sort="state", tags=STATE_TAGS, card="k2"),
    Column("event", "Event", "code", sort="event", card="k3"),
    Column("subscription__name", "Webhook", width="clip", card="k5"),
    Column("tries", "Tries", "count", hide="not-s"),
    Column("answer_status", "Answer", reads=("answer_status",), value=_status, hide="not-s"),
    Column("answer", "What it said", width="clip", hide="opt", is_muted=True),
    Column("happened_at", "Happened", "stamp", sort="happened_at", card="k4"),
    Column("next_try_at", "Next try", "stamp", reads=("next_try_at", "state"), value=_next_try, hide="opt"),
)
