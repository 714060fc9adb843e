"""The cross-room invariants: empty on a world that went through its commands, and each finds its seeded fault."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from core import invariants
from core.invariants import Invariant
from orders.models import Order
from orders.services import confirm_orders
from orders_site.invariants import INVARIANTS
from tests import factories
from tests.support import clusters
from tests.world import World

BY_VIEW = {invariant.view: invariant for invariant in INVARIANTS}


def offences(view: str) -> list[tuple[Any, ...]]:
    return list(invariants.check(BY_VIEW[view]).rows)


def seed(sql: str) -> None:
    """Break a rule behind every trigger and constraint."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        assert cursor.rowcount != 0
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def confirmed(world: World) -> Order:
    """A confirmed order of the world: stock, credit, promises, timeline and history are all moved by it."""
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "5"}, actor=world.alice
    )
    confirm_orders(order_ids=[order.pk], actor=world.alice)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def as_superuser() -> Any:
    """Let this test switch triggers off, as only an intruder with all rights can."""
    parts = connection.settings_dict
    with clusters.superuser(Path(parts["HOST"]), parts["NAME"]) as intruder:
        intruder.execute("GRANT SET ON PARAMETER session_replication_role TO kept_owner")


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda each: each.view)
def test_holds_on_an_empty_system(db: None, invariant: Invariant) -> None:
    assert invariants.check(invariant).rows == ()


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda each: each.view)
def test_holds_after_an_order_was_confirmed(confirmed: Order, invariant: Invariant) -> None:
    assert invariants.check(invariant).rows == ()


def test_i10_finds_an_effect_that_happened_twice(confirmed: Order, as_superuser: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_creditmovement DROP CONSTRAINT credit_movement_once")
        cursor.execute(
            "INSERT INTO orders_creditmovement SELECT (jsonb_populate_record(m, jsonb_build_object('id', -m.id))).*"
            " FROM orders_creditmovement m LIMIT 1"
        )

    ((table, _, times),) = offences("site_i10_duplicate_effects")
    assert (table, times) == ("orders_creditmovement", 2)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE core_documentevent SET from_status = 'cancelled' WHERE verb = 'confirm'", "not allowed"),
        ("UPDATE orders_order SET status = 'cancelled'", "the document says otherwise"),
    ],
)
def test_i14_finds_a_walk_off_the_life_cycle(confirmed: Order, as_superuser: None, sql: str, what: str) -> None:
    seed(sql)

    found = offences("site_i14_transitions")
    assert what in {row[-1] for row in found}
    assert {row[:2] for row in found} == {("order", confirmed.pk)}


def test_i14_needs_the_trigger_itself(confirmed: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'orders_order'::regclass AND tgname LIKE '%legal%'"
        )
        cursor.execute(f"DROP TRIGGER {cursor.fetchone()[0]} ON orders_order")

    assert {row[-1] for row in offences("site_i14_transitions")} == {"not allowed"}


def test_i15_finds_a_hold_released_by_its_maker(confirmed: Order, world: World, as_superuser: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_orderhold DROP CONSTRAINT order_hold_maker_is_not_checker")
        cursor.execute(
            "INSERT INTO orders_orderhold (order_id, kind, reason, findings, created_by_id, released_at,"
            " released_by_id, release_reason) VALUES (%s, 'credit', 'x', '[]', %s, now(), %s, 'fine')",
            [confirmed.pk, world.alice.pk, world.alice.pk],
        )

    assert [row[0] for row in offences("site_i15_maker_is_checker")] == [confirmed.pk]


def test_i16_finds_an_order_line_of_another_company(confirmed: Order, as_superuser: None) -> None:
    other = factories.make_company(code="OTHER")
    seed(f"UPDATE orders_orderline SET company_id = {other.pk}")

    assert {row[0] for row in offences("site_i16_across_companies")} == {
        "order line of order",
        "promise from commitment",
    }


def test_i17_finds_rows_changed_deleted_and_inserted_past_their_history(world: World, as_superuser: None) -> None:
    seed("UPDATE catalog_product SET name = 'Gold bolt' WHERE sku = 'BOLT-M8'")
    seed(f"DELETE FROM core_companymembership WHERE user_id = {world.charlie.pk}")
    seed(f"INSERT INTO core_companymembership (user_id, company_id) VALUES ({world.charlie.pk}, {world.company.pk})")

    seed(f"DELETE FROM core_user_groups WHERE user_id = {world.alice.pk}")

    assert {(row[0], row[2]) for row in offences("site_i17_rows_past_history")} == {
        ("core_user_groups", "deleted past its history"),
        ("catalog_product", "changed past its history"),
        ("core_companymembership", "deleted past its history"),
        ("core_companymembership", "inserted past its history"),
    }


def test_i17_finds_a_posted_entry_that_was_changed(world: World, as_superuser: None) -> None:
    seed(
        "UPDATE accounting_journalentry SET description = 'forged'"
        " WHERE id = (SELECT min(id) FROM accounting_journalentry)"
    )

    ((table, _, what),) = offences("site_i17_rows_past_history")
    assert (table, what) == ("accounting_journalentry", "changed past its history")


def test_i17_finds_a_movement_without_a_command(confirmed: Order, as_superuser: None) -> None:
    seed(
        "UPDATE inventory_stockmovement SET command_uid = gen_random_uuid() WHERE id IN"
        " (SELECT min(id) FROM inventory_stockmovement)"
    )

    ((table, _, _),) = offences("site_i17_rows_past_commands")
    assert table == "inventory_stockmovement"


@pytest.mark.parametrize(
    ("table", "guard"),
    [
        ("orders_order", "history_update"),
        ("orders_order", "history_delete"),
        ("core_user_groups", "history_delete"),
        ("core_commandlog", "append_only"),
    ],
)
def test_i17_finds_a_guard_that_was_dropped(world: World, table: str, guard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s", [table, f"%{guard}%"]
        )
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {cursor.fetchone()[0]}")

    assert offences("site_i17_guards_missing") == [(table, guard)]


def test_i18_finds_an_exposure_that_no_document_explains(confirmed: Order, as_superuser: None) -> None:
    seed("UPDATE orders_credittotal SET open_orders = open_orders + 1")

    ((company_id, account_id, *_),) = offences("site_i18_credit_exposure")
    assert (company_id, account_id) == (confirmed.company_id, confirmed.account_id)


def test_the_audit_command_tells_rows_and_ends_with_one(
    confirmed: Order, as_superuser: None, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(invariants, "_registry", dict(BY_VIEW))
    call_command("audit")
    assert "8 invariants asked, 0 broken." in capsys.readouterr().out

    seed("UPDATE orders_credittotal SET open_orders = open_orders + 1")
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "--json")

    assert ended.value.code == 1
    assert '"holds": false' in capsys.readouterr().out
