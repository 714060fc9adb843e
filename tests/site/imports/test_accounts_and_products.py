"""Importing master data: what is new, what changes, what stays, and that the same file again changes nothing."""

import pytest

from catalog.models import Account, AccountInCompany, Address, Product, ProductUnit
from core.models import CommandLog
from tests import factories
from tests.site.imports.makers import Importer, csv_file, outcomes, said

ACCOUNTS = [
    ["Customer No", "Name", "Currency", "Country", "Terms", "Ship to", "Street", "City", "Postcode", "E-mail"],
    ["00042", "Dunmore Ltd", "GBP", "GB", "N30", "Depot", "1 Quay", "Leith", "EH6 6AA", "buy@dunmore.example"],
    ["00042", "", "", "", "", "Shop", "2 High St", "Perth", "PH1 1AA", ""],
    ["00043", "Økland & Søn", "NOK", "NO", "N30", "", "Torget 1", "Bergen", "5003", ""],
]
PRODUCTS = [
    ["SKU", "Name", "Stock unit", "Barcode", "Weight", "Unit", "Pack size", "Unit barcode", "Category"],
    ["NUT-6", "Nut M6", "ea", "4006381333931", "0.01", "box", "100", "", "FIX"],
    ["NUT-6", "", "", "", "", "pal", "4800", "", ""],
    ["NUT-8", "Nut M8", "ea", "", "0.02", "", "", "", "fix"],
]


@pytest.fixture(autouse=True)
def _ground(importer: Importer) -> None:
    factories.make_unit(code="box")
    factories.make_unit(code="pal")


def test_accounts_come_in_with_their_addresses(importer: Importer) -> None:
    run = importer.check("accounts", csv_file(ACCOUNTS))

    assert outcomes(run) == {2: "new", 3: "new", 4: "new"}
    assert run.counts == {"new": 3}
    assert not Account.objects.filter(code="00042").exists()

    importer.apply(run)

    dunmore = Account.objects.get(code="00042")
    assert (dunmore.name, dunmore.email, dunmore.currency) == ("Dunmore Ltd", "buy@dunmore.example", "GBP")
    places = Address.objects.filter(account=dunmore).order_by("pk").values_list("name", "town", "is_default_ship_to")
    assert list(places) == [("Depot", "Leith", True), ("Shop", "Perth", False)]
    assert AccountInCompany.objects.get(account=dunmore).terms.code == "N30"
    assert Account.objects.get(code="00043").name == "Økland & Søn"
    assert run.state == "done"


@pytest.mark.parametrize(("kind", "rows"), [("accounts", ACCOUNTS), ("products", PRODUCTS)])
def test_the_same_file_again_changes_nothing(importer: Importer, kind: str, rows: list[list[str]]) -> None:
    importer.apply(importer.check(kind, csv_file(rows)))
    before, batches = everything(), CommandLog.objects.filter(name="orders_site.apply_rows")

    again = importer.check(kind, csv_file(rows))
    assert set(outcomes(again).values()) == {"same"}
    importer.apply(again)

    assert everything() == before
    assert batches.count() == 1


def everything() -> list[dict[str, object]]:
    """All master data that these kinds write."""
    models = (Account, AccountInCompany, Address, Product, ProductUnit)
    return [row for model in models for row in model._default_manager.order_by("pk").values()]


def test_a_change_shows_what_was_and_what_will_be(importer: Importer) -> None:
    importer.apply(importer.check("accounts", csv_file(ACCOUNTS)))
    rows = [ACCOUNTS[0], ["00042", "Dunmore plc", "", "", "", "shop", "", "Crieff", "", ""]]

    run = importer.check("accounts", csv_file(rows))

    assert outcomes(run) == {2: "changed"}
    assert "Name Dunmore Ltd Dunmore plc" in said(run, 2)
    assert "Address Shop, 2 High St, PH1 1AA Perth, GB Shop, 2 High St, PH1 1AA Crieff, GB" in said(run, 2)
    importer.apply(run)
    dunmore = Account.objects.get(code="00042")
    assert (dunmore.name, dunmore.email) == ("Dunmore plc", "buy@dunmore.example")
    assert sorted(dunmore.addresses.values_list("name", "town")) == [("Depot", "Leith"), ("Shop", "Crieff")]


def test_products_come_in_with_units_and_barcodes(importer: Importer) -> None:
    run = importer.check("products", csv_file(PRODUCTS, separator=";"))
    assert outcomes(run) == {2: "new", 3: "new", 4: "new"}, said(run, 2)

    importer.apply(run)

    nut = Product.objects.get(sku="NUT-6")
    assert (nut.barcode, nut.stock_unit.code, nut.category.code) == ("4006381333931", "ea", "FIX")
    assert sorted(nut.units.values_list("unit__code", "numerator")) == [("box", 100), ("pal", 4800)]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("Barcode", "4006381333932", "check digit"),
        ("Name", "", "Enter something here"),
        ("Stock unit", "crate", "Choose a unit"),
        ("Weight", "heavy", "heavy is no number"),
        ("Weight", "1.234", "may be 1.234 or 1234"),
        ("Category", "NONE", "no category with code NONE"),
        ("SKU", "5.01E+12", "A spreadsheet has cut this code"),
        ("SKU", "", "is empty"),
        ("Pack size", "1.5", "no whole number"),
        ("Name", "bell\x07", "control characters"),
        ("Name", "x" * 161, "At most 160 characters"),
    ],
)
def test_a_wrong_cell_is_told_at_its_cell(importer: Importer, column: str, value: str, sentence: str) -> None:
    good = list(PRODUCTS[3])
    bad = list(PRODUCTS[1])
    bad[PRODUCTS[0].index(column)] = value

    run = importer.check("products", csv_file([PRODUCTS[0], good, bad]))

    assert outcomes(run) == {2: "new", 3: "wrong"}
    assert sentence in said(run, 3)
    importer.apply(run)
    assert Product.objects.filter(sku__startswith="NUT").values_list("sku", flat=True).get() == "NUT-8"


def test_rows_that_contradict_each_other_stay_out_together(importer: Importer) -> None:
    rows = [*PRODUCTS[:2], ["NUT-6", "Another name", "", "", "", "pal", "4800", "", ""]]

    run = importer.check("products", csv_file(rows))

    assert outcomes(run) == {2: "wrong", 3: "wrong"}
    assert "say different things" in said(run, 3)


def test_lost_zeros_are_warned_of(importer: Importer) -> None:
    importer.apply(importer.check("accounts", csv_file(ACCOUNTS)))
    rows = [ACCOUNTS[0], ["42", "Dunmore", "GBP", "GB", "N30", "", "1 Quay", "Leith", "", ""]]

    run = importer.check("accounts", csv_file(rows))

    assert outcomes(run) == {2: "new"}
    assert "There is 00042: a spreadsheet may have dropped the zeros of 42." in said(run, 2)


def test_what_was_shown_is_what_is_done(importer: Importer) -> None:
    run = importer.check("products", csv_file(PRODUCTS))
    factories.make_product(sku="NUT-8", name="Somebody was faster")

    importer.apply(run)

    assert Product.objects.get(sku="NUT-8").name == "Somebody was faster"
    assert Product.objects.filter(sku="NUT-6").exists()
    assert "Something changed since the dry run." in said(run, 4)
