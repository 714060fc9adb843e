"""The catalog's pages: work, wrong method, no right and nothing changed, refused input kept, repeated, same queries."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from catalog.drafts import KitPart, RelationDraft, UnitDraft
from catalog.models import (
    Account,
    Address,
    ConditionRecord,
    Coupon,
    CustomerPartNumber,
    KitComponent,
    PriceList,
    Product,
    ProductRelation,
    ProductUnit,
    TaxRate,
)
from catalog.services import create_relation, set_kit
from core.models import Company
from tests.catalog.conftest import LONG_AGO, TODAY, Shop

MANAGEMENT = {"TOTAL_FORMS": "4", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "200"}
LISTS = ("products", "accounts", "price-lists", "prices", "coupons", "tax-rates")
NEW = ("product-new", "account-new", "price-list-new", "price-new", "coupon-new", "tax-rate-new")


def rows(prefix: str, *given: dict[str, str]) -> dict[str, str]:
    """A set of rows as a browser sends it."""
    found = {f"{prefix}-{name}": value for name, value in MANAGEMENT.items()}
    for number, row in enumerate(given):
        found |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return found


def product_fields(**given: Any) -> dict[str, str]:
    values = {"sku": "BOLT", "name": "Bolt M8", "kind": "stocked", "stock_unit": "PCE", "status": "active"}
    values |= {"tax_category": "standard", "posting_group": "goods", "idempotency_key": "k1"}
    return values | rows("units", {"unit": "CS", "numerator": "12", "is_sales_unit": "on"}) | given


def account_fields(shop: Shop, **given: Any) -> dict[str, str]:
    values = {
        "code": "ACME",
        "name": "Acme",
        "is_customer": "on",
        "status": "active",
        "currency": "gbp",
        "country": "gb",
    }
    values |= {"tax_class": "domestic", "language": "en", "idempotency_key": "k1"}
    agreed = {"company": str(shop.company.pk), "terms": str(shop.terms.pk), "ships_complete": "on"}
    dock = {"name": "Dock", "street": "Mill Lane 1", "town": "Leeds", "country": "GB", "is_default_ship_to": "on"}
    return values | rows("agreed", agreed) | rows("addresses", dock) | rows("contacts", {"name": "Ann"}) | given


def price_fields(shop: Shop, **given: Any) -> dict[str, str]:
    values = {"what": "price", "rate": "9.5", "currency": "GBP", "price_unit": "1", "valid_from": "2026-03-01"}
    values |= {"company": str(shop.company.pk), "idempotency_key": "k1"}
    return values | rows("scale", {"start": "100", "rate": "9"}) | given


def coupon_fields(shop: Shop, **given: Any) -> dict[str, str]:
    values = {"code": "SPRING", "name": "Spring", "percent_off": "10", "currency": "GBP", "valid_from": "2026-03-01"}
    return values | {"company": str(shop.company.pk), "idempotency_key": "k1"} | given


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def fields_on(answer: HttpResponse) -> dict[str, str]:
    """What a browser would send back if the form on this page were submitted as it is."""
    html = answer.content.decode()
    form = html[html.index('<form method="post" novalidate') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_box = values.get("type") == "checkbox"
        if "name" in values and (not is_box or " checked" in tag):
            found[values["name"]] = values.get("value", "on" if is_box else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[0] if chosen else ""
    return found


@pytest.fixture
def keeper(client: Client, shop: Shop) -> Client:
    client.force_login(shop.keeper)
    return client


def test_a_product_is_created_with_units_and_shown(keeper: Client, shop: Shop) -> None:
    answer = keeper.post(reverse("catalog:product-new"), product_fields(), follow=True)

    assert answer.redirect_chain[0][1] == 303
    assert "The product was created." in text_of(answer)
    assert "12" in text_of(answer)
    assert ProductUnit.objects.get().is_sales_unit


def test_a_repeated_post_creates_once(keeper: Client, shop: Shop) -> None:
    first = keeper.post(reverse("catalog:product-new"), product_fields())
    again = keeper.post(reverse("catalog:product-new"), product_fields())

    assert (first.status_code, again["Location"]) == (303, first["Location"])
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sku": ""}, "Enter SKU"),
        ({"sku": "X" * 1_000_000}, "at most 40 characters"),
        ({"barcode": "4006381333932"}, "should be 1"),
        ({"weight_kg": "NaN"}, "Enter a number"),
        ({"minimum_quantity": "1e999"}, "no more than 18 digits"),
        ({"minimum_quantity": "0.5"}, "PCE has no fractions"),
        ({"replaced_by": "NOPE"}, "There is no product NOPE"),
        ({"units-0-numerator": "0"}, "greater than or equal to 1"),
        ({"units-0-barcode": "123"}, "8, 12, 13 or 14 digits"),
        ({"units-TOTAL_FORMS": "9999"}, "at most 200"),
        ({"units-TOTAL_FORMS": "x"}, "management"),
        ({"category": "99"}, "not one of the available choices"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_is_kept(
    keeper: Client, shop: Shop, given: dict[str, str], sentence: str
) -> None:
    answer = keeper.post(reverse("catalog:product-new"), product_fields(name="Keep me") | given)

    assert answer.status_code == 422
    assert sentence.lower() in text_of(answer).lower()
    assert 'value="Keep me"' in answer.content.decode()
    assert "<title>Error:" in answer.content.decode()
    assert not Product.objects.exists()


def test_a_taken_sku_is_refused_at_its_field(keeper: Client, shop: Shop) -> None:
    shop.product("BOLT")

    answer = keeper.post(reverse("catalog:product-new"), product_fields(sku="bolt"))

    assert answer.status_code == 422
    assert 'id="id_sku-error"' in answer.content.decode()


def test_a_product_is_changed_and_keeps_kind_and_unit(keeper: Client, shop: Shop) -> None:
    bolt = shop.product(units=(UnitDraft("CS", 12),))
    address = reverse("catalog:product-edit", args=[bolt])

    emptied = {"units-0-unit": "", "units-0-numerator": "", "units-0-is_sales_unit": ""}
    answer = keeper.post(address, product_fields(name="Longer", kind="kit", stock_unit="KG") | emptied)

    found = Product.objects.get()
    assert (answer.status_code, found.name, found.kind, found.stock_unit.code) == (303, "Longer", "stocked", "PCE")
    assert not ProductUnit.objects.exists()


def test_kit_parts_and_relations_are_kept_by_their_pages(keeper: Client, shop: Shop) -> None:
    kit, bolt = shop.product("KIT", kind="kit"), shop.product()

    parts = keeper.post(reverse("catalog:kit", args=[kit]), rows("parts", {"component": "bolt", "quantity": "4"}))
    none = keeper.post(reverse("catalog:kit", args=[kit]), rows("parts"))
    relation = {"related": "BOLT", "kind": "complement", "rank": "1", "valid_from": "2026-03-01"}
    related = keeper.post(reverse("catalog:relation-new", args=[kit]), relation)
    itself = keeper.post(reverse("catalog:relation-new", args=[bolt]), relation)
    shown = text_of(keeper.get(reverse("catalog:product", args=[kit])))
    ended = keeper.post(reverse("catalog:relation-end", args=[ProductRelation.objects.get().pk]), {"on": "2026-03-02"})

    assert [each.status_code for each in (parts, none, related, itself, ended)] == [303, 422, 303, 422, 303]
    assert KitComponent.objects.get().quantity == Decimal(4)
    assert "Goes with" in shown
    assert ProductRelation.objects.get().valid_until == TODAY
    assert keeper.get(reverse("catalog:kit", args=[bolt])).status_code == 404


def test_an_account_is_created_changed_and_shown(keeper: Client, shop: Shop) -> None:
    keeper.post(reverse("catalog:account-new"), account_fields(shop))
    acme = Account.objects.get()
    dock = Address.objects.get()
    kept = {"id": str(dock.pk), "name": "Dock 5", "street": "Mill Lane 1", "town": "Leeds", "country": "GB"}

    changed = keeper.post(
        reverse("catalog:account-edit", args=[acme.pk]), account_fields(shop, name="Acme Ltd") | rows("addresses", kept)
    )
    shown = text_of(keeper.get(reverse("catalog:account", args=[acme.pk])))

    dock.refresh_from_db()
    assert (acme.currency, changed.status_code, dock.name) == ("GBP", 303, "Dock 5")
    assert "Acme Ltd" in shown
    assert "30 days net" in shown
    assert "Complete only" in shown


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tax_number": "GB123456789"}, "not a valid tax number of GB"),
        ({"parent": "NOPE"}, "There is no account NOPE"),
        ({"currency": "XXX"}, "not a currency"),
        ({"is_customer": ""}, "a customer, a supplier, or both"),
        ({"addresses-0-town": ""}, "Enter town"),
        ({"contacts-0-email": "x"}, "valid email"),
        ({"agreed-0-company": "99999"}, "not one of the available choices"),
        ({"agreed-0-over_delivery_percent": "101"}, "less than or equal to 100"),
    ],
)
def test_bad_accounts_are_refused(keeper: Client, shop: Shop, given: dict[str, str], sentence: str) -> None:
    answer = keeper.post(reverse("catalog:account-new"), account_fields(shop) | given)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Account.objects.exists()


def test_part_numbers_are_kept(keeper: Client, shop: Shop) -> None:
    shop.product()
    acme = shop.account()

    answer = keeper.post(
        reverse("catalog:part-numbers", args=[acme]), rows("numbers", {"product": "BOLT", "number": "A-77"})
    )

    assert answer.status_code == 303
    assert CustomerPartNumber.objects.get().number == "A-77"


def test_prices_are_added_to_a_list_changed_and_ended(keeper: Client, shop: Shop) -> None:
    bolt = shop.product()
    made = {"company": str(shop.company.pk), "code": "PL-26", "name": "List 2026", "currency": "GBP"}
    keeper.post(reverse("catalog:price-list-new"), made)
    price_list = PriceList.objects.get()
    add = reverse("catalog:price-list-add", args=[price_list.pk])

    added = keeper.post(add, price_fields(shop, product="BOLT"))
    overlaps = keeper.post(add, price_fields(shop, product="BOLT", idempotency_key="k2"))
    first = ConditionRecord.objects.get()
    change = {"rate": "9.9", "valid_from": "2026-05-01"} | rows("scale")
    changed = keeper.post(reverse("catalog:price-change", args=[first.pk]), change)
    assert changed.status_code == 303, text_of(changed)
    second = ConditionRecord.objects.exclude(pk=first.pk).get()
    ended = keeper.post(reverse("catalog:price-end", args=[second.pk]), {"last_day": "2026-05-31"})
    again = keeper.post(reverse("catalog:price-end", args=[first.pk]), {"last_day": "2026-06-30"})

    assert [each.status_code for each in (added, overlaps, changed, ended, again)] == [303, 409, 303, 303, 422]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (str(first.valid.upper), str(second.valid.upper)) == ("2026-05-01", "2026-06-01")
    assert (first.product_id, first.price_list, first.scale.get().rate) == (bolt, price_list, Decimal(9))
    listed = text_of(keeper.get(reverse("catalog:price-list", args=[price_list.pk])))
    assert "from 100: 9.00" in listed
    assert "GBP per PCE" in listed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"rate": "Infinity"}, "Enter a number"),
        ({"product": ""}, "Choose for whom and what this holds"),
        ({"currency": ""}, "not a currency"),
        ({"what": "percent", "rate": "101"}, "percentage from 0 to 100"),
        ({"last_day": "2026-02-01"}, "ends before it begins"),
        ({"valid_from": "0000-01-01"}, "Enter a date, like"),
        ({"scale-0-start": "0"}, "greater than zero"),
        ({"company": "99999"}, "not one of the available choices"),
        ({"unit": "KG"}, "has no unit KG"),
    ],
)
def test_bad_prices_are_refused(keeper: Client, shop: Shop, given: dict[str, str], sentence: str) -> None:
    shop.product()

    answer = keeper.post(reverse("catalog:price-new"), price_fields(shop, product="BOLT") | given)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not ConditionRecord.objects.exists()


def test_the_far_end_of_the_calendar_is_no_end(keeper: Client, shop: Shop) -> None:
    shop.product()

    answer = keeper.post(reverse("catalog:price-new"), price_fields(shop, product="BOLT", last_day="9999-12-31"))

    assert answer.status_code == 303
    assert ConditionRecord.objects.get().valid.upper is None
    assert keeper.get(answer["Location"]).status_code == 200


def test_coupons_are_created_and_their_limits_changed(keeper: Client, shop: Shop) -> None:
    made = keeper.post(reverse("catalog:coupon-new"), coupon_fields(shop))
    both = keeper.post(
        reverse("catalog:coupon-new"), coupon_fields(shop, code="B", amount_off="5", idempotency_key="2")
    )
    coupon = Coupon.objects.get()
    changed = keeper.post(reverse("catalog:coupon-edit", args=[coupon.pk]), {"name": "Spring", "most_uses": "5"})
    refused = keeper.post(reverse("catalog:coupon-edit", args=[coupon.pk]), {"name": "Spring", "most_uses": "1.5"})

    coupon.refresh_from_db()
    assert [each.status_code for each in (made, both, changed, refused)] == [303, 422, 303, 422]
    assert coupon.most_uses == 5
    assert "10 %" in text_of(keeper.get(reverse("catalog:coupon", args=[coupon.pk]))).replace("\xa0", " ")


def test_a_tax_rate_follows_the_one_before(keeper: Client, shop: Shop) -> None:
    typed = {"company": str(shop.company.pk), "code": "S21", "name": "VAT 21 %", "tax_category": "standard"}
    typed |= {"tax_class": "domestic", "kind": "S", "percent": "21", "valid_from": "2027-01-01"}

    made = keeper.post(reverse("catalog:tax-rate-new"), typed)
    refused = keeper.post(reverse("catalog:tax-rate-new"), typed | {"kind": "E"})

    assert (made.status_code, refused.status_code) == (303, 422)
    assert str(TaxRate.objects.get(code="S20").valid.upper) == "2027-01-01"


def test_the_price_check_says_the_price_and_why(keeper: Client, shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00", scale={"100": "8.50"})
    shop.price(None, "10", access="account", account_id=acme, condition_type="DISC", calculation="percent", currency="")
    asked = {"account": "acme", "product": "bolt", "quantity": "100", "on": "2026-03-02", "unit": "", "coupon": "NOPE"}
    asked |= {"company": str(shop.company.pk)}

    answer = keeper.get(reverse("catalog:price-check"), asked)

    text = text_of(answer).replace("\xa0", " ")
    assert answer.status_code == 200
    assert "Account ACME pays 8.50 GBP per PCE for 100 PCE" in text
    assert "Line discount 10 % of 850.00 GBP" in text
    assert "918.00" in text
    assert "Coupon NOPE gives nothing: no such code." in text
    for given in ({"quantity": "-1"}, {"product": "NOPE"}, {"unit": "YD"}, {"quantity": "0.5"}, {"on": "soon"}):
        wrong = keeper.get(reverse("catalog:price-check"), asked | given)
        assert wrong.status_code == (200 if given == {"quantity": "0.5"} else 422)


@pytest.mark.parametrize("name", [*LISTS, *NEW, "price-check"])
def test_every_page_answers_and_refuses(client: Client, shop: Shop, name: str) -> None:
    address = reverse(f"catalog:{name}")
    assert client.get(address)["Location"].startswith(reverse("login"))

    client.force_login(shop.nobody)
    assert client.get(address).status_code == 403
    client.force_login(shop.viewer)
    assert client.get(address).status_code == (403 if name in NEW else 200)
    assert client.put(address).status_code == 405
    client.force_login(shop.keeper)
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == (422 if name in NEW else 405)


def test_without_the_right_nothing_changes(client: Client, shop: Shop) -> None:
    client.force_login(shop.viewer)

    assert client.post(reverse("catalog:product-new"), product_fields()).status_code == 403
    assert client.post(reverse("catalog:account-new"), account_fields(shop)).status_code == 403
    assert client.post(reverse("catalog:coupon-new"), coupon_fields(shop)).status_code == 403
    assert [model.objects.count() for model in (Product, Account, Coupon)] == [0, 0, 0]


def test_other_companies_prices_lists_and_coupons_are_not_found(
    client: Client, shop: Shop, other_company: Company
) -> None:
    bolt = shop.product()
    price, coupon = shop.price(bolt, "10.00"), shop.coupon()
    price_list = PriceList.objects.create(company=shop.company, code="L", name="L", currency="GBP")
    shop.keeper.companies.set([other_company])
    client.force_login(shop.keeper)

    for name, key in (
        ("price", price),
        ("price-change", price),
        ("price-end", price),
        ("price-list", price_list.pk),
        ("price-list-add", price_list.pk),
        ("coupon", coupon),
        ("coupon-edit", coupon),
    ):
        assert client.get(reverse(f"catalog:{name}", args=[key])).status_code == 404
    assert "BOLT" not in text_of(client.get(reverse("catalog:prices")))
    assert "SPRING" not in text_of(client.get(reverse("catalog:coupons")))


def test_lists_ask_the_same_for_10_and_20_rows(keeper: Client, shop: Shop, count_statements: Any) -> None:
    def fill(numbers: range) -> None:
        for number in numbers:
            product = shop.product(f"P{number:02}")
            shop.price(product, "10.00", scale={"10": "9"})
            shop.account(f"A{number:02}")
            shop.coupon(f"C{number:02}")
            shop.tax(f"T{number:02}", "1", category=f"c{number:02}")
            PriceList.objects.create(company=shop.company, code=f"L{number:02}", name="L", currency="GBP")

    def ask() -> dict[str, int]:
        found = {}
        for name in LISTS:
            with count_statements() as statements:
                assert keeper.get(reverse(f"catalog:{name}")).status_code == 200
            found[name] = statements.count
        return found

    fill(range(10))
    ask()
    ten = ask()
    fill(range(10, 20))

    assert ask() == ten


def test_the_pages_of_one_product_and_account_ask_the_same_for_more_rows(
    keeper: Client, shop: Shop, count_statements: Callable[..., Any]
) -> None:
    kit, acme = shop.product("KIT", kind="kit"), shop.account()
    counts = []
    for number in range(1, 7):
        part = shop.product(f"P{number}")
        shop.price(part, "9", access="account and product", account_id=acme)
        shop.price(kit, "9", currency=("GBP", "EUR", "USD", "CHF", "SEK", "JPY")[number - 1])
        create_relation(draft=RelationDraft(kit, part, "complement", LONG_AGO), actor=shop.keeper)
        parts = [KitPart(each, Decimal(1)) for each in Product.objects.exclude(pk=kit).values_list("pk", flat=True)]
        set_kit(product_id=kit, parts=parts, actor=shop.keeper)
        if number in (1, 2, 6):
            with count_statements() as statements:
                assert keeper.get(reverse("catalog:product", args=[kit])).status_code == 200
                assert keeper.get(reverse("catalog:account", args=[acme])).status_code == 200
            counts.append(statements.count)

    assert counts[1] == counts[2]


def test_exports_carry_what_is_shown(keeper: Client, shop: Shop) -> None:
    shop.price(shop.product("=BOLT"), "10.00", scale={"10": "9"})

    answer = keeper.get(reverse("catalog:prices"), {"format": "csv"})

    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=BOLT" in content
    assert "from 10: 9.00" in content


def test_saving_without_touching_anything_keeps_every_row(keeper: Client, shop: Shop) -> None:
    keeper.post(reverse("catalog:product-new"), product_fields())
    keeper.post(reverse("catalog:account-new"), account_fields(shop))
    bolt, acme, dock = Product.objects.get(), Account.objects.get(), Address.objects.get()

    for name, key in (("product-edit", bolt.pk), ("account-edit", acme.pk)):
        address = reverse(f"catalog:{name}", args=[key])
        saved = keeper.post(address, fields_on(keeper.get(address)))
        assert saved.status_code == 303, text_of(saved)

    assert ProductUnit.objects.get().numerator == 12
    assert list(Address.objects.all()) == [dock]
    assert acme.contacts.get().name == "Ann"
    assert acme.in_companies.get().ships_complete


def test_with_two_companies_each_has_its_row_of_terms(keeper: Client, shop: Shop, other_company: Company) -> None:
    shop.keeper.companies.add(other_company)
    agreed = rows(
        "agreed",
        {"company": str(shop.company.pk), "terms": str(shop.terms.pk)},
        {"company": str(other_company.pk), "terms": ""},
    )

    shown = text_of(keeper.get(reverse("catalog:account-new")))
    made = keeper.post(reverse("catalog:account-new"), account_fields(shop) | agreed)

    assert "Harland &amp; Pike Europe" in shown
    assert made.status_code == 303, text_of(made)
    assert [row.company for row in Account.objects.get().in_companies.all()] == [shop.company]
