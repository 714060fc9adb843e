"""Quotes as stops of a document chain."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.models import User
from core.web.formats import day
from core.web.parts import ChainStop
from quotes.selectors import quotes_visible_to
from quotes.tables import QUOTE_TAGS


def quote_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The quotes that the user may see, as stops, by id. One query."""
    rows = quotes_visible_to(user).filter(pk__in=ids).values("id", "number", "business_date", "status")
    return {
        row["id"]: ChainStop(
            row["number"] or "",
            f"Quote · {day(row['business_date'])}",
            reverse("quotes:detail", args=[row["id"]]),
            QUOTE_TAGS[row["status"]],
        )
        for row in rows
    }
