"""One story in a real browser: Acme asks for an offer, and at the end the manager sees its revenue.

Everybody signs in at the door and works on the pages of their role; only what has no page by design (the worker's
sweep, the nightly roll-up) is started as the clock would start it.
"""

import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounting.models import OpenItem
from analytics.models import SalesDay
from analytics.tasks import roll_up_nightly
from billing.models import Invoice, InvoiceFile
from core.invariants import check_all
from core.web.formats import money
from fulfillment.models import Delivery, PickScan
from orders.models import CreditTotal, Order
from payments.models import Payment
from quotes.models import QuoteVersion
from rebates.models import RebateTotal
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.support.workers import RunningWorker
from tests.world import World, world

__all__ = ["world"]

pytestmark = [pytest.mark.browser, pytest.mark.own_database, pytest.mark.timeout(600)]

LOOKS = (("phone", (390, 844), "dark"),)


class Walk:
    """People at their screens, and eyes on every page they pass."""

    def __init__(self, open_page: OpenPage, screenshot: Screenshot, violations: Violations) -> None:
        self.open_page, self.screenshot, self.violations = open_page, screenshot, violations
        self.troubles: dict[str, list[str]] = {}

    def sign_in(self, name: str, *, size: str = "desk") -> Page:
        """Sign somebody in at the door, as people do."""
        page = self.open_page("/", size=size)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("kept-tests-only")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name=f"{name.capitalize()}, account menu")).to_be_visible()
        return page

    def look(self, page: Page, name: str) -> None:
        """Look at a page, dark on a phone: no barrier, and nothing beside the screen."""
        before = page.viewport_size
        for look, (width, height), scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.screenshot(page, f"walk-{name}-{look}-{scheme}")
            found = self.violations(page)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{wider} px wider than the screen"] if wider > 0 else []
            if found:
                self.troubles[f"{name}, {look}, {scheme}"] = found
        page.emulate_media(color_scheme="light")
        if before:
            page.set_viewport_size(before)


@pytest.fixture
def walk(open_page: OpenPage, screenshot: Screenshot, violations: Violations) -> Walk:
    return Walk(open_page, screenshot, violations)


def place(page: Page, name: str) -> None:
    """Go to a place of the sidebar."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(rf"^{name}( \d.*)?$")).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def row_of(page: Page, words: str) -> Locator:
    return page.get_by_role("row").filter(has_text=words).first


def told(page: Page, label: str) -> Locator:
    """The value that the page gives under or beside this label."""
    return page.locator("dt", has_text=re.compile(f"^{label}$")).first.locator("xpath=following-sibling::dd[1]")


def require_all_invariants() -> None:
    """Nothing in the whole system may contradict itself after a story."""
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []


def agreed(walk: Walk, today: date) -> None:
    """Fay agrees a rebate, Bea a credit limit."""
    fay = walk.sign_in("fay")
    place(fay, "Rebates")
    fay.get_by_role("link", name="New agreement").click()
    fay.get_by_role("textbox", name="Account").fill("ACME")
    fay.get_by_label("Name").fill("Volume")
    fay.get_by_label("From", exact=True).fill(today.replace(month=1, day=1).isoformat())
    fay.get_by_label("Until", exact=True).fill(today.replace(month=12, day=31).isoformat())
    fay.get_by_label("Expected rebate").fill("3")
    for number, (start, percent) in enumerate((("0", "2"), ("100", "4")), 1):
        fay.get_by_label(f"From value of tier {number}").fill(start)
        fay.get_by_label(f"Rebate, % of tier {number}").fill(percent)
    walk.look(fay, "rebate-new")
    press(fay, "Save")
    press(fay, "Activate")
    press(fay, "Activate it")
    expect(fay.locator(".head .tag")).to_have_text("Active")
    walk.look(fay, "rebate-active")
    fay.context.close()

    bea = walk.sign_in("bea")
    place(bea, "Customers")
    bea.get_by_role("link", name="ACME").click()
    walk.look(bea, "customer")
    bea.get_by_role("link", name="Credit limit").click()
    bea.get_by_label("Limit", exact=False).first.fill("500")
    bea.get_by_label("Reason").fill("New customer")
    walk.look(bea, "credit-limit")
    press(bea, "Agree the limit")
    expect(bea.get_by_text("The credit of Acme Hardware is agreed.")).to_be_visible()
    bea.context.close()


def offered(walk: Walk, alice: Page, today: date) -> None:
    """Alice offers ten bolts and five mugs, in two versions; Acme's buyer says yes by phone."""
    place(alice, "Quotes")
    alice.get_by_role("link", name="New quote").click()
    alice.get_by_role("textbox", name="Customer", exact=True).fill("ACME")
    alice.get_by_label("Valid until").fill((today + timedelta(days=14)).isoformat())
    alice.get_by_label("Their reference").fill("RFQ 7")
    for number, (sku, quantity) in enumerate((("BOLT-M8", "8"), ("MUG-NAVY", "5")), 1):
        alice.get_by_label(f"SKU or barcode of line {number}").fill(sku)
        alice.get_by_label(f"Quantity of line {number}").fill(quantity)
    walk.look(alice, "quote-new")
    press(alice, "Save quote")
    expect(alice.locator(".head .tag")).to_have_text("Draft")
    walk.look(alice, "quote-draft")
    press(alice, "Send")
    walk.look(alice, "quote-sent")
    press(alice, "New version")
    alice.get_by_role("link", name="Change").click()
    alice.get_by_label("Quantity of line 1").fill("10")
    press(alice, "Save quote")
    press(alice, "Send")
    expect(alice.get_by_role("heading", name="Changed since version 1")).to_be_visible()
    walk.look(alice, "quote-revised")
    link = alice.locator("#accept-link").inner_text()

    buyer = walk.open_page(link)
    expect(buyer.get_by_role("button", name="Accept")).to_contain_text("151.50")
    walk.look(buyer, "quote-accept")

    alice.get_by_label("Name of the person").fill("Wile E.")
    press(alice, "Note acceptance")
    expect(alice.locator(".head .tag")).to_have_text("Accepted")
    walk.look(alice, "quote-accepted")
    buyer.reload()
    expect(buyer.get_by_text("Accepted by Wile E.")).to_be_visible()
    walk.look(buyer, "quote-accept-done")
    buyer.context.close()


