"""The design pages in a real browser: accessible, usable by keyboard, usable without script."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from core.models import User
from tests.browser.conftest import OpenPage, Screenshot, Violations

pytestmark = [pytest.mark.browser, pytest.mark.own_database]

PAGES = ("/design/", "/design/list/", "/design/document/", "/design/form/")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [("desk", "dark"), ("tablet", "light"), ("narrow", "light")],
)
def test_the_design_pages_are_accessible_and_nothing_scrolls_sideways(
    open_page: OpenPage, designer: User, violations: Violations, screenshot: Screenshot, size: str, scheme: Any
) -> None:
    page = open_page("/design/", user=designer, size=size, scheme=scheme)
    for path in PAGES:
        page.goto(path)
        screenshot(page, f"{path.strip('/').replace('/', '-')}-{size}-{scheme}")

        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("density", User.Density.values)
def test_each_density_and_forced_colours_stay_accessible(
    open_page: OpenPage, designer: User, violations: Violations, screenshot: Screenshot, density: str
) -> None:
    User.objects.filter(pk=designer.pk).update(density=density)
    page = open_page("/design/", user=designer, forced_colors="active" if density == "default" else "none")
    screenshot(page, f"design-density-{density}")

    assert page.locator("html").get_attribute("data-density") == density
    assert violations(page) == []


def test_a_dialog_is_modal_starts_on_the_safe_button_and_gives_the_focus_back(
    open_page: OpenPage, designer: User, violations: Violations, screenshot: Screenshot
) -> None:
    page = open_page("/design/document/", user=designer)

    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("dialog", name="Post 14 invoices?")).to_be_visible()
    expect(page.get_by_role("button", name="Keep drafts")).to_be_focused()
    screenshot(page, "design-dialog")
    assert violations(page) == []

    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_focused()


def test_a_verb_with_a_reason_is_carried_out_once_and_says_so(open_page: OpenPage, designer: User) -> None:
    page = open_page("/design/document/", user=designer)

    page.get_by_role("button", name="Hold").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Wait for the deposit")
    page.get_by_role("dialog").get_by_role("button", name="Hold").click()

    expect(page.locator(".toast")).to_contain_text("Wait for the deposit")


def test_folded_verbs_work_on_a_phone(open_page: OpenPage, designer: User, screenshot: Screenshot) -> None:
    page = open_page("/design/document/", user=designer, size="phone")

    page.get_by_role("button", name="More actions").click()
    screenshot(page, "design-menu-phone")
    page.get_by_role("button", name="Cancel order").click()

    expect(page.get_by_role("dialog", name="Cancel SO-10431?")).to_be_visible()


def test_a_refused_form_takes_the_focus_to_its_summary_and_keeps_what_was_typed(
    open_page: OpenPage, designer: User, violations: Violations, screenshot: Screenshot
) -> None:
    page = open_page("/design/form/", user=designer)
    page.get_by_label("Credit limit").fill("five thousand")
    page.get_by_role("button", name="Check customer").click()
    screenshot(page, "design-form-refused")

    expect(page).to_have_title(re.compile(r"^Error: New customer"))
    expect(page.locator("#summary")).to_be_focused()
    expect(page.get_by_label("Credit limit")).to_have_value("five thousand")
    assert violations(page) == []

    page.get_by_role("link", name="Enter a VAT number").or_(page.get_by_role("link", name="Enter VAT number")).click()
    expect(page.get_by_label("VAT number")).to_be_focused()


def test_a_list_is_walked_searched_and_opened_by_keys(open_page: OpenPage, designer: User) -> None:
    page = open_page("/design/list/", user=designer)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr.cur .pick")).to_be_checked()
    assert page.locator("table[data-list] tbody tr").nth(1).get_attribute("class") == "cur"

    page.keyboard.press("Escape")
    expect(page.locator(".pick:checked")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_label("Search rights")).to_be_focused()
    page.keyboard.type("administer")
    expect(page.locator("table[data-list] tbody tr")).to_have_count(1)
    assert "q=administer" in page.url

    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="administer")).to_be_visible()


def test_all_matching_rows_are_picked_on_the_server_within_the_filter(open_page: OpenPage, designer: User) -> None:
    page = open_page("/design/list/?q=administer", user=designer)
    page.get_by_label("Select administer").check()
    expect(page.locator(".bulk")).to_contain_text("1 selected")
    page.get_by_role("link", name="Select all 1 matching").click()
    expect(page.locator(".bulk")).to_contain_text("All 1 matching are selected")
    page.get_by_role("button", name="Count them").click()

    expect(page.locator(".toast")).to_contain_text("1\u00a0right picked")


def test_the_key_sheet_opens_by_question_mark(open_page: OpenPage, designer: User, violations: Violations) -> None:
    page = open_page("/design/", user=designer)

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert violations(page) == []


def test_the_essential_path_works_without_script(open_page: OpenPage, designer: User) -> None:
    page = open_page("/design/list/?q=administer", user=designer, size="phone", java_script_enabled=False)
    page.get_by_role("link", name="administer").click()
    expect(page.get_by_role("heading", level=1, name="administer")).to_be_visible()

    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    page.goto("/design/document/")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("dialog", name="Post 14 invoices?")).to_be_visible()
    page.get_by_role("button", name="Post 14 invoices").click()
    expect(page.locator(".toast")).to_contain_text("arrived")


def test_people_sign_in_and_out(
    open_page: OpenPage, designer: User, violations: Violations, screenshot: Screenshot
) -> None:
    page = open_page("/design/")
    assert violations(page) == []
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    screenshot(page, "sign-in-refused")
    assert violations(page) == []

    page.get_by_label("Password").fill("a long enough secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Design")).to_be_visible()

    page.get_by_role("button", name="Dana Designer, account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
