"""The pages of stock and supply: who sees what, what a POST does, and what a refused one leaves."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from core.dates import business_date
from core.models import Company, CompanyMembership, User
from inventory.models import StockAdjustment, StockBucket, SupplyLine, SupplyOrder, SupplyReceipt, Warehouse
from inventory.services import create_bin
from tests.inventory.makers import (
    day,
    expect,
    make_company,
    make_product,
    make_supplier,
    make_warehouse,
    promised,
    put_in_stock,
)
from tests.support.pages import browser, posted
from tests.support.statements import Statements

TODAY = business_date("UTC")
RIGHTS = ("view_stock", "view_supply", "maintain_supply", "receive_supply", "adjust_stock", "see_cost")


@pytest.fixture
def keeper(company: Company) -> User:
    """Somebody who runs the warehouse and sees cost."""
    user = User.objects.create_user("keeper", first_name="Kim", last_name="Keeper")
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    CompanyMembership.objects.create(user=user, company=company)
    return user


@pytest.fixture
def pages(keeper: User) -> Client:
    """A browser of the keeper."""
    client = Client()
    client.force_login(keeper)
    return client


def without(user: User, *codenames: str) -> Client:
    """A browser of the same person without some rights."""
    user.user_permissions.remove(*Permission.objects.filter(codename__in=codenames))
    return browser(User.objects.get(pk=user.pk))


def lines(*rows: dict[str, str]) -> dict[str, str]:
    """A set of lines as it is posted."""
    found = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        found |= {f"lines-{number}-{name}": value for name, value in row.items()}
    return found


# --- lists -----------------------------------------------------------------------------------------------------------


def test_stock_is_listed_with_its_value_for_those_who_may_see_cost(
    pages: Client, keeper: User, main: Warehouse, bolt: Product
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10", unit_cost="12.34")
    promised(product=bolt, warehouse=main, quantity="3")

    seen = pages.get(reverse("inventory:on-hand")).content.decode()
    hidden = without(keeper, "see_cost").get(reverse("inventory:on-hand")).content.decode()
    export = without(keeper, "see_cost").get(reverse("inventory:on-hand") + "?format=csv&sort=-value")

    assert "BOLT" in seen
    assert "123.40" in seen
    assert "BOLT" in hidden
    assert "123.40" not in hidden
    body = b"".join(export.streaming_content).decode()
    assert "BOLT" in body
    assert "123.4" not in body


@pytest.mark.parametrize("name", ["on-hand", "moves", "supply", "adjustments"])
def test_lists_cost_the_same_for_ten_rows_and_twenty(
    pages: Client,
    main: Warehouse,
    name: str,
    count_statements: Callable[[], AbstractContextManager[Statements]],
) -> None:
    def fill() -> int:
        for _ in range(10):
            product = make_product()
            put_in_stock(warehouse=main, product=product, quantity="1")
            expect(warehouse=main, product=product, quantity="1", on=day(3))
        pages.get(reverse(f"inventory:{name}"))
        with count_statements() as seen:
            answer = pages.get(reverse(f"inventory:{name}"))
        assert answer.status_code == 200
        return seen.count

    assert fill() == fill()


def test_other_companies_are_not_seen(pages: Client, main: Warehouse, bolt: Product) -> None:
    elsewhere = make_warehouse(company=make_company(code="ZZ"), code="ELSE")
    put_in_stock(warehouse=elsewhere, product=bolt, quantity="10")
    line = expect(warehouse=elsewhere, product=bolt, quantity="10", on=day(5))

    assert "Warehouse ELSE" not in pages.get(reverse("inventory:on-hand")).content.decode()
    for name in ("supply-order", "supply-receive"):
        assert pages.get(reverse(f"inventory:{name}", args=[line.order_id])).status_code == 404
    answer = pages.post(reverse("inventory:supply-verb", args=[line.order_id, "close"]), posted())
    assert answer.status_code == 404
    assert SupplyOrder.objects.get().status == "ordered"


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("on-hand", "view_stock"),
        ("moves", "view_stock"),
        ("availability", "view_stock"),
        ("supply", "view_supply"),
        ("supply-new", "maintain_supply"),
        ("adjustments", "view_stock"),
        ("adjustment-new", "adjust_stock"),
    ],
)
def test_every_page_asks_for_its_right(keeper: User, main: Warehouse, name: str, right: str) -> None:
    assert without(keeper).get(reverse(f"inventory:{name}")).status_code == 200
    assert without(keeper, right).get(reverse(f"inventory:{name}")).status_code == 403


# --- availability ----------------------------------------------------------------------------------------------------


def test_availability_answers_a_wish_in_words(pages: Client, main: Warehouse, north: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="16")
    put_in_stock(warehouse=north, product=bolt, quantity="9")
    expect(warehouse=main, product=bolt, quantity="120", on=TODAY + timedelta(days=4))
    promised(product=bolt, warehouse=main, quantity="6", on=TODAY, reference="SO-77")

    answer = pages.get(reverse("inventory:availability"), {"product": "bolt", "quantity": "40"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "10 can ship by" in text
    assert "All 40 can ship on" in text
    assert 'value="40"' in text
    assert "SO-77" in text
    assert "Warehouse NORTH" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"product": "NOPE"}, "There is no product NOPE"),
        ({"product": "BOLT", "quantity": "NaN"}, "Enter a number"),
        ({"product": "BOLT", "quantity": "-1"}, "Enter a quantity above zero"),
        ({"product": "BOLT", "quantity": "1e999"}, "Ensure that there are no more than"),
        ({"product": "BOLT", "wanted_on": "9999-99-99"}, "Enter a date, like 2026-03-31"),
        ({"product": "BOLT", "wanted_on": "9999-12-31"}, "Enter a date between 2000 and 2199"),
        ({"product": "x" * 1_000_000}, "at most 40 characters"),
        ({"product": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_a_senseless_question_is_answered_with_a_sentence(
    pages: Client, main: Warehouse, bolt: Product, query: dict[str, str], sentence: str
) -> None:
    answer = pages.get(reverse("inventory:availability"), query)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_product_leads_to_its_availability(pages: Client, bolt: Product) -> None:
    answer = pages.get(reverse("inventory:availability-of", args=[bolt.pk]))

    assert answer.headers["Location"].endswith("?product=BOLT")


# --- inbound orders --------------------------------------------------------------------------------------------------


def order_form(main: Warehouse, **changes: str) -> dict[str, object]:
    """A good inbound order, with some things changed."""
    line = {"product": "bolt", "quantity": "12", "expected_on": str(TODAY + timedelta(days=5)), "unit_cost": "2.50"}
    line |= {name: changes.pop(name) for name in list(changes) if name in line}
    head = {"supplier": make_supplier().code.lower(), "warehouse": str(main.pk), "business_date": str(TODAY)}
    return posted(**(head | {"reference": "their-1"} | lines(line, {}) | changes))


def test_an_inbound_order_is_placed(pages: Client, main: Warehouse, bolt: Product) -> None:
    form = order_form(main)

    answers = [pages.post(reverse("inventory:supply-new"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    order = SupplyOrder.objects.get()
    assert (order.status, order.supplier_reference) == ("ordered", "their-1")
    line = SupplyLine.objects.get()
    assert (line.product, line.ordered, line.unit_cost, line.total.open) == (bolt, 12, Decimal("2.50"), 12)
    assert pages.get(answers[0].headers["Location"]).status_code == 200


def test_a_draft_is_saved_and_placed_later(pages: Client, main: Warehouse, bolt: Product) -> None:
    pages.post(reverse("inventory:supply-new"), order_form(main, draft="1"))
    order = SupplyOrder.objects.get()
    assert order.status == "draft"

    pages.post(reverse("inventory:supply-verb", args=[order.pk, "order"]), posted())

    order.refresh_from_db()
    assert order.status == "ordered"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quantity": "0"}, "must be greater than zero"),
        ({"quantity": "-2"}, "must be greater than zero"),
        ({"quantity": "1.5"}, "counted in whole units"),
        ({"quantity": "NaN"}, "Enter a number"),
        ({"quantity": "1e999"}, "Ensure that there are no more than"),
        ({"product": "NOPE"}, "There is no product NOPE"),
        ({"unit_cost": "-1"}, "greater than or equal to 0"),
        ({"expected_on": "9999-12-31"}, "between 2000 and 2199"),
        ({"supplier": "NOBODY"}, "There is no supplier NOBODY"),
        ({"warehouse": "999999"}, "Select a valid choice"),
        ({"business_date": "1999-01-01"}, "between 2000 and 2199"),
        ({"business_date": "2020-01-01"}, "right to back-date is missing"),
        ({"business_date": "2198-01-01"}, "must not lie in the future"),
        ({"reference": "x" * 1_000_000}, "at most 40 characters"),
        ({"lines-TOTAL_FORMS": "x"}, "did not arrive whole"),
        ({"lines-TOTAL_FORMS": "1000"}, "at most 200"),
        ({"lines-TOTAL_FORMS": "0"}, "Enter at least one line"),
    ],
)
def test_a_senseless_inbound_order_is_answered_with_a_sentence(
    pages: Client, main: Warehouse, bolt: Product, changes: dict[str, str], sentence: str
) -> None:
    answer = pages.post(reverse("inventory:supply-new"), order_form(main, **changes))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "<title>Error:" in text
    assert not SupplyOrder.objects.exists()


def test_more_lines_keep_what_was_typed(pages: Client, main: Warehouse, bolt: Product) -> None:
    answer = pages.post(reverse("inventory:supply-new"), order_form(main, more="1"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "their-1" in text
    assert 'name="lines-7-product"' in text
    assert not SupplyOrder.objects.exists()


def test_a_stranger_places_nothing(keeper: User, main: Warehouse, bolt: Product) -> None:
    answer = without(keeper, "maintain_supply").post(reverse("inventory:supply-new"), order_form(main))

    assert answer.status_code == 403
    assert not SupplyOrder.objects.exists()


def test_new_dates_are_written_down_with_their_reason(pages: Client, main: Warehouse, bolt: Product) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    address = reverse("inventory:supply-dates", args=[line.order_id])

    refused = pages.post(address, posted(**{f"day_{line.pk}": "2199-01-01"}))
    done = pages.post(address, posted(reason="storm", **{f"day_{line.pk}": "2199-01-01"}))

    assert (refused.status_code, done.status_code) == (422, 303)
    line.refresh_from_db()
    assert str(line.expected_on) == "2199-01-01"
    assert "storm" in pages.get(reverse("inventory:supply-order", args=[line.order_id])).content.decode()


def test_verbs_of_an_inbound_order(pages: Client, main: Warehouse, bolt: Product) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    address = reverse("inventory:supply-verb", args=[line.order_id, "cancel"])

    assert pages.get(address).status_code == 405
    assert pages.post(address, posted()).status_code == 422
    assert pages.post(address, posted(reason="too late")).status_code == 303
    assert pages.post(address, posted(reason="again")).status_code == 422
    assert pages.post(reverse("inventory:supply-verb", args=[line.order_id, "burn"]), posted()).status_code == 404
    assert SupplyOrder.objects.get().status == "cancelled"


# --- receiving -------------------------------------------------------------------------------------------------------


def test_goods_are_received_into_a_bin(pages: Client, main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    bin_id = create_bin(warehouse_id=main.pk, code="B-1", actor=system)
    address = reverse("inventory:supply-receive", args=[line.order_id])
    form = posted(business_date=str(TODAY), **{f"quantity_{line.pk}": "4", f"bin_{line.pk}": str(bin_id)})

    proposed = pages.get(address).content.decode()
    assert 'value="10"' in proposed  # not 1E+1
    answers = [pages.post(address, form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert SupplyReceipt.objects.count() == 1
    assert StockBucket.objects.get().on_hand == 4
    text = pages.get(answers[0].headers["Location"]).content.decode()
    assert "B-1" in text
    assert "16.00" in text


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("11", "only 10 are still to come"),
        ("1.5", "counted in whole units"),
        ("-1", "greater than or equal to 0"),
        ("", "at least one quantity"),
        ("NaN", "Enter a number"),
    ],
)
def test_a_senseless_receipt_is_answered_with_a_sentence(
    pages: Client, main: Warehouse, bolt: Product, quantity: str, sentence: str
) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    form = posted(business_date=str(TODAY), **{f"quantity_{line.pk}": quantity})

    answer = pages.post(reverse("inventory:supply-receive", args=[line.order_id]), form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SupplyReceipt.objects.exists()


# --- adjustments -----------------------------------------------------------------------------------------------------


def adjustment_form(main: Warehouse, **changes: str) -> dict[str, object]:
    """A good correction, with some things changed."""
    line = {"product": "BOLT", "quantity": "5", "bin": "", "unit_cost": "3"}
    line |= {name: changes.pop(name) for name in list(changes) if name in line}
    head = {"warehouse": str(main.pk), "business_date": str(TODAY), "reason": "count"}
    return posted(**(head | lines(line) | changes))


def test_stock_is_corrected(pages: Client, main: Warehouse, bolt: Product) -> None:
    form = adjustment_form(main, bin="stock")

    answers = [pages.post(reverse("inventory:adjustment-new"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert StockBucket.objects.get().on_hand == 5
    assert "count" in pages.get(answers[0].headers["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quantity": "-5"}, "BOLT: only 0 on hand"),
        ({"quantity": "0"}, "more or less than zero"),
        ({"quantity": "0.5"}, "counted in whole units"),
        ({"bin": "Z-99"}, "has no bin Z-99"),
        ({"reason": ""}, "Enter reason"),
        ({"reason": "=cmd()" * 200_000}, "at most 200 characters"),
        ({"product": "NOPE"}, "There is no product NOPE"),
        ({"quantity": "9" * 12, "unit_cost": "9" * 7}, "Quantity times cost is larger than can be written"),
    ],
)
def test_a_senseless_correction_is_answered_with_a_sentence(
    pages: Client, main: Warehouse, bolt: Product, changes: dict[str, str], sentence: str
) -> None:
    answer = pages.post(reverse("inventory:adjustment-new"), adjustment_form(main, **changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not StockAdjustment.objects.exists()


def test_a_receipt_too_large_to_be_written_says_so_at_its_line(
    pages: Client, main: Warehouse, bolt: Product, system: User
) -> None:
    line = expect(warehouse=main, product=bolt, quantity="9" * 12, on=day(5), unit_cost="9999999")
    form = posted(business_date=str(TODAY), **{f"quantity_{line.pk}": "9" * 12})

    answer = pages.post(reverse("inventory:supply-receive", args=[line.order_id]), form)

    assert answer.status_code == 422
    assert "Quantity times cost is larger than can be written" in answer.content.decode()
    assert not SupplyReceipt.objects.exists()