def ordered(walk: Walk, alice: Page) -> Order:
    """The accepted offer becomes an order with nothing retyped; Alice confirms it with promise and credit."""
    press(alice, "Make order")
    alice.get_by_label("PO ref").fill("PO-88")
    expect(alice.locator("#order-sums")).to_contain_text("151.50")
    expect(alice.locator("#order-count")).to_have_text("2\u00a0lines")
    walk.look(alice, "order-edit")
    alice.keyboard.press("Control+Enter")
    expect(alice.locator(".head .tag").first).to_have_text("Confirmed")
    expect(row_of(alice, "BOLT-M8")).to_contain_text("In stock")
    walk.look(alice, "order-confirmed")
    order = Order.objects.get()
    assert order.gross == QuoteVersion.objects.get(number=2).gross
    expect(told(alice, "Total")).to_have_text(money(order.gross))
    expect(told(alice, "Used")).to_have_text(f"{money(CreditTotal.objects.get().open_orders)} of 500.00")
    return order


def shipped(walk: Walk, order: Order) -> Delivery:
    """Bob takes the promise from the due list, picks by scan on his phone, packs and ships."""
    bob = walk.sign_in("bob")
    place(bob, "Deliveries")
    bob.get_by_role("link", name="Due promises").first.click()
    walk.look(bob, "due")
    bob.get_by_role("row").filter(has_text=str(order.number)).get_by_role("checkbox").check()
    press(bob, "Create deliveries")
    walk.look(bob, "deliveries-created")
    delivery = Delivery.objects.get()
    bob.get_by_role("link", name=str(delivery.number)).click()
    press(bob, "Release")
    expect(bob.locator(".head .tag")).to_have_text("Released")
    walk.look(bob, "delivery-released")

    phone = walk.sign_in("bob", size="phone")
    press(phone, "Menu")
    place(phone, "Deliveries")
    walk.look(phone, "board")
    phone.get_by_role("link", name=str(delivery.number)).click()
    phone.get_by_role("link", name="Scan", exact=True).click()
    walk.look(phone, "scan")
    for sku, count in (("BOLT-M8", 10), ("MUG-NAVY", 5)):
        for number in range(1, count + 1):
            phone.keyboard.type(sku)
            phone.keyboard.press("Enter")
            expect(phone.locator(".hit")).to_contain_text(f"{sku} counted, {number} of {count}")
    walk.look(phone, "scan-done")
    phone.get_by_role("link", name="Pack", exact=True).click()
    walk.look(phone, "pack")
    press(phone, "Pack")
    expect(phone.locator(".head .tag")).to_have_text("Packed")
    phone.context.close()

    bob.reload()
    walk.look(bob, "delivery-packed")
    press(bob, "Post goods issue")
    bob.get_by_role("dialog").get_by_role("button", name="Post goods issue").click()
    expect(bob.locator(".head .tag")).to_have_text("Shipped")
    expect(row_of(bob, "BOLT-M8")).to_contain_text("Kept")
    walk.look(bob, "delivery-shipped")
    bob.context.close()
    assert [scan.quantity for scan in PickScan.objects.filter(delivery=delivery)] == [1] * 15
    return delivery


