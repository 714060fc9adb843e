"""The money fence: every trap of a bare money field, by name, on the models that carry money."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from moneyed import Money

from core import bulk
from core.money import (
    DocumentMoneyField,
    FencedMoneyError,
    StoredAmount,
    add_up,
    round_money,
    totals_by_currency,
    zero,
)
from orders.models import Order
from tests.core.orders import make_bare_order


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_bare_sum_over_two_currencies_is_not_offered_but_a_total_per_currency_is(db: None) -> None:
    for currency, amount in (("EUR", "10.10"), ("EUR", "5.05"), ("USD", "10.00")):
        make_bare_order(currency=currency, net=amount)

    assert totals_by_currency(Order.objects.all(), "net") == {
        "EUR": eur("15.15"),
        "USD": Money(Decimal("10.00"), "USD"),
    }


def test_totals_of_no_rows_are_an_empty_table(db: None) -> None:
    assert totals_by_currency(Order.objects.none(), "net") == {}


def test_totals_ignore_an_ordering_that_would_split_the_groups(db: None) -> None:
    make_bare_order(net="1")
    make_bare_order(net="2")

    assert totals_by_currency(Order.objects.order_by("-id"), "net") == {"EUR": eur("3")}


def test_setting_tax_in_another_currency_does_not_turn_net_into_it(db: None) -> None:
    order = make_bare_order(currency="EUR", net="100")

    with pytest.raises(FencedMoneyError, match="tax is in EUR; USD was given"):
        order.tax = Money(Decimal(20), "USD")

    assert (order.net, order.currency) == (eur("100"), "EUR")


def test_changing_the_currency_after_the_amount_is_caught_at_saving(db: None) -> None:
    order = make_bare_order(currency="EUR", net="100")
    assert order.net == eur("100")
    order.currency = "USD"

    with pytest.raises(FencedMoneyError):
        order.save(update_fields=["net"])


@pytest.mark.parametrize("bare", [Decimal(3), 3, "3", 3.0])
def test_a_bare_number_cannot_be_assigned(db: None, bare: Any) -> None:
    order = make_bare_order()

    with pytest.raises(FencedMoneyError, match="net takes Money"):
        order.net = bare


@pytest.mark.parametrize("bare", [Decimal(5), 5, "5"])
@pytest.mark.parametrize("lookup", ["net", "net__gt", "net__lte"])
def test_a_bare_number_cannot_be_compared(db: None, lookup: str, bare: Any) -> None:
    with pytest.raises(FencedMoneyError, match="compared with Money"):
        Order.objects.filter(**{lookup: bare}).exists()


def test_money_can_be_compared(db: None) -> None:
    make_bare_order(net="10")

    assert Order.objects.filter(net__gt=eur("9.99")).exists()
    assert not Order.objects.filter(net__gt=eur("10")).exists()


@pytest.mark.parametrize("bare", [Decimal(3), 3])
def test_update_takes_no_bare_number(db: None, bare: Any) -> None:
    make_bare_order(net="10")

    with pytest.raises(FencedMoneyError), transaction.atomic():
        Order.objects.update(net=bare)

    assert Order.objects.get().net == eur("10")


def test_the_bulk_writer_takes_no_money_of_another_currency(db: None) -> None:
    order = make_bare_order(currency="GBP", net="4")

    with pytest.raises(FencedMoneyError, match="net is in GBP; USD was given"):
        bulk.update(Order, [order.pk], {"currency": ["GBP"], "net": [Money(Decimal(4), "USD")]})
    with pytest.raises(AssertionError, match="rows written"):
        bulk.update(Order, [order.pk], {"currency": ["USD"], "net": [Money(Decimal(4), "USD")]})

    order.refresh_from_db()
    assert order.net == Money(Decimal(4), "GBP")


@pytest.mark.parametrize("how", ["defer", "only"])
def test_a_deferred_amount_is_loaded_when_it_is_read(db: None, count_statements: Any, how: str) -> None:
    make_bare_order(net="10")
    rows = Order.objects.defer("net") if how == "defer" else Order.objects.only("id", "currency")

    order = rows.get()
    with count_statements() as statements:
        assert order.net == eur("10")
        assert order.net == eur("10")

    assert statements.count == 1


def test_an_amount_that_is_not_rounded_is_refused_instead_of_rounded_by_saving(db: None) -> None:
    order = make_bare_order()

    with pytest.raises(FencedMoneyError, match="must be rounded to EUR first"):
        order.net = eur("1.005")


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [
        ("JPY", "10.55", "11"),
        ("JPY", "10.5", "11"),
        ("KWD", "1.0005", "1.001"),
        ("EUR", "1.005", "1.01"),
        ("EUR", "-1.005", "-1.01"),
        ("EUR", "2.675", "2.68"),
        ("EUR", "0.125", "0.13"),
        ("EUR", "0.135", "0.14"),
    ],
)
def test_decimals_are_those_of_the_currency(db: None, currency: str, amount: str, rounded: str) -> None:
    order = make_bare_order(currency=currency)
    exact = Money(Decimal(amount), currency)

    with pytest.raises(FencedMoneyError):
        order.net = exact
    order.net = round_money(exact)

    assert order.net == Money(Decimal(rounded), currency)


def test_what_was_saved_is_what_is_loaded_to_the_last_place(db: None) -> None:
    make_bare_order(currency="KWD", net="123456789012.345")

    order = Order.objects.get()

    assert order.net == Money(Decimal("123456789012.345"), "KWD")
    assert isinstance(order.net, Money)


def test_no_amount_is_no_money(db: None) -> None:
    order = make_bare_order()
    Order.objects.filter(pk=order.pk).update(net=None)

    assert Order.objects.get(pk=order.pk).net is None


def test_adding_two_currencies_is_refused() -> None:
    assert add_up([eur("1.10"), eur("2.20")], "EUR") == eur("3.30")
    with pytest.raises(FencedMoneyError, match="cannot add USD to EUR"):
        add_up([eur("1"), Money(Decimal(1), "USD")], "EUR")


def test_a_sum_of_nothing_is_money() -> None:
    assert add_up([], "EUR") == zero("EUR") == eur("0")
    assert isinstance(zero("EUR"), Money)


def test_values_from_the_database_are_marked_so_that_only_they_pass_bare(db: None) -> None:
    make_bare_order(net="10")

    (amount,) = Order.objects.values_list("net", flat=True)

    assert isinstance(amount, StoredAmount)


@pytest.mark.parametrize("code", ["eur", "EU", "EURO", "E1R", "", "ÄUR"])
def test_the_database_holds_the_form_of_currency_codes(db: None, code: str) -> None:
    order = make_bare_order()

    with connection.cursor() as cursor, pytest.raises(Exception, match=r"check constraint|too long"):
        cursor.execute("UPDATE orders_order SET currency = %s WHERE id = %s", [code, order.pk])


@pytest.mark.parametrize("code", ["eur", "EURO", "E R"])
def test_forms_are_told_the_form_of_currency_codes(code: str) -> None:
    with pytest.raises(ValidationError):
        Order._meta.get_field("currency").clean(code, None)


def test_migrations_know_money_as_plain_decimals() -> None:
    field = Order._meta.get_field("net")
    assert isinstance(field, DocumentMoneyField)

    _, path, _, kwargs = field.deconstruct()

    assert path == "django.db.models.DecimalField"
    assert (kwargs["max_digits"], kwargs["decimal_places"]) == (19, 4)
