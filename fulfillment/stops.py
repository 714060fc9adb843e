"""Deliveries and returns as stops of a document chain."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.access import may
from core.models import User
from core.web.formats import day
from core.web.parts import ChainStop
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from fulfillment.tables import DELIVERY_TAGS, RETURN_TAGS

SEE = "fulfillment.see_deliveries"


def delivery_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The deliveries that the user may see, as stops, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = deliveries_visible_to(user).filter(pk__in=ids).values("id", "number", "ship_on", "shipped_on", "status")
    return {
        row["id"]: ChainStop(
            row["number"] or "",
            f"Delivery · {day(row['shipped_on'] or row['ship_on'])}",
            reverse("fulfillment:delivery", args=[row["id"]]),
            DELIVERY_TAGS[row["status"]],
            "todo" if row["status"] in ("planned", "released", "picking", "packed") else "done",
        )
        for row in rows
    }


def return_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The returns that the user may see, as stops, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = returns_visible_to(user).filter(pk__in=ids).values("id", "number", "business_date", "received_on", "status")
    return {
        row["id"]: ChainStop(
            row["number"] or "",
            f"Return · {day(row['received_on'] or row['business_date'])}",
            reverse("fulfillment:return", args=[row["id"]]),
            RETURN_TAGS[row["status"]],
            "todo" if row["status"] == "expected" else "done",
        )
        for row in rows
    }
