"""A new user, from an empty database to the first posted invoice, by the pages alone and in less than ten minutes."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as kept
from playwright.sync_api import Page, expect

from billing.models import Invoice
from core.invariants import check_all
from core.system import system_user
from fulfillment.models import Delivery
from orders_site.first_run.progress import setup_code
from orders_site.roles import sync_roles
from tests.browser.conftest import OpenPage, Screenshot, Violations

pytestmark = [pytest.mark.browser, pytest.mark.own_database, pytest.mark.timeout(600)]

PASSWORD = "a long word of Mara's own"
LIMIT_SECONDS = 600
PERSON_SECONDS_PER_FIELD = 6  # what a person takes to read a label and type; the machine's own time is measured
LOOKS = (("desk", (1440, 900), "light"), ("desk", (1440, 900), "dark"), ("phone", (390, 844), "light"))


class Diary:
    """The steps of the story: how long each took, and how many fields and presses it needed."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.acts = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        started, before = time.monotonic(), self.acts
        yield
        self.steps.append({"step": name, "seconds": round(time.monotonic() - started, 1), "acts": self.acts - before})

    def keep(self) -> None:
        """Write it down beside the pictures."""
        path = Path(kept.BASE_DIR) / ".kept" / "first-run.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.steps, indent=1), encoding="utf-8")


class Hands:
    """What a person does on a page, counted."""

    def __init__(self, page: Page, diary: Diary) -> None:
        self.page, self.diary = page, diary

    def fill(self, label: str, value: str) -> None:
        self.diary.acts += 1
        field = self.page.get_by_label(label, exact=True).first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def press(self, name: str) -> None:
        self.diary.acts += 1
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str, *, exact: bool = False) -> None:
        self.diary.acts += 1
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    def place(self, name: str) -> None:
        self.diary.acts += 1
        self.page.get_by_role("navigation", name="Main").get_by_role(
            "link", name=re.compile(rf"^{name}( \d.*)?$")
        ).click()


@pytest.fixture
def look(screenshot: Screenshot, violations: Violations) -> Any:
    """See a page of the wizard in each look: no barrier, nothing beside the screen."""

    def see(page: Page, name: str) -> None:
        for size, (width, height), scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            screenshot(page, f"first-run-{name}-{size}-{scheme}")
            assert (name, size, scheme, violations(page)) == (name, size, scheme, [])
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (name, size, wider) == (name, size, 0)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")

    return see


def set_up(hands: Hands, diary: Diary, look: Any) -> None:
    """Five pages: oneself, the company, its taxes, its warehouse, and what is next."""
    page = hands.page
    with diary.step("administrator"):
        labels = ("Set-up code", "First name", "Last name", "E-mail", "Username", "Password", "Password again")
        words = (setup_code(), "Mara", "Lind", "mara@example.com", "mara", PASSWORD, PASSWORD)
        for label, word in zip(labels, words, strict=True):
            hands.fill(label, word)
        look(page, "administrator")
        for label in ("Password", "Password again"):
            hands.fill(label, PASSWORD)
        hands.press("Go on")
    with diary.step("company"):
        expect(page.get_by_role("heading", name="Your company")).to_be_visible()
        hands.press("Go on")
        expect(page.get_by_text("There is a problem")).to_be_visible()
        look(page, "company-refused")
        hands.fill("Name", "Lind & Company, Instruments and Fine Tools of the North")
        hands.fill("Code", "lind")
        hands.fill("Country", "Germany")
        look(page, "company")
        hands.press("Go on")
    with diary.step("taxes"):
        expect(page.get_by_label("Standard rate, %")).to_have_value("19")
        look(page, "taxes")
        hands.press("Go on")
    with diary.step("warehouse"):
        hands.fill("Name", "Halle 1")
        look(page, "warehouse")
        hands.press("Go on")
        expect(page.get_by_role("heading", name="is ready")).to_be_visible()
        look(page, "ready")


