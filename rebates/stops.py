"""How rebate documents stand in a chain. ``orders_site/wiring.py`` registers these."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.access import may
from core.models import User
from core.web.formats import money
from core.web.parts import ChainStop
from rebates.selectors import agreements_visible_to, settlements_visible_to
from rebates.tables import AGREEMENT_TAGS, SETTLEMENT_TAGS

SEE = "rebates.see_rebates"


def agreement_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The rebate agreements that the user may see, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = agreements_visible_to(user).filter(pk__in=ids)
    return {
        row.pk: ChainStop(
            row.number or "",
            f"Rebate · {row.name}",
            reverse("rebates:agreement", args=[row.pk]),
            AGREEMENT_TAGS[row.status],
        )
        for row in rows
    }


def settlement_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The settlements that the user may see, by id; they are read on their agreement's page. One query."""
    if not may(user, SEE):
        return {}
    return {
        row.pk: ChainStop(
            row.number or "Rebate",
            f"Settlement · {money(row.amount, show='symbol')}",
            reverse("rebates:agreement", args=[row.agreement_id]),
            SETTLEMENT_TAGS[row.status],
        )
        for row in settlements_visible_to(user).filter(pk__in=ids)
    }
