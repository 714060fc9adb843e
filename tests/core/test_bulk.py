"""The set-based writer: one statement, ids in order, defaults as Django has them, money only in its own currency."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from moneyed import Money

from core import bulk
from core.models import Company, DocumentLink, ExceptionCase, FxRate
from core.money import FencedMoneyError
from orders.models import Order, OrderLine
from tests.core.makers import TODAY, make_company
from tests.core.orders import make_bare_order


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def insert_rates(currencies: list[str]) -> list[int]:
    return bulk.insert(
        FxRate,
        {"from_currency": currencies, "rate": [Decimal(number + 1) for number in range(len(currencies))]},
        same={"to_currency": "EUR", "valid_from": TODAY},
    )


def test_ids_come_back_in_the_order_given(db: None) -> None:
    currencies = ["USD", "AUD", "ZAR", "GBP"]

    ids = insert_rates(currencies)

    assert ids == sorted(ids)
    assert [FxRate.objects.get(pk=row_id).from_currency for row_id in ids] == currencies


def test_columns_left_out_take_the_defaults_of_the_model(db: None) -> None:
    (row_id,) = insert_rates(["USD"])

    assert FxRate.objects.get(pk=row_id).rate_type == "spot"


@pytest.mark.parametrize("count", [1, 10, 400])
def test_any_number_of_rows_is_one_statement(db: None, count_statements: Any, count: int) -> None:
    currencies = [f"{chr(65 + n // 26)}{chr(65 + n % 26)}X" for n in range(count)]

    with count_statements() as statements:
        ids = insert_rates(currencies)
        bulk.update(FxRate, ids, {"rate": [Decimal(7)] * count})

    assert statements.count == 2
    assert FxRate.objects.filter(rate=7).count() == count


def test_no_rows_are_no_statement(db: None, count_statements: Any) -> None:
    with count_statements() as statements:
        assert insert_rates([]) == []
        bulk.update(FxRate, [], {"rate": []})
        bulk.add(OrderLine, {})

    assert statements.count == 0


def test_known_rows_are_left_alone_when_asked(db: None) -> None:
    columns = {"earlier_kind": ["order"], "earlier_id": [1], "later_kind": ["delivery"], "later_id": [2]}

    bulk.insert(DocumentLink, columns, skip_known=True)
    bulk.insert(DocumentLink, columns, skip_known=True)

    assert DocumentLink.objects.count() == 1
    with pytest.raises(IntegrityError):
        bulk.insert(DocumentLink, columns)


def test_columns_of_different_lengths_are_a_programmer_error(db: None) -> None:
    with pytest.raises(AssertionError, match="different lengths"):
        bulk.insert(FxRate, {"from_currency": ["USD"], "rate": []}, same={"to_currency": "EUR", "valid_from": TODAY})


def test_each_row_gets_its_own_values(db: None) -> None:
    ids = insert_rates(["USD", "GBP", "SEK"])

    bulk.update(FxRate, ids[::-1], {"rate": [Decimal(1), Decimal(2), Decimal(3)]})

    assert [FxRate.objects.get(pk=row_id).rate for row_id in ids] == [3, 2, 1]


def test_a_row_that_is_not_there_is_noticed(db: None) -> None:
    ids = insert_rates(["USD"])

    with pytest.raises(AssertionError, match="1 of 2 rows written"):
        bulk.update(FxRate, [*ids, ids[0] + 1_000], {"rate": [Decimal(1), Decimal(2)]})


def test_json_null_and_text_arrive_as_they_are(db: None) -> None:
    company = make_company()
    facts = {"company_id": company.pk, "kind": "x", "role": "Sales", "document_kind": "order"}

    first, second = bulk.insert(
        ExceptionCase,
        {
            "document_id": [1, 2],
            "sentence": ['it\'s {1,2} "quoted" \\ and %s', ""],
            "value_at_risk": [None, Decimal(1)],
        },
        same=facts,
    )

    assert ExceptionCase.objects.get(pk=first).sentence == 'it\'s {1,2} "quoted" \\ and %s'
    assert ExceptionCase.objects.get(pk=first).value_at_risk is None
    assert ExceptionCase.objects.get(pk=second).value_at_risk == 1


def test_money_is_written_in_its_rows_currency(db: None) -> None:
    order = make_bare_order(currency="EUR")

    bulk.update(Order, [order.pk], {"currency": ["EUR"], "net": [eur("12.34")], "gross": [eur("12.34")]})

    order.refresh_from_db()
    assert order.net == eur("12.34")


def test_money_without_its_currency_beside_it_is_refused(db: None) -> None:
    order = make_bare_order()

    with pytest.raises(AssertionError, match="money needs its currency beside it"):
        bulk.update(Order, [order.pk], {"net": [eur("1")]})


@pytest.mark.parametrize("bare", [Decimal(1), 1, "1"])
def test_a_bare_number_is_no_money(db: None, bare: Any) -> None:
    order = make_bare_order()

    with pytest.raises((AssertionError, FencedMoneyError)):
        bulk.update(Order, [order.pk], {"currency": ["EUR"], "net": [bare]})


def test_money_that_is_not_rounded_is_refused(db: None) -> None:
    order = make_bare_order()

    with pytest.raises(FencedMoneyError, match="must be rounded"):
        bulk.update(Order, [order.pk], {"currency": ["EUR"], "net": [eur("1.005")]})


def test_no_money_is_written_as_null(db: None) -> None:
    order = make_bare_order(net="5")

    bulk.update(Order, [order.pk], {"currency": ["EUR"], "net": [None], "gross": [None]})

    assert Order.objects.get(pk=order.pk).net is None


def test_a_foreign_key_is_named_with_or_without_its_suffix(db: None) -> None:
    order, other = make_bare_order(), make_company()

    bulk.update(Order, [order.pk], {"company": [other.pk]})
    assert Order.objects.get(pk=order.pk).company == other
    bulk.update(Order, [order.pk], {"company_id": [order.company_id]})
    assert Order.objects.get(pk=order.pk).company == Company.objects.get(pk=order.company_id)


def test_add_adds_each_rows_own_deltas(db: None) -> None:
    first, second = insert_rates(["USD", "GBP"])

    bulk.add(FxRate, {second: {"rate": Decimal("0.5")}, first: {"rate": Decimal(-0), "id": Decimal(0)}})

    assert [FxRate.objects.get(pk=row_id).rate for row_id in (first, second)] == [Decimal(1), Decimal("2.5")]


def test_add_takes_no_money(db: None) -> None:
    order = make_bare_order()

    with pytest.raises(AssertionError, match="amounts are not added to in passing"):
        bulk.add(Order, {order.pk: {"net": Decimal(1)}})


def test_inserted_money_needs_its_currency_too(db: None) -> None:
    with pytest.raises(FencedMoneyError, match="EUR was given"):
        bulk.insert(OrderLine, {"net": [eur("1")]})