def invoiced(walk: Walk, fay: Page, delivery: Delivery, worker: RunningWorker) -> Invoice:
    """Fay bills the delivery; a real worker makes its PDF, which she reads."""
    place(fay, "To invoice")
    row_of(fay, str(delivery.number)).get_by_role("checkbox").check()
    walk.look(fay, "to-invoice")
    press(fay, "Preview")
    walk.look(fay, "invoice-preview")
    press(fay, "Post invoices")
    walk.look(fay, "invoices-posted")
    invoice = Invoice.objects.get()
    fay.get_by_role("link", name=str(invoice.number)).click()
    expect(fay.get_by_role("link", name="Being made by a worker")).to_be_visible()
    walk.look(fay, "invoice-posted")
    worker.send("core.tasks.sweep_outbox", "documents", queue="documents")
    worker.wait_until(lambda: InvoiceFile.objects.filter(invoice=invoice).exists())
    fay.reload()
    address = fay.get_by_role("link", name=f"{invoice.number}.pdf").get_attribute("href")
    answer = fay.request.get(str(address))
    assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (200, "application/pdf", b"%PDF-")
    assert hashlib.sha256(answer.body()).hexdigest() == InvoiceFile.objects.get().sha256
    expect(told(fay, "Gross")).to_have_text(money(invoice.gross, show="code"))
    return invoice


def paid(walk: Walk, fay: Page, invoice: Invoice) -> None:
    """Acme's money comes in; Fay books it and applies it to the invoice that the payer named."""
    place(fay, "Payments")
    fay.get_by_role("link", name="Enter payment").click()
    fay.get_by_role("textbox", name="Account").fill("ACME")
    fay.get_by_label("Amount").fill("151.50")
    fay.get_by_label("Reference").fill(f"{invoice.number}")
    fay.get_by_label("Nothing yet: keep it on account").check()
    walk.look(fay, "payment-new")
    press(fay, "Book payment")
    walk.look(fay, "payment-on-account")
    place(fay, "Payments")
    fay.get_by_role("link", name="Apply", exact=True).click()
    walk.look(fay, "apply")
    press(fay, "Apply")
    walk.look(fay, "applied")
    place(fay, "Invoices")
    fay.get_by_role("link", name=str(invoice.number)).click()
    expect(fay.locator(".head .tag")).to_have_text("Paid")
    expect(told(fay, "Open")).to_have_text("0.00")
    walk.look(fay, "invoice-paid")
    assert Payment.objects.get().amount == invoice.gross
    assert OpenItem.objects.get(source_type="invoice", source_id=invoice.pk).open_amount == 0


def settled(walk: Walk, fay: Page) -> None:
    """What the invoice accrued is on the agreement; Fay settles what Acme earned."""
    place(fay, "Rebates")
    fay.get_by_role("link", name="RB-").click()
    expect(told(fay, "Accrued")).to_have_text("3.90")
    walk.look(fay, "rebate-accrued")
    press(fay, "Settle")
    expect(told(fay, "Settled")).to_have_text("5.20")
    walk.look(fay, "rebate-settled")
    total = RebateTotal.objects.get()
    for label, amount in (("Net purchases", total.base), ("Accrued", total.accrued), ("Settled", total.settled)):
        expect(told(fay, label)).to_have_text(money(amount, "GBP"))


def seen(walk: Walk, order: Order) -> None:
    """Bea opens the dashboard: it shows this order's revenue, and exactly what was rolled up."""
    bea = walk.sign_in("bea")
    place(bea, "Performance")
    rolled = SalesDay.objects.aggregate(booked=Sum("booked_net"), billed=Sum("billed_net"), cost=Sum("billed_cost"))
    assert order.net is not None
    assert rolled["booked"] == rolled["billed"] == order.net.amount
    expect(told(bea, "Bookings")).to_contain_text(money(rolled["booked"], "GBP", show="symbol"))
    expect(told(bea, "Billings")).to_contain_text(money(rolled["billed"], "GBP", show="symbol"))
    expect(told(bea, "Margin")).to_contain_text(money(rolled["billed"] - rolled["cost"], "GBP", show="symbol"))
    expect(told(bea, "Backlog")).to_contain_text("£0.00")
    expect(told(bea, "On time")).to_contain_text("2 of 2 lines")
    walk.look(bea, "dashboard")


def test_from_quote_to_dashboard(
    world: World, walk: Walk, real_worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    agreed(walk, today)
    alice = walk.sign_in("alice")
    offered(walk, alice, today)
    order = ordered(walk, alice)
    delivery = shipped(walk, order)
    fay = walk.sign_in("fay")
    invoice = invoiced(walk, fay, delivery, real_worker)
    paid(walk, fay, invoice)
    settled(walk, fay)

    monkeypatch.setattr("analytics.tasks.business_date", lambda zone: today + timedelta(days=1))
    roll_up_nightly()  # as the coming night does
    seen(walk, order)

    alice.goto(f"/orders/{order.pk}/")
    expect(alice.locator(".head .tag").first).to_have_text("Completed")
    walk.look(alice, "order-completed")
    order.refresh_from_db()
    assert (order.status, order.fulfillment_state, order.billing_state) == ("completed", "all", "all")
    assert (order.gross, invoice.gross.amount) == (invoice.gross, Decimal("151.50"))
    require_all_invariants()
    assert walk.troubles == {}
