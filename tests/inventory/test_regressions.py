"""What users of other systems met, as far as stock and promises are concerned.

Races are in test_races, changes of supply in test_supply_changes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import Product, UnitOfMeasure
from core.errors import LedgerRefused
from core.invariants import check
from core.models import Company, User
from inventory.errors import PromiseChanged
from inventory.invariants import INVARIANTS
from inventory.models import Commitment, Peg, StockBucket, StockMovement, Warehouse
from inventory.selectors import availability
from inventory.services import TakeBackDraft, issue, promise, receive_supply, release, take_back
from inventory.valuation import MoveKind, StockMove, StockValue, apply_moves
from tests.inventory.makers import (
    TODAY,
    day,
    demand,
    expect,
    lose,
    make_issue,
    make_product,
    promised,
    put_in_stock,
)
from tests.support.statements import Statements

ORDINARY = 1


def commitment_of(product: Product, warehouse: Warehouse, quantity: str) -> int:
    number = promised(product=product, warehouse=warehouse, quantity=quantity)[0].commitment_id
    assert number is not None
    return number


def give_back(warehouse: Warehouse, commitment_id: int, quantity: str, actor: User) -> None:
    release(
        company_id=warehouse.company_id,
        reductions={commitment_id: Decimal(quantity)},
        source_type="order",
        source_id=ORDINARY,
        business_date=TODAY,
        actor=actor,
    )


def ship(warehouse: Warehouse, product: Product, quantity: str, actor: User, **facts: int) -> dict[int, Decimal]:
    goods = make_issue(product=product, warehouse=warehouse, quantity=quantity, **facts)
    return issue(
        company=warehouse.company, issues=[goods], source_type="delivery_line", business_date=TODAY, actor=actor
    )


def test_r03_a_lost_allocation_is_found(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = commitment_of(bolt, main, "4")
    Peg.objects.filter(commitment=number).delete()

    found = {finding.invariant.view: finding for finding in map(check, INVARIANTS)}

    assert found["inventory_i2_commitments"].rows[0][0] == number
    assert not found["inventory_i2_pegged_totals"].holds


def test_r07_the_database_itself_refuses_to_promise_more_than_there_is(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")

    with pytest.raises(IntegrityError, match="bucket_pegged_within_on_hand"), transaction.atomic():
        StockBucket.objects.update(pegged=11)


def test_r08_lines_of_one_order_are_summed_per_product(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    demands = [demand(product=bolt, warehouse=main, quantity="6", key=key) for key in (1, 2)]

    lines = promise(company_id=main.company_id, demands=demands, business_date=TODAY, actor=system)

    assert sum(line.quantity for line in lines if line.ship_on) == 10


def test_r11_what_was_shown_is_looked_at_again_when_it_is_promised(
    company: Company, main: Warehouse, bolt: Product
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="1")
    shown = availability(product_id=bolt.pk, company_id=company.pk, on=TODAY).places[0].free
    promised(product=bolt, warehouse=main, quantity="1")

    late = promised(product=bolt, warehouse=main, quantity="1")

    assert shown == 1
    assert [line.ship_on for line in late] == [None]


def test_r13_promising_writes_no_master_data(
    main: Warehouse,
    bolt: Product,
    system: User,
    count_statements: Callable[[], AbstractContextManager[Statements]],
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")

    with count_statements() as seen:
        number = commitment_of(bolt, main, "4")
        ship(main, bolt, "4", system, commitment_id=number)

    written = [text for text in seen.sql if text.lstrip().upper().startswith(("UPDATE", "INSERT", "DELETE", "WITH"))]
    assert not [text for text in written if "catalog_" in text or "inventory_warehouse" in text]


def test_r14_no_more_is_unreserved_than_was_reserved(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = commitment_of(bolt, main, "4")
    give_back(main, number, "4", system)

    with pytest.raises(PromiseChanged, match="0 is still promised"):
        give_back(main, number, "1", system)

    assert StockBucket.objects.get().pegged == 0


def test_r16_a_unit_does_not_change_under_a_reservation(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    commitment_of(bolt, main, "4")
    bolt.stock_unit = UnitOfMeasure.objects.create(code="kg", name="kilogram")

    with pytest.raises(IntegrityError, match="cannot change any more"), transaction.atomic():
        bolt.save(update_fields=["stock_unit"])

    fresh = make_product()
    fresh.stock_unit = bolt.stock_unit
    fresh.save(update_fields=["stock_unit"])


def test_r17_replaced_lines_leave_nothing_reserved(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    first = commitment_of(bolt, main, "4")
    give_back(main, first, "1", system)
    give_back(main, first, "3", system)
    second = commitment_of(bolt, main, "7")
    give_back(main, second, "7", system)

    assert StockBucket.objects.get().pegged == 0
    assert not Peg.objects.exists()
    assert set(Commitment.objects.values_list("status", flat=True)) == {"released"}


def test_r18_shipping_frees_the_reservation(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = commitment_of(bolt, main, "4")

    ship(main, bolt, "4", system, commitment_id=number)

    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (6, 0)
    assert promised(product=bolt, warehouse=main, quantity="6")[0].ship_on == TODAY


def test_r19_cancelling_restores_what_was_before(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="4")
    expect(warehouse=main, product=bolt, quantity="6", on=day(3))
    before = availability(product_id=bolt.pk, company_id=main.company_id, on=TODAY)

    lines = promised(product=bolt, warehouse=main, quantity="9", on=day(1))
    for line in lines:
        assert line.commitment_id is not None
        give_back(main, line.commitment_id, str(line.quantity), system)

    assert availability(product_id=bolt.pk, company_id=main.company_id, on=TODAY) == before


def test_r31_a_return_comes_back_at_the_cost_it_left_at(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="3", unit_cost="10")
    cost = ship(main, bolt, "2", system)[1]
    put_in_stock(warehouse=main, product=bolt, quantity="1", unit_cost="40")

    back = TakeBackDraft(1, bolt.pk, main.pk, Decimal(2), cost)
    added = take_back(
        company=main.company, returns=[back], source_type="return_line", business_date=TODAY, actor=system
    )

    assert (cost, added) == (20, {1: 20})
    assert StockBucket.objects.get().value == 70


def test_r34_value_at_a_day_is_the_replay_of_its_moves(main: Warehouse, bolt: Product, system: User) -> None:
    """The stored values of the movements are what the engine makes of the same moves, one after the other."""
    put_in_stock(warehouse=main, product=bolt, quantity="3", unit_cost="3.333333")
    line = expect(warehouse=main, product=bolt, quantity="7", on=day(1), unit_cost="4.10")
    ship(main, bolt, "2", system)
    receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)
    lose(warehouse=main, product=bolt, quantity="1")
    ship(main, bolt, "7", system, line_id=2)
    kinds = {
        "adjust": MoveKind.ADJUSTMENT,
        "issue": MoveKind.ISSUE,
        "receive": MoveKind.RECEIPT,
    }
    rows = list(StockMovement.objects.exclude(on_hand=0).order_by("pk"))
    moves = [StockMove(row.pk, kinds[row.purpose], row.on_hand, row.value if row.on_hand > 0 else None) for row in rows]

    state, valued = apply_moves(StockValue(), moves, exponent=2)

    assert [each.stock_value for each in valued] == [row.value for row in rows]
    assert (state.quantity, state.value) == (0, 0)
    assert (StockBucket.objects.get().on_hand, StockBucket.objects.get().value) == (0, 0)


def test_a_bin_that_holds_less_refuses_and_nothing_moves(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="5")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_binstock SET quantity = 3")

    with pytest.raises(LedgerRefused, match="Only 3 in the bin"):
        ship(main, bolt, "4", system)

    assert StockBucket.objects.get().on_hand == 5
