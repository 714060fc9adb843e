"""Every view of billing finds what it is for, and names it."""

from decimal import Decimal

import pytest
from django.db import connection

from billing.invariants import INVARIANTS
from billing.models import Invoice
from core import invariants
from orders.models import OrderLine
from tests.billing.makers import Trade
from tests.world import World


@pytest.fixture
def invoice(world: World, trade: Trade) -> Invoice:
    return trade.bill(trade.ship(trade.order({world.bolt: "10", world.mug: "4"})))[0]


def offences() -> set[str]:
    return {each.view for each in INVARIANTS if not invariants.check(each).holds}


def break_in(table: str, sql: str, *values: object) -> None:
    """What no application role can do: change posted facts with the table's triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql.format(table=table), list(values))
        assert cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_healthy_books_offend_nothing(invoice: Invoice) -> None:
    assert offences() == set()


def test_i5_more_billed_than_shipped_is_found(invoice: Invoice) -> None:
    OrderLine.objects.filter(order=invoice.order, position=1).update(invoiced=11)

    assert offences() == {"billing_i5_billed_beyond_shipped", "billing_i5_billed_recounted"}


def test_i5_a_credit_that_nobody_counted_is_found(invoice: Invoice) -> None:
    OrderLine.objects.filter(order=invoice.order, position=1).update(credited=1)

    assert offences() == {"billing_i5_billed_recounted"}


def test_i7_an_invoice_whose_open_item_differs_is_found(invoice: Invoice) -> None:
    break_in("accounting_openitem", "UPDATE {table} SET amount = amount + 1 WHERE source_id = %s", invoice.pk)

    assert offences() == {"billing_i7_invoice_ledger"}


def test_i9_a_gap_is_found(invoice: Invoice) -> None:
    break_in("billing_invoice", "UPDATE {table} SET number = 'INV-2026-000003' WHERE id = %s", invoice.pk)

    assert offences() == {"billing_i9_invoice_numbers"}


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        (
            "billing_invoiceline",
            "UPDATE {table} SET net = net + 1, gross = gross + 1 WHERE invoice_id = %s AND position = 1",
        ),
        ("billing_invoicetaxgroup", "UPDATE {table} SET tax = tax + 0.01 WHERE invoice_id = %s"),
        ("billing_invoicetaxgroup", "UPDATE {table} SET tax_percent = 19 WHERE invoice_id = %s AND tax_percent = 20"),
        ("billing_invoicetaxgroup", "DELETE FROM {table} WHERE invoice_id = %s"),
    ],
)
def test_i11_totals_that_do_not_add_up_are_found(invoice: Invoice, table: str, sql: str) -> None:
    break_in(table, sql, invoice.pk)

    assert offences() == {"billing_i11_totals"}


def test_i11_tax_that_is_not_rate_times_base_is_found(invoice: Invoice) -> None:
    cent_more = "UPDATE {table} SET tax = tax + 0.01, gross = gross + 0.01"
    break_in("billing_invoiceline", f"{cent_more} WHERE invoice_id = %s AND tax_percent = 5", invoice.pk)
    break_in(
        "billing_invoicetaxgroup",
        "UPDATE {table} SET tax = tax + 0.01 WHERE invoice_id = %s AND tax_percent = 5",
        invoice.pk,
    )
    break_in("billing_invoice", f"{cent_more} WHERE id = %s", invoice.pk)

    assert offences() == {"billing_i11_totals", "billing_i7_invoice_ledger"}
    assert Invoice.objects.get(pk=invoice.pk).tax.amount == Decimal("21.21")
