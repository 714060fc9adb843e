"""The pages of API keys in a real browser: readable in every size, and without a barrier."""

import pytest

from tests import factories
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.world import World, world

__all__ = ["world"]

pytestmark = [pytest.mark.browser, pytest.mark.own_database]

LOOKS = (("desk", "light"), ("desk", "dark"), ("phone", "light"))


def test_a_key_is_made_and_revoked(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, world: World
) -> None:
    admin = factories.make_user(name="Ada", roles=("Admin",), companies=(world.company,))
    for size, scheme in LOOKS:
        page = open_page("/keys/", user=admin, size=size, scheme=scheme)
        seen = [("list", violations(page))]
        page.get_by_role("link", name="New key").first.click()
        page.get_by_label("Acts as").select_option(label="Bea")
        screenshot(page, f"key-person-{size}-{scheme}")
        seen.append(("person", violations(page)))
        page.get_by_role("button", name="Choose its rights").click()
        page.get_by_role("button", name="Make the key").click()
        seen.append(("errors", violations(page)))
        screenshot(page, f"key-errors-{size}-{scheme}")
        page.get_by_label("Program").fill(f"Web shop {size} {scheme}")
        page.get_by_label("See orders").check()
        page.get_by_role("button", name="Make the key").click()
        screenshot(page, f"key-made-{size}-{scheme}")
        seen.append(("made", violations(page)))
        assert page.get_by_label("Key", exact=True).input_value().startswith("kept_")
        page.get_by_role("link", name="Go to the key").click()
        screenshot(page, f"key-{size}-{scheme}")
        seen.append(("key", violations(page)))
        page.goto("/keys/")
        screenshot(page, f"keys-{size}-{scheme}")
        seen.append(("rows", violations(page)))
        assert [found for found in seen if found[1]] == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
