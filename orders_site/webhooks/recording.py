"""The way from a command to its subscribers: one row each, written in the statement that closes the command.

What happened is read from the timeline that the command tells anyway, so no room knows of webhooks. A command that is
refused leaves no row; a command of which nobody wants to hear writes none. It costs no statement of its own.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from django.db import transaction

from core.arrays import array
from core.closing import Collector, Part, Place, collected
from core.nudge import nudge_task
from core.runs import Run
from core.timeline import told
from inventory.events import SupplyAdded
from orders_site.webhooks.kinds import BY_VERB, DOCUMENTS, STOCK_ADDED
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription

SENDER = "orders_site.tasks.send_webhooks"
DELIVERIES, SUBSCRIPTIONS = WebhookDelivery._meta.db_table, WebhookSubscription._meta.db_table


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: about a document, whose company is read from it, or of a company."""

    event: str
    document_kind: str = ""
    document_id: int | None = None
    company_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class _Others(Collector):
    """Events of a command that are in no timeline. Written with the rest by ``part_of``."""

    def __init__(self) -> None:
        self.events: list[Happened] = []

    def part(self) -> None:
        return None


def note_added_supply(event: SupplyAdded) -> None:
    """Tell who wants to know which products of which warehouses can be promised more or earlier."""
    places = [{"warehouse": warehouse, "product": product} for warehouse, product in event.places]
    collected(_Others).events.append(
        Happened(STOCK_ADDED, company_id=event.company_id, facts={"places": places, "reason": event.reason})
    )


def part_of(run: Run) -> Part | None:
    """What the closing statement writes for subscribers; None when nothing of interest happened."""
    happened = [
        Happened(
            name,
            entry.document_kind,
            entry.document_id,
            facts={"from_status": entry.from_status, "to_status": entry.to_status},
        )
        for entry in told(run)
        if (name := BY_VERB.get((entry.document_kind, entry.verb)))
    ]
    others = run.closing.get(_Others)
    happened += others.events if others else []
    if not happened:
        return None
    kinds = tuple(sorted({each.document_kind for each in happened if each.document_kind}))
    has_others = any(not each.document_kind for each in happened)
    sql = _insertion(kinds, has_others)
    answer = "(SELECT jsonb_agg(id ORDER BY id) FROM announced)"
    return Part(Place.OUTBOX, sql, [*_columns(happened), run.uid], answer, _send_after_commit)


def _columns(happened: Sequence[Happened]) -> list[Any]:
    return [
        array("text", [each.event for each in happened]),
        array("text", [each.document_kind for each in happened]),
        array("bigint", [each.document_id for each in happened]),
        array("bigint", [each.company_id for each in happened]),
        array("jsonb", [each.facts for each in happened]),
    ]


@lru_cache(maxsize=64)
def _insertion(kinds: tuple[str, ...], has_others: bool) -> str:
    """Each event with its company, joined to the subscriptions that are on and name it, in the order it happened."""
    with_company = [
        f"SELECT h.*, d.company_id FROM happened h JOIN {DOCUMENTS[kind]._meta.db_table} d ON d.id = h.document_id"  # noqa: S608
        f" WHERE h.document_kind = '{kind}'"
        for kind in kinds
    ]
    if has_others:
        with_company.append("SELECT h.*, h.of_company FROM happened h WHERE h.document_kind = ''")
    return (
        "happened AS (SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])"  # noqa: S608
        " WITH ORDINALITY AS rows(event, document_kind, document_id, of_company, facts, position)),"
        f" announced AS (INSERT INTO {DELIVERIES}"
        " (subscription_id, event, document_kind, document_id, facts, command_uid)"
        " SELECT s.id, h.event, h.document_kind, h.document_id, h.facts, %s"
        f" FROM ({' UNION ALL '.join(with_company)}) AS h(event, document_kind, document_id, of_company, facts,"
        f" position, company_id) JOIN {SUBSCRIPTIONS} s"
        " ON s.company_id = h.company_id AND s.is_on AND h.event = ANY(s.events)"
        " ORDER BY h.position, s.id RETURNING id)"
    )


def _send_after_commit(ids: str | list[int] | None) -> None:
    if ids:
        numbers = json.loads(ids) if isinstance(ids, str) else ids
        transaction.on_commit(partial(nudge_task, SENDER, numbers, "integration"))
