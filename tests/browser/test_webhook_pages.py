"""The pages of webhooks in a real browser: no barrier, light and dark, on every size; the secret is shown once."""

from typing import Any

import pytest

from core.models import User
from orders_site.webhooks import sending, services
from orders_site.webhooks.kinds import EVENTS
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.services import SubscriptionDraft
from tests import factories
from tests.browser.conftest import OpenPage, Screenshot, Violations

pytestmark = pytest.mark.browser
ADDRESS = "https://hooks.a-rather-long-name-of-a-shop.example/incoming/kept?tenant=harland-and-pike"


@pytest.fixture
def adam(transactional_db: None, settings: Any, monkeypatch: Any) -> User:
    """The administrator of a company with one webhook that fares well and one that does not."""
    settings.KEPT_WEBHOOKS_INSECURE = True
    monkeypatch.setattr("orders_site.webhooks.services.resolve", lambda target: [])
    factories.make_roles()
    company = factories.make_company()
    adam = factories.make_user(name="Adam", roles=("Admin",), companies=(company,))
    for name in ("Shop", "Carrier"):
        draft = SubscriptionDraft(company.pk, name, ADDRESS, tuple(EVENTS))
        pk = services.subscribe(draft=draft, actor=adam)
        for _ in range(3):
            services.send_test(subscription_id=pk, actor=adam)
    failed = sending.Answer(500, "<h1>Server Error</h1> " + "x" * 900)
    answers = iter([*[sending.Answer(200, "Thank you")] * 5, failed])
    monkeypatch.setattr(sending, "resolve", lambda target: ["127.0.0.1"])
    monkeypatch.setattr(sending, "post", lambda *args: next(answers))
    sending.send_due()
    return adam


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark")])
def test_no_page_has_a_barrier(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, adam: User, size: str, scheme: str
) -> None:
    failing = WebhookSubscription.objects.get(failing_since__isnull=False).pk
    failed = WebhookDelivery.objects.get(state="waiting").pk
    pages = {
        "list": "/webhooks/",
        "new": "/webhooks/new/",
        "one": f"/webhooks/{failing}/",
        "deliveries": "/webhooks/deliveries/",
        "delivery": f"/webhooks/deliveries/{failed}/",
    }
    page = open_page("/webhooks/", user=adam, size=size, scheme=scheme)

    for name, address in pages.items():
        page.goto(address)
        screenshot(page, f"webhooks-{name}-{size}-{scheme}")
        assert (name, violations(page)) == (name, [])


def test_a_webhook_is_made_and_its_secret_seen_once(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, adam: User
) -> None:
    page = open_page("/webhooks/new/", user=adam, java_script_enabled=False)
    page.get_by_label("Name").fill("Ledger")
    page.get_by_label("Address").fill("https://")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("There is a problem").is_visible()
    screenshot(page, "webhooks-new-refused")
    page.get_by_label("Address").fill(ADDRESS)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Show the secret").click()

    assert page.locator("#secret").inner_text().startswith("whsec_")
    screenshot(page, "webhooks-secret")
    page.goto(f"/webhooks/{WebhookSubscription.objects.get(name='Ledger').pk}/")
    assert page.locator("#secret").count() == 0
    assert page.get_by_role("button", name="Show the secret").count() == 0