def master_data(hands: Hands, diary: Diary) -> None:
    """One product with a price, one customer, some stock."""
    page = hands.page
    with diary.step("product"):
        hands.follow("Enter a product")
        hands.fill("SKU", "SQUARE-150")
        hands.fill("Name", "Try square, 150 mm")
        hands.fill("Stock unit", "ea")
        hands.fill("Tax category", "standard")
        hands.press("Save")
    with diary.step("price"):
        hands.place("Price lists")
        hands.follow("STD")
        hands.follow("Add price")
        page.get_by_label("Product", exact=False).first.fill("SQUARE-150")
        page.get_by_label("Price or discount", exact=False).first.fill("24.50")
        hands.diary.acts += 2
        hands.press("Save")
    with diary.step("customer"):
        page.goto("/accounts/new/")
        hands.fill("Code", "ACME")
        hands.fill("Name", "Acme Hardware")
        hands.fill("Currency", "EUR")
        hands.fill("Country", "DE")
        page.locator("[name=agreed-0-terms]").select_option(label="30 days net")
        for name, word in (("name", "Acme Hardware"), ("street", "Ring 1"), ("town", "Bonn"), ("country", "DE")):
            page.locator(f"[name=addresses-0-{name}]").fill(word)
        for name in ("is_default_ship_to", "is_default_bill_to"):
            page.locator(f"[name=addresses-0-{name}]").check()
        hands.diary.acts += 7
        hands.press("Save")
        expect(page.get_by_text("The account was created.")).to_be_visible()
    with diary.step("stock"):
        hands.place("Adjustments")
        page.goto("/stock/adjustments/new/")
        page.locator("[name=reason]").fill("Opening stock")
        for name, word in (("product", "SQUARE-150"), ("quantity", "40"), ("unit_cost", "11")):
            page.locator(f"[name=lines-0-{name}]").fill(word)
        hands.diary.acts += 5
        hands.press("Post the correction")


def first_invoice(hands: Hands, diary: Diary) -> None:
    """An order is entered, confirmed, shipped and invoiced."""
    page = hands.page
    with diary.step("order"):
        page.goto("/orders/new/")
        page.locator("#customer").fill("ACME")
        page.keyboard.press("Enter")
        expect(page.get_by_label("PO ref")).to_be_focused()
        page.keyboard.press("Enter")
        for words in ("SQUARE-150", "10"):
            page.keyboard.type(words)
            page.keyboard.press("Enter")
        expect(page.locator("#order-sums")).to_contain_text("291.55")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".head .tag").first).to_have_text("Confirmed")
        hands.diary.acts += 5
    with diary.step("delivery"):
        hands.place("Deliveries")
        hands.follow("Due promises")
        page.get_by_role("row").filter(has_text="SO-").get_by_role("checkbox").first.check()
        hands.press("Create deliveries")
        hands.follow(str(Delivery.objects.get().number))
        hands.press("Release")
        expect(page.locator(".head .tag")).to_have_text("Released")
        hands.press("Pick as planned")
        hands.follow("Pack", exact=True)
        hands.press("Pack")
        expect(page.locator(".head .tag")).to_have_text("Packed")
        hands.press("Post goods issue")
        page.get_by_role("dialog").get_by_role("button", name="Post goods issue").click()
        expect(page.locator(".head .tag")).to_have_text("Shipped")
    with diary.step("invoice"):
        hands.place("To invoice")
        page.get_by_role("row").filter(has_text=str(Delivery.objects.get().number)).get_by_role(
            "checkbox"
        ).first.check()
        hands.press("Preview")
        hands.press("Post invoices")
        expect(page.get_by_role("link", name=str(Invoice.objects.get().number))).to_be_visible()


def test_from_an_empty_database_to_the_first_posted_invoice(
    open_page: OpenPage, look: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEPT_FIRST_RUN = True
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    sync_roles()
    system_user()
    diary, started = Diary(), time.monotonic()
    page = open_page("/orders/")
    expect(page.get_by_role("heading", name="Welcome to Kept")).to_be_visible()
    hands = Hands(page, diary)

    set_up(hands, diary, look)
    master_data(hands, diary)
    first_invoice(hands, diary)

    diary.keep()
    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.gross.amount, str(invoice.gross.currency)) == ("posted", Decimal("291.55"), "EUR")
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []
    assert time.monotonic() - started + diary.acts * PERSON_SECONDS_PER_FIELD < LIMIT_SECONDS
