"""The picture of availability: what it shows is what promising then gives."""

from decimal import Decimal

from catalog.models import Product
from core.models import Company, User
from inventory.models import Warehouse
from inventory.selectors import (
    availability,
    proposals_for,
    stock_visible_to,
    supply_orders_visible_to,
    unit_costs,
)
from tests.inventory.makers import TODAY, day, expect, promised, put_in_stock


def test_the_picture_of_one_product(company: Company, main: Warehouse, north: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    put_in_stock(warehouse=north, product=bolt, quantity="7")
    line = expect(warehouse=main, product=bolt, quantity="20", on=day(5))
    promised(product=bolt, warehouse=main, quantity="6", reference="SO-1")
    promised(product=bolt, warehouse=main, quantity="15", on=day(8), reference="SO-2")

    found = availability(product_id=bolt.pk, company_id=company.pk, on=TODAY)

    home, other = found.places
    assert (home.code, home.on_hand, home.pegged, home.free) == ("MAIN", 10, 6, 4)
    assert (other.code, other.free) == ("NORTH", 7)
    assert [(row.number, row.open, row.free) for row in home.receipts] == [(line.order.number, 20, 5)]
    assert [(claim.reference, claim.quantity, claim.leans_on) for claim in home.claims] == [
        ("SO-1", 6, "on hand"),
        ("SO-2", 15, f"{line.order.number} due 7 Mar 2026"),
    ]
    assert [(step.on, step.projected, step.free) for step in home.days] == [
        (TODAY, 4, 4),
        (day(5), 24, 9),
        (day(8), 9, 9),
    ]


def test_what_is_shown_as_free_can_be_promised_to_the_last_unit(
    company: Company, main: Warehouse, bolt: Product
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    expect(warehouse=main, product=bolt, quantity="20", on=day(5))
    promised(product=bolt, warehouse=main, quantity="15", on=day(8))
    free = availability(product_id=bolt.pk, company_id=company.pk, on=TODAY).places[0].days

    lines = promised(product=bolt, warehouse=main, quantity=str(free[0].free + 1))

    assert [(line.quantity, line.ship_on) for line in lines] == [(free[0].free, TODAY), (1, day(5))]


def test_supply_that_is_overdue_counts_from_today(company: Company, main: Warehouse, bolt: Product) -> None:
    expect(warehouse=main, product=bolt, quantity="20", on=day(-4))

    place = availability(product_id=bolt.pk, company_id=company.pk, on=TODAY).places[0]

    assert place.receipts[0].is_overdue
    assert [(step.on, step.projected, step.free) for step in place.days] == [(TODAY, 20, 20)]


def test_ways_to_serve_a_wish(company: Company, main: Warehouse, north: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="4")
    put_in_stock(warehouse=north, product=bolt, quantity="9")
    expect(warehouse=main, product=bolt, quantity="20", on=day(5))
    found = availability(product_id=bolt.pk, company_id=company.pk, on=TODAY)

    ways = proposals_for(found=found, quantity=Decimal(9), wanted_on=TODAY)

    assert [
        (way.kind.value, [(line.quantity, line.ship_on, line.warehouse_id) for line in way.promise.lines])
        for way in ways
    ] == [
        ("on_date", [(4, TODAY, main.pk)]),
        ("complete", [(9, day(5), main.pk)]),
        ("split", [(4, TODAY, main.pk), (5, day(5), main.pk)]),
        ("other_warehouse", [(9, TODAY, north.pk)]),
        ("split_warehouses", [(4, TODAY, main.pk), (5, TODAY, north.pk)]),
    ]


def test_unit_costs_are_the_average_of_what_is_on_hand(company: Company, main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10", unit_cost="2")
    put_in_stock(warehouse=main, product=bolt, quantity="5", unit_cost="3.50")

    assert unit_costs(company_id=company.pk, pairs=[(main.pk, bolt.pk)]) == {(main.pk, bolt.pk): Decimal("2.5")}


def test_stock_of_other_companies_is_not_seen(main: Warehouse, bolt: Product, clerk: User, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    expect(warehouse=main, product=bolt, quantity="20", on=day(5))

    assert not stock_visible_to(clerk).exists()
    assert not supply_orders_visible_to(clerk).exists()
    assert stock_visible_to(system).exists()
