"""Pricing whole documents: composition of price, discount, coupon and tax; contract prices; units; statement counts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from catalog.drafts import ProductDraft, UnitDraft
from catalog.errors import AccountNotFound, LineNotPriceable, ProductNotFound
from catalog.pricing.document import (
    AgreementPrice,
    DocumentToPrice,
    LineToPrice,
    PricedDocument,
    price_document,
    price_documents,
)
from catalog.services import create_products, set_conditions
from catalog.stored_traces import stored_sentence
from core.errors import DomainError
from core.models import FxRate
from tests.catalog.conftest import LONG_AGO, TODAY, Shop

CASE = UnitDraft("CS", 12)


def line(product_id: int, quantity: str = "1", *, key: int = 1, **given: Any) -> LineToPrice:
    return LineToPrice(key=key, product_id=product_id, sales_quantity=Decimal(quantity), **given)


def priced(shop: Shop, account_id: int, *lines: LineToPrice, **given: Any) -> PricedDocument:
    values: dict[str, Any] = {"company_id": shop.company.pk, "account_id": account_id, "on": TODAY, "currency": "GBP"}
    values |= {"price_basis": "net", "tax_class": "domestic", "lines": lines}
    return price_document(**(values | given))


def test_price_discount_coupon_and_tax_make_the_totals(shop: Shop) -> None:
    bolt, mug, acme = shop.product("BOLT"), shop.product("MUG", tax_category="reduced"), shop.account()
    shop.price(bolt, "10.00")
    shop.price(mug, "6.00")
    shop.price(mug, "5", condition_type="DISC", calculation="percent", currency="")
    coupon = shop.coupon("SPRING", percent_off=Decimal(10))

    document = priced(shop, acme, line(bolt, "3"), line(mug, "10", key=2), coupon_code=" spring ")

    first, second = document.lines
    assert (first.unit_price, first.discount, first.net, first.tax, first.gross) == (
        Decimal("10"),
        Decimal("3.00"),
        Decimal("27.00"),
        Decimal("5.40"),
        Decimal("32.40"),
    )
    assert (second.discount, second.net, second.tax) == (Decimal("8.70"), Decimal("51.30"), Decimal("2.57"))
    assert (document.net, document.tax, document.gross) == (Decimal("78.30"), Decimal("7.97"), Decimal("86.27"))
    assert [(group.code, group.base, group.tax) for group in document.tax_groups] == [
        ("S20", Decimal("27.00"), Decimal("5.40")),
        ("S5", Decimal("51.30"), Decimal("2.57")),
    ]
    assert document.coupon_id == coupon
    assert document.coupon_sentence == "Coupon SPRING takes 8.70 GBP off."


def test_the_trace_says_how_the_price_came_about(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account(price_group_id=shop.wholesale.pk)
    shop.price(bolt, "10.00")
    shop.price(bolt, "9.00", access="price group and product", price_group_id=shop.wholesale.pk, scale={"100": "8.50"})

    (first,) = priced(shop, acme, line(bolt, "100")).lines

    text = stored_sentence(first.trace)
    assert "Price 8.50 GBP per PCE x 100 PCE (price group and product" in text
    assert "= 850.00 GBP" in text
    assert "VAT 20 % 20 % of 850.00 GBP (standard to domestic, GB to GB" in text


def test_scale_holds_from_its_start_and_the_rate_before(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "1.00", scale={"10": "0.90", "100": "0.80"})

    lines = [line(bolt, quantity, key=index) for index, quantity in enumerate(["9", "10", "99", "100"])]

    assert [each.unit_price for each in priced(shop, acme, *lines).lines] == [
        Decimal("1.00"),
        Decimal("0.90"),
        Decimal("0.90"),
        Decimal("0.80"),
    ]


def test_a_price_per_piece_prices_cases_exactly_and_grams_by_the_thousand(shop: Shop) -> None:
    bolt = shop.product(units=(CASE,))
    flour = shop.product("FLOUR", stock_unit="KG", units=(UnitDraft("G", 1, 1000),))
    acme = shop.account()
    shop.price(bolt, "1.25")
    shop.price(flour, "3.00")

    cases, grams = priced(shop, acme, line(bolt, "2", sales_unit="CS"), line(flour, "250", key=2, sales_unit="G")).lines

    assert (cases.unit_price, cases.price_unit, cases.quantity, cases.net) == (
        Decimal("15.00"),
        1,
        Decimal(24),
        Decimal("30.00"),
    )
    assert (cases.unit_numerator, cases.unit_denominator) == (12, 1)
    assert (grams.unit_price, grams.price_unit, grams.quantity, grams.net) == (
        Decimal("3.00"),
        1000,
        Decimal("0.25"),
        Decimal("0.75"),
    )


def test_the_sales_unit_is_taken_where_none_is_named(shop: Shop) -> None:
    bolt, acme = shop.product(units=(UnitDraft("CS", 12, is_sales_unit=True),)), shop.account()
    shop.price(bolt, "1.25")

    (first,) = priced(shop, acme, line(bolt, "1")).lines

    assert (first.sales_unit, first.net) == ("CS", Decimal("15.00"))


def test_a_contract_price_is_final_and_the_list_price_stays_visible(shop: Shop) -> None:
    bolt, mug, acme = shop.product(units=(CASE,)), shop.product("MUG"), shop.account()
    for product_id in (bolt, mug):
        shop.price(product_id, "10.00")
    shop.price(None, "5", access="account", account_id=acme, condition_type="DISC", calculation="percent", currency="")
    shop.coupon("SPRING", percent_off=Decimal(10))
    agreed = AgreementPrice(unit_price=Decimal("8.00"), price_unit=1, currency="GBP")

    document = priced(
        shop,
        acme,
        line(bolt, "1", sales_unit="CS", agreement_line_id=7, agreement_price=agreed),
        line(mug, "1", key=2),
        coupon_code="SPRING",
    )

    contract, free = document.lines
    assert (contract.unit_price, contract.list_price, contract.discount, contract.net) == (
        Decimal("96.00"),
        Decimal("120.00"),
        Decimal("0.00"),
        Decimal("96.00"),
    )
    assert contract.excludes_promotions
    assert free.net == Decimal("8.55")


def test_entries_by_hand_replace_what_was_found_and_are_flagged_beyond_their_limit(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00")

    small, large, discounted = priced(
        shop,
        acme,
        line(bolt, manual_unit_price=Decimal("9.50")),
        line(bolt, key=2, manual_unit_price=Decimal("5.00")),
        line(bolt, key=3, manual_discount_percent=Decimal(10)),
    ).lines

    assert (small.net, small.list_price, small.findings) == (Decimal("9.50"), Decimal("10.00"), ())
    assert (large.net, large.findings) == (Decimal("5.00"), ("over_limit",))
    assert (discounted.net, discounted.discount, discounted.list_price) == (
        Decimal("9.00"),
        Decimal("1.00"),
        Decimal("10.00"),
    )


def test_order_discount_takes_the_reached_threshold(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00")
    shop.price(
        None,
        "0",
        condition_type="ORDER",
        access="everybody",
        calculation="percent",
        currency="",
        scale={"100": "2", "500": "5"},
    )

    assert priced(shop, acme, line(bolt, "9")).net == Decimal("90.00")
    assert priced(shop, acme, line(bolt, "10")).net == Decimal("98.00")
    assert priced(shop, acme, line(bolt, "50")).net == Decimal("475.00")


def test_gross_prices_contain_their_tax(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "12.00")

    document = priced(shop, acme, line(bolt, "3"), price_basis="gross")

    assert (document.net, document.tax, document.gross) == (Decimal("30.00"), Decimal("6.00"), Decimal("36.00"))


def test_a_foreign_price_is_converted_at_the_day(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00", currency="EUR")
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=date(2026, 1, 1), rate=Decimal("0.85"))
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=date(2026, 3, 3), rate=Decimal("0.99"))

    (first,) = priced(shop, acme, line(bolt, "2")).lines

    assert (first.unit_price, first.net) == (Decimal("8.50"), Decimal("17.00"))


def test_what_is_missing_is_found_and_named(shop: Shop) -> None:
    bolt, acme = shop.product(tax_category="books"), shop.account()

    (first,) = priced(shop, acme, line(bolt)).lines

    assert first.findings == ("no_price", "no_tax")
    assert (first.net, first.list_price, first.tax_code) == (Decimal("0.00"), None, "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"coupon_code": "NOPE"}, "Coupon NOPE gives nothing: no such code."),
        ({"coupon_code": "OLD"}, "Coupon OLD gives nothing: not valid on this date."),
        ({"coupon_code": "BIG"}, "Coupon BIG gives nothing: the order is below the minimum value."),
    ],
)
def test_a_coupon_that_gives_nothing_says_why(shop: Shop, given: dict[str, Any], sentence: str) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00")
    shop.coupon("OLD", valid_until=TODAY)
    shop.coupon("BIG", minimum_order_net=Decimal("10.01"))

    document = priced(shop, acme, line(bolt), **given)

    assert (document.net, document.coupon_id, document.coupon_sentence) == (Decimal("10.00"), None, sentence)


def test_unknown_products_accounts_units_and_quantities_are_refused_at_their_line(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()

    with pytest.raises(ProductNotFound):
        priced(shop, acme, line(bolt + 999))
    with pytest.raises(AccountNotFound):
        priced(shop, acme + 999, line(bolt))
    with pytest.raises(DomainError, match="price basis"):
        priced(shop, acme, line(bolt), price_basis="both")
    for given, field in (
        ({"sales_unit": "CS"}, "lines-1-sales_unit"),
        ({"manual_unit_price": Decimal("-1")}, "lines-1-manual_unit_price"),
        ({"manual_discount_percent": Decimal(101)}, "lines-1-manual_discount_percent"),
    ):
        with pytest.raises(LineNotPriceable) as refused:
            priced(shop, acme, line(bolt, **given))
        assert list(refused.value.fields) == [field]
    for quantity in ("-1", "NaN", "Infinity", "1E+999", "0.0000001"):
        with pytest.raises(LineNotPriceable) as refused:
            priced(shop, acme, line(bolt, quantity))
        assert list(refused.value.fields) == ["lines-1-sales_quantity"]


def test_statement_count_is_the_same_for_10_and_1000_lines_and_for_a_set(shop: Shop, count_statements: Any) -> None:
    ids = create_products(
        drafts=[ProductDraft(sku=f"P{number}", name=f"Product {number}") for number in range(1000)], actor=shop.keeper
    )
    for product_id in ids[:3]:
        shop.price(product_id, "1.00")
    shop.price(ids[0], "2.00", currency="EUR", access="price group and product", price_group_id=shop.wholesale.pk)
    shop.coupon()
    acme, bolts = shop.account(price_group_id=shop.wholesale.pk), [line(each, key=each) for each in ids]

    counts = []
    for lines in (bolts[:10], bolts):
        with count_statements() as statements:
            priced(shop, acme, *lines, coupon_code="SPRING")
        counts.append(statements.count)
    request = DocumentToPrice(shop.company.pk, acme, TODAY, "GBP", "net", "domestic", bolts[:10], "SPRING")
    other = DocumentToPrice(shop.company.pk, acme, LONG_AGO, "USD", "net", "domestic", bolts[5:20])
    with count_statements() as statements:
        both = price_documents([request, other] * 50)

    assert counts == [6, 6]
    assert statements.count == 6
    assert (both[0].net, len(both)) == (Decimal("2.70"), 100)
    assert set_conditions(drafts=[], actor=shop.keeper) == []
