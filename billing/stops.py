"""Invoices and credit notes as stops of a document chain."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from billing.selectors import invoices_visible_to
from billing.tables import state_tag
from core.access import may
from core.dates import business_date
from core.models import User
from core.web.formats import day
from core.web.parts import ChainStop

SEE = "billing.see_invoices"


def invoice_stops(ids: Collection[int], user: User | AnonymousUser) -> dict[int, ChainStop]:
    """The invoices and credit notes that the user may see, as stops, by id. One query."""
    if not may(user, SEE):
        return {}
    rows = invoices_visible_to(user).filter(pk__in=ids)
    names = ("id", "number", "direction", "business_date", "status", "payment_state", "due_on", "company__time_zone")
    return {
        row["id"]: ChainStop(
            row["number"] or "",
            f"{'Credit note' if row['direction'] == 'credit' else 'Invoice'} · {day(row['business_date'])}",
            reverse("billing:invoice", args=[row["id"]]),
            state_tag(
                status=row["status"],
                direction=row["direction"],
                payment_state=row["payment_state"],
                due_on=row["due_on"],
                on=business_date(row["company__time_zone"]),
            ),
            "done",
        )
        for row in rows.values(*names)
    }
