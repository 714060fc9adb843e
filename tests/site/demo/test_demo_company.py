"""The demonstration company: a short one, loaded whole, contradicts itself nowhere."""

from datetime import date

import pytest

from billing.models import Invoice
from core.invariants import check_all
from core.models import ExceptionCase, OutboxMessage
from fulfillment.models import Delivery, Return
from orders.models import Order
from orders_site.demo import load_demo_company
from orders_site.roles import sync_roles
from rebates.models import RebateAgreement


@pytest.mark.django_db
def test_sixty_days_hold_every_invariant_and_show_every_kind_of_document() -> None:
    sync_roles()
    months: list[str] = []

    load_demo_company(months.append, today=date(2026, 3, 16), days=60)

    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []
    assert {"draft", "confirmed", "completed"} <= set(Order.objects.values_list("status", flat=True))
    assert {"planned", "released", "shipped"} <= set(Delivery.objects.values_list("status", flat=True))
    assert {"invoice", "credit"} <= set(Invoice.objects.values_list("direction", flat=True))
    assert Return.objects.filter(has_reference=False).exists()
    assert set(RebateAgreement.objects.values_list("status", flat=True)) == {"draft", "active", "settled"}
    assert {"short_pick", "paid_cancelled_order"} == set(ExceptionCase.objects.values_list("kind", flat=True))
    assert OutboxMessage.objects.filter(task="orders.note_moved_promises").exists()
