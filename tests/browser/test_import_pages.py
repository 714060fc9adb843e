"""The pages of imports in a real browser: no barrier, on every size; and the whole way without JavaScript."""

from pathlib import Path
from typing import Any

import pytest

from core import work
from core.models import User
from orders_site.imports.models import ImportRun
from tests import factories
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.site.imports.makers import Importer, csv_file
from tests.world import World, world  # noqa: F401 - the world's fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = [
    ["Item", "Name", "Stock unit", "Barcode", "Weight"],
    ["NUT-6", "Hexagon nut M6, zinc plated", "ea", "4006381333931", "0.01"],
    ["NUT-8", "", "ea", "4006381333932", "1.234"],
    ["00017", "Washer", "ea", "", "0.2"],
    [
        "BOLT-M8",
        "A bolt with a name that is rather long, so that it fits into no column of a phone",
        "",
        "",
        "",
    ],
]


@pytest.fixture
def clerk(transactional_db: None, world: World, settings: Any, tmp_path: Path, monkeypatch: Any) -> User:  # noqa: F811
    """Somebody of master data."""
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    settings.MEDIA_ROOT = tmp_path
    return factories.make_user(name="Clara", roles=("Master data", "Sales"), companies=(world.company,))


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark")])
def test_no_page_of_imports_has_barriers(
    open_page: OpenPage,
    screenshot: Screenshot,
    violations: Violations,
    world: World,  # noqa: F811
    clerk: User,
    size: str,
    scheme: str,
) -> None:
    importer = Importer(world, clerk)
    mapped = importer.check("products", csv_file(ROWS), "A file of products from the old system, as of March.csv")
    fresh = importer.take("products", csv_file(ROWS), "products.csv")
    for address in (
        "/imports/",
        "/imports/new/",
        f"/imports/{fresh.pk}/",
        f"/imports/{fresh.pk}/mapping/",
        f"/imports/{mapped.pk}/",
        f"/imports/{mapped.pk}/rows/",
    ):
        page = open_page(address, user=clerk, size=size, scheme=scheme)
        screenshot(page, f"imports{address.replace('/', '-')}-{size}-{scheme}")
        assert violations(page) == [], address
    importer.apply(mapped)
    page = open_page(f"/imports/{mapped.pk}/", user=clerk, size=size, scheme=scheme)
    screenshot(page, f"imports-applied-{size}-{scheme}")
    assert violations(page) == []


def test_a_file_comes_in_without_javascript(open_page: OpenPage, clerk: User, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_bytes(csv_file(ROWS[:2]))
    page = open_page("/imports/new/", user=clerk, java_script_enabled=False)

    page.get_by_label("What is in it").select_option("products")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and map columns").click()
    page.get_by_role("button", name="Check every row").click()
    assert page.get_by_text("Checking").first.is_visible()
    work.sweep()
    page.reload()
    page.get_by_role("button", name="Apply 1 good row").first.click()
    page.get_by_role("button", name="Apply", exact=True).click()
    work.sweep()
    page.reload()

    assert page.get_by_text("All good rows are in.").is_visible()
    assert ImportRun.objects.get().state == "done"


def test_a_file_that_cannot_be_read_says_so_at_its_field(
    open_page: OpenPage, violations: Violations, screenshot: Screenshot, clerk: User, tmp_path: Path
) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    page = open_page("/imports/new/", user=clerk)

    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and map columns").click()

    assert page.get_by_text("This is a picture, no table.").first.is_visible()
    screenshot(page, "imports-refused")
    assert violations(page) == []
