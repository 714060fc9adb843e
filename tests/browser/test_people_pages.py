"""The doors and the pages of people in a browser: legible, accessible, usable by keyboard and without JavaScript."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from core.models import User, Visit
from orders_site.roles import sync_roles
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.core.makers import make_company

pytestmark = pytest.mark.browser

PASSWORD = "a long enough secret"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOOKS = [("desk", "light"), ("narrow", "dark")]


@pytest.fixture
def ada(transactional_db: None) -> User:
    """An administrator, and people to administer."""
    cache.clear()
    sync_roles()
    company = make_company()
    found = []
    for name, role in (
        ("Ada", "Admin"),
        ("Sam", "Sales"),
        ("Wilhelmina-Charlotte", "Warehouse lead"),
        ("Fay", "Finance lead"),
    ):
        person = User.objects.create_user(
            name.lower(), f"{name.lower()}@example.com", PASSWORD, first_name=name, last_name="Featherstonehaugh"
        )
        person.groups.add(Group.objects.get(name=role))
        person.memberships.create(company=company)
        Visit.objects.create(user=person, session_key=f"old-{name}", device="Firefox on Linux", address="10.0.0.7")
        found.append(person)
    TOTP.activate(found[3], SECRET)
    return found[0]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_doors_look_right(
    open_page: OpenPage, violations: Violations, screenshot: Screenshot, ada: User, size: str, scheme: str
) -> None:
    for name in ("login", "account_reset_password", "account_reset_password_done"):
        page = open_page(reverse(name), size=size, scheme=scheme)
        assert violations(page) == []
        screenshot(page, f"people-{name}-{size}-{scheme}")
    page = open_page("/invited/none/", size=size, scheme=scheme)
    assert violations(page) == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_pages_look_right(
    open_page: OpenPage, violations: Violations, screenshot: Screenshot, ada: User, size: str, scheme: str
) -> None:
    sam, fay = User.objects.get(username="sam"), User.objects.get(username="fay")
    sales = Group.objects.get(name="Sales")
    places = {
        "list": reverse("people:list"),
        "nobody": reverse("people:list") + "?q=xyz",
        "invite": reverse("people:invite"),
        "person": reverse("people:person", args=[sam.pk]),
        "factor": reverse("people:person", args=[fay.pk]),
        "access": reverse("people:access", args=[sam.pk]),
        "roles": reverse("people:roles"),
        "role": reverse("people:role", args=[sales.pk]),
        "sessions": reverse("sessions"),
        "password": reverse("account_change_password"),
        "mfa": reverse("mfa_index"),
        "setup": reverse("mfa_activate_totp"),
        "confirm": reverse("account_reauthenticate"),
    }
    page = open_page(places["list"], user=ada, size=size, scheme=scheme)
    for name, address in places.items():
        page.goto(address)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        screenshot(page, f"people-{name}-{size}-{scheme}")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_person_signs_in_with_both_factors_by_keyboard(
    open_page: OpenPage, ada: User, violations: Violations, java_script_enabled: bool
) -> None:
    page = open_page("/settings/", java_script_enabled=java_script_enabled)
    page.get_by_label("Username").fill("fay")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/login/code/"))
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    page.get_by_text("There is a problem").wait_for()
    if java_script_enabled:
        assert violations(page) == []
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/settings/"))


def test_who_must_have_a_second_factor_sets_it_up_and_sees_the_codes(
    open_page: OpenPage, ada: User, settings: object, violations: Violations, screenshot: Screenshot
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True  # type: ignore[attr-defined]
    page = open_page("/", user=ada)
    page.wait_for_url(re.compile("/second-factor/app/"))
    secret = page.locator("p .code").inner_text()
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/codes/"))
    assert violations(page) == []
    screenshot(page, "people-codes")
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(re.compile("/$"))


def test_an_administrator_deactivates_somebody_by_the_page(
    open_page: OpenPage, ada: User, violations: Violations
) -> None:
    sam = User.objects.get(username="sam")
    page = open_page(reverse("people:person", args=[sam.pk]), user=ada)
    page.get_by_role("button", name="Deactivate").first.click()
    page.get_by_label("Reason").fill("left the company")
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    page.get_by_text("Deactivated").first.wait_for()
    sam.refresh_from_db()
    assert not sam.is_active
