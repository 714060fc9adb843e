"""How inventory's documents stand in a chain: label, words, address, tag. ``orders_site/wiring.py`` registers these."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from core.access import may
from core.models import User
from core.web.formats import day
from core.web.parts import ChainStop
from inventory.selectors import receipts_visible_to, supply_orders_visible_to
from inventory.tables import RECEIPT_TAG, SUPPLY_TAGS

SEE = "inventory.view_supply"


def supply_order_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The inbound orders that the user may see, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = supply_orders_visible_to(user).filter(pk__in=ids).values_list("pk", "number", "business_date", "status")
    return {
        pk: ChainStop(
            number or "Draft",
            f"Inbound order · {day(on)}",
            reverse("inventory:supply-order", args=[pk]),
            SUPPLY_TAGS[status],
        )
        for pk, number, on, status in rows
    }


def supply_receipt_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The receipts of goods that the user may see, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = receipts_visible_to(user).filter(pk__in=ids).values_list("pk", "number", "business_date")
    return {
        pk: ChainStop(number or "", f"Receipt · {day(on)}", reverse("inventory:receipt", args=[pk]), RECEIPT_TAG)
        for pk, number, on in rows
    }
