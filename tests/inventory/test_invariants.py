"""The views of inventory find what was broken behind the services' back, and nothing after ordinary work."""

from decimal import Decimal

import pytest
from django.db import connection

from catalog.models import Product
from core.invariants import Finding, check
from core.models import User
from inventory.invariants import INVARIANTS
from inventory.models import Warehouse
from inventory.services import (
    ReceiptLineDraft,
    TakeBackDraft,
    cancel_supply_orders,
    change_expected_dates,
    issue,
    receive_supply,
    release,
    take_back,
)
from tests.inventory.makers import TODAY, day, expect, lose, make_issue, promised, put_in_stock


def broken() -> set[str]:
    """The views that return rows."""
    findings: list[Finding] = [check(invariant) for invariant in INVARIANTS]
    return {finding.invariant.view for finding in findings if not finding.holds}


@pytest.fixture
def busy(main: Warehouse, bolt: Product, system: User) -> None:
    """A little of everything that moves stock and promises."""
    put_in_stock(warehouse=main, product=bolt, quantity="10", unit_cost="3.333333")
    lines = [expect(warehouse=main, product=bolt, quantity="20", on=day(5)) for _ in range(3)]
    kept = promised(product=bolt, warehouse=main, quantity="4")[0].commitment_id
    dropped = promised(product=bolt, warehouse=main, quantity="6", on=day(7))[0].commitment_id
    promised(product=bolt, warehouse=main, quantity="30", on=day(7))
    assert kept is not None
    assert dropped is not None
    company = main.company
    goods = make_issue(product=bolt, warehouse=main, quantity="3", commitment_id=kept)
    issue(company=company, issues=[goods], source_type="delivery_line", business_date=TODAY, actor=system)
    release(
        company_id=company.pk,
        reductions={dropped: Decimal(5)},
        source_type="order",
        source_id=1,
        business_date=TODAY,
        actor=system,
    )
    receive_supply(
        supply_order_id=lines[0].order_id,
        business_date=TODAY,
        lines=[ReceiptLineDraft(lines[0].pk, Decimal(7))],
        actor=system,
    )
    change_expected_dates(changes={lines[1].pk: day(9)}, reason="storm", actor=system, business_date=TODAY)
    lose(warehouse=main, product=bolt, quantity="8")
    cancel_supply_orders(order_ids=[lines[2].order_id], reason="no", actor=system, business_date=TODAY)


LEDGER_ALONE = {"inventory_i7_stock_value"}  # goods issue and return post their cost of sales in the room above


def test_ordinary_work_breaks_nothing(busy: None, main: Warehouse, bolt: Product, system: User) -> None:
    assert broken() == LEDGER_ALONE

    back = TakeBackDraft(1, bolt.pk, main.pk, Decimal(3), Decimal("10.00"))
    take_back(company=main.company, returns=[back], source_type="return_line", business_date=TODAY, actor=system)

    assert broken() == set()


@pytest.mark.parametrize(
    ("damage", "view"),
    [
        ("UPDATE inventory_stockbucket SET pegged = pegged - 1", "inventory_i2_pegged_totals"),
        ("UPDATE inventory_receipttotal SET pegged = pegged - 1 WHERE pegged > 0", "inventory_i2_pegged_totals"),
        ("UPDATE inventory_peg SET quantity = quantity + 1", "inventory_i2_commitments"),
        ("DELETE FROM inventory_peg", "inventory_i2_commitments"),
        ("UPDATE inventory_stockbucket SET on_hand = on_hand + 1", "inventory_i3_movements"),
        ("UPDATE inventory_stockbucket SET value = value + 1", "inventory_i3_movements"),
        ("UPDATE inventory_receipttotal SET open = open + 1", "inventory_i3_movements"),
        ("UPDATE inventory_binstock SET quantity = quantity + 1", "inventory_i3_bins_fill_buckets"),
        ("UPDATE inventory_binstock SET assigned = assigned + 1", "inventory_i3_movements"),
        ("UPDATE inventory_supplyline SET received = received + 1", "inventory_i3_supply_lines"),
        ("UPDATE inventory_stockbucket SET value = value + 1", "inventory_i7_stock_value"),
        ("UPDATE inventory_supplyreceiptline SET value = value + 1", "inventory_i7_goods_received"),
        (
            (
                "ALTER TABLE inventory_stockbucket DROP CONSTRAINT bucket_on_hand_not_negative,"
                " DROP CONSTRAINT bucket_pegged_within_on_hand;"
                " UPDATE inventory_stockbucket SET on_hand = -1, pegged = 0"
            ),
            "inventory_i1_totals_in_bounds",
        ),
        (
            (
                "ALTER TABLE inventory_receipttotal DROP CONSTRAINT receipt_pegged_within_open;"
                " UPDATE inventory_receipttotal SET pegged = open + 1"
            ),
            "inventory_i1_totals_in_bounds",
        ),
        (
            (
                "ALTER TABLE inventory_binstock DROP CONSTRAINT bin_assigned_within_quantity;"
                " UPDATE inventory_binstock SET assigned = quantity + 1"
            ),
            "inventory_i1_totals_in_bounds",
        ),
    ],
)
def test_damage_is_found(busy: None, damage: str, view: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in damage.split(";"):
            cursor.execute(statement)

    assert view in broken()


def test_every_view_is_declared_once() -> None:
    assert len({invariant.view for invariant in INVARIANTS}) == len(INVARIANTS) == 8
