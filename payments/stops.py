"""How a payment stands in a chain of documents. ``orders_site/wiring.py`` registers it."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.access import may
from core.models import User
from core.web.formats import money
from core.web.parts import ChainStop
from payments.selectors import payments_visible_to, with_rest
from payments.tables import PAYMENT_TAGS, state_of


def payment_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The payments that the user may see, by id. One query."""
    if not may(user, "payments.see_payments"):
        return {}
    rows = with_rest(payments_visible_to(user)).filter(pk__in=ids)
    return {
        row.pk: ChainStop(
            row.number or "",
            f"Payment · {money(row.amount, show='symbol')}",
            reverse("payments:payment", args=[row.pk]),
            PAYMENT_TAGS[state_of(row.status, row.left)],  # type: ignore[attr-defined] # annotated by with_rest
        )
        for row in rows
    }
