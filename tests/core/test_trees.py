"""Heads and what hangs on them in one statement: ids, numbers and places in order, and all or nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from moneyed import Money

from billing.models import Invoice
from core import trees
from core.models import Company, User
from core.money import FencedMoneyError
from core.numbering import sequence_numbers
from inventory.models import SupplyLine, SupplyOrder, Warehouse
from tests import factories
from tests.core.makers import TODAY


def write(company: Company, actor: User, days: list[date], lines: list[tuple[int, int, int]]) -> list[tuple[int, str]]:
    """Supply orders of these days with lines of (place, position, quantity)."""
    warehouse, _ = Warehouse.objects.get_or_create(
        company=company, code="T", defaults={"name": "Main", "time_zone": "UTC", "country": "DE"}
    )
    product, supplier = factories.make_product(), factories.make_account(company=company)
    return trees.insert_numbered(
        SupplyOrder,
        {"business_date": days},
        trees.Rows(
            SupplyLine,
            "order_id",
            [place for place, _, _ in lines],
            {
                "position": [position for _, position, _ in lines],
                "ordered": [Decimal(quantity) for _, _, quantity in lines],
            },
            same={
                "company_id": company.pk,
                "warehouse_id": warehouse.pk,
                "product_id": product.pk,
                "expected_on": TODAY,
                "unit_cost": Decimal(1),
            },
        ),
        same={
            "company_id": company.pk,
            "currency": "EUR",
            "supplier_id": supplier.pk,
            "warehouse_id": warehouse.pk,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )


def test_lines_hang_on_the_heads_of_their_places(company: Company, boss: User) -> None:
    days = [date(2026, 3, 2), date(2027, 1, 1), date(2026, 3, 2)]

    written = write(company, boss, days, [(2, 1, 30), (0, 1, 10), (0, 2, 11)])

    ids = [pk for pk, _ in written]
    assert ids == sorted(ids)
    assert list(SupplyOrder.objects.order_by("pk").values_list("pk", "number", "business_date")) == [
        (pk, number, day) for (pk, number), day in zip(written, days, strict=True)
    ]
    lines = SupplyLine.objects.order_by("pk").values_list("order_id", "position", "ordered")
    assert list(lines) == [(ids[2], 1, 30), (ids[0], 1, 10), (ids[0], 2, 11)]


def test_numbers_go_on_as_the_sequence_gives_them_elsewhere(company: Company, boss: User) -> None:
    (before,) = sequence_numbers(SupplyOrder, [TODAY])
    ((_, first), (_, second)) = write(company, boss, [TODAY, TODAY], [])
    (after,) = sequence_numbers(SupplyOrder, [TODAY])

    values = [int(number.rsplit("-", 1)[1]) for number in (before, first, second, after)]
    assert values == list(range(values[0], values[0] + 4))
    assert [number.rsplit("-", 1)[0] for number in (first, second)] == [before.rsplit("-", 1)[0]] * 2
    assert len(first) == len(before)


def test_a_number_of_seven_digits_is_written_in_full(company: Company, boss: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM number_po")
        (last,) = cursor.fetchone()
        cursor.execute("SELECT setval('number_po', 1234566)")
    try:
        ((_, number),) = write(company, boss, [TODAY], [])
        assert number == f"PO-{TODAY.year}-1234567"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('number_po', %s)", [last])


@pytest.mark.parametrize("count", [1, 200])
def test_any_number_of_heads_and_lines_is_one_statement(
    company: Company, boss: User, count_statements: Any, count: int
) -> None:
    write(company, boss, [TODAY], [])
    with count_statements() as statements:
        write(company, boss, [TODAY] * count, [(place, 1, 1) for place in range(count)])

    assert len([text for text in statements.sql if "heads" in text]) == 1
    assert SupplyLine.objects.count() == count


def test_a_line_that_is_refused_refuses_its_heads(company: Company, boss: User) -> None:
    with pytest.raises(IntegrityError, match="supply_line_position_once"), transaction.atomic():
        write(company, boss, [TODAY], [(0, 1, 1), (0, 1, 2)])

    assert not SupplyOrder.objects.exists()


def test_a_place_without_head_is_noticed(company: Company, boss: User) -> None:
    with pytest.raises(AssertionError, match="0 of 1 rows written"):
        write(company, boss, [TODAY], [(1, 1, 1)])


def test_money_is_fenced(company: Company) -> None:
    with pytest.raises(FencedMoneyError):
        trees.insert(Invoice, {"currency": ["EUR"], "net": [Money(1, "USD")]})
