"""Payments and rebates in a real browser: accessible in every size, nothing beside the screen, no script needed."""

from datetime import date

import pytest
from django.urls import reverse

from accounting.models import Application
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.payments.conftest import Cash
from tests.rebates.conftest import Rebates
from tests.world import World, world

__all__ = ["world"]

pytestmark = [pytest.mark.browser, pytest.mark.own_database]


@pytest.fixture
def trade(world: World) -> Rebates:
    """Four invoices, three payments, one agreement."""
    made = Rebates(world)
    world.company.is_demo = True
    world.company.save(update_fields=["is_demo"])
    made.agree(("0", "2"), ("500", "4"), ("2500", "6"), valid_until=date(2099, 12, 31))
    invoices = [made.invoice(bolts) for bolts in (10, 5, 20, 8)]
    made.receive("120", invoice_id=invoices[0].pk, reference=f"{invoices[0].number}")
    made.receive("60", reference=f"Your invoice {invoices[1].number}, thank you")
    made.receive("500")
    return made


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark")])
def test_payments_and_rebates_are_accessible_and_fit(
    open_page: OpenPage, violations: Violations, screenshot: Screenshot, trade: Cash, size: str, scheme: str
) -> None:
    pages = {
        "payments": reverse("payments:payments"),
        "payment-new": reverse("payments:new"),
        "apply": reverse("payments:apply"),
        "simulator": reverse("payments:simulator"),
        "rebates": reverse("rebates:agreements"),
        "rebate-new": reverse("rebates:new"),
    }
    page = open_page(pages["payments"], user=trade.world.fay, size=size, scheme=scheme)
    found: dict[str, object] = {}
    for name, address in pages.items():
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        screenshot(page, f"money-{name}-{size}-{scheme}")
        if problems := [*violations(page), *(["wider than the screen"] if wider > 0 else [])]:
            found[name] = problems
    for name, first in (("payments", "PAY-"), ("rebates", "RB-")):
        page.goto(pages[name])
        page.get_by_role("link", name=first).first.click()
        screenshot(page, f"money-{name}-one-{size}-{scheme}")
        if problems := violations(page):
            found[f"{name} one"] = problems

    assert found == {}


def test_a_payment_is_matched_without_script(open_page: OpenPage, trade: Cash) -> None:
    page = open_page(reverse("payments:apply"), user=trade.world.fay, java_script_enabled=False)
    assert "and the amount is exactly that" in page.content()

    page.get_by_role("button", name="Apply").click()

    assert "was applied to 1 of the open invoices" in page.content()
    assert Application.objects.count() == 2
