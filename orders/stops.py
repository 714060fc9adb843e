"""Orders as stops of a document chain."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.models import User
from core.web.formats import day
from core.web.parts import ChainStop, Tag
from orders.selectors import orders_visible_to
from orders.states import OrderStatus
from orders.status import display_status


def order_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The orders that the user may see, as stops, by id. One query."""
    rows = (
        orders_visible_to(user)
        .filter(pk__in=ids)
        .values("id", "number", "business_date", "status", "fulfillment_state", "billing_state")
    )
    return {
        row["id"]: ChainStop(
            row["number"] or "",
            f"Order · {day(row['business_date'])}",
            reverse("orders:detail", args=[row["id"]]),
            _tag(row["status"], row["fulfillment_state"], row["billing_state"]),
            is_void=row["status"] == OrderStatus.CANCELLED,
        )
        for row in rows
    }


def _tag(status: str, fulfillment: str, billing: str) -> Tag:
    shown = display_status(status, fulfillment, billing)
    return Tag(shown.word, shown.tone)
