"""The editor of a draft row by row: what the grid's script asks for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from core.system import system_user
from inventory.drafts import SupplyDraft, SupplyLineDraft
from inventory.services import create_supply_orders
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import OrderLine
from orders.services import create_orders, line_key
from tests import factories
from tests.orders.pages import SOON, draft, header, lines_of, row, rows, sign_in
from tests.support.statements import Statements
from tests.world import World

Counter = Callable[[], AbstractContextManager[Statements]]


# --- row by row ------------------------------------------------------------------------------------------------------


def test_a_row_is_saved_once_however_often_it_is_sent(world: World) -> None:
    order, client, key = draft(world, bolt="1"), sign_in(world.alice), uuid4()

    answers = [client.post(f"/orders/{order.pk}/lines/", rows(row(key, "mug-navy", "2"))) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert lines_of(order) == [("BOLT-M8", "1"), ("MUG-NAVY", "2")]
    page = answers[0].content.decode()
    for part in ("order-version", "order-saved", "order-sums", "order-credit", "order-promise", "order-confirm"):
        assert page.count(f'id="{part}"') == 1, part
    assert "<html" not in page
    assert "22.00" in page


def test_a_wrong_row_comes_back_with_its_reason_while_others_are_saved(world: World) -> None:
    order = draft(world)

    answer = sign_in(world.alice).post(
        f"/orders/{order.pk}/lines/", rows(row(uuid4(), "BOLT-M8", "1"), row(uuid4(), "BOLT-M7", "1"))
    )

    assert lines_of(order) == [("BOLT-M8", "1")]
    assert "Did you mean" in answer.content.decode()


def test_two_people_save_different_lines_of_one_draft(world: World) -> None:
    order = draft(world, bolt="1", mug="1")
    first, second = OrderLine.objects.filter(order=order).order_by("position")

    for person, line, sku in ((world.alice, first, "BOLT-M8"), (world.boss, second, "MUG-NAVY")):
        sign_in(person).post(f"/orders/{order.pk}/lines/", rows(row(line_key(line), sku, "5", version=1)))

    assert lines_of(order) == [("BOLT-M8", "5"), ("MUG-NAVY", "5")]


def test_the_same_line_changed_by_somebody_else_is_a_conflict_that_loses_nothing(world: World) -> None:
    order = draft(world, bolt="1")
    key = line_key(OrderLine.objects.get(order=order))
    sign_in(world.boss).post(f"/orders/{order.pk}/lines/", rows(row(key, "BOLT-M8", "5", version=1)))

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/lines/", rows(row(key, "BOLT-M8", "7", version=1)))

    page = answer.content.decode()
    assert (answer.status_code, lines_of(order)) == (409, [("BOLT-M8", "5")])
    assert "was changed by Bea" in page
    assert 'value="7"' in page
    assert f"{key}.2" in page


def test_removing_and_moving_rows(world: World) -> None:
    order = draft(world, bolt="1", mug="1")
    first, second = (line_key(line) for line in OrderLine.objects.filter(order=order).order_by("position"))
    client = sign_in(world.alice)

    client.post(f"/orders/{order.pk}/lines/", {"sequence": [str(second), str(first)]})
    assert lines_of(order) == [("MUG-NAVY", "1"), ("BOLT-M8", "1")]
    client.post(f"/orders/{order.pk}/lines/", {"line": f"{second}.1", f"remove-{second}": "1"})

    assert lines_of(order) == [("BOLT-M8", "1")]


@pytest.mark.parametrize("body", [{"line": "not-a-key"}, {"sequence": "x"}, {"line": "\x00.1"}])
def test_a_request_that_no_page_makes_is_refused_in_words(world: World, body: dict[str, str]) -> None:
    order = draft(world, bolt="1")

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/lines/", body)

    assert answer.status_code == 422
    assert "could not be read" in answer.content.decode()


def test_a_row_costs_the_same_statements_in_a_long_order(
    world: World, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    counts = []
    for size in (3, 40, 80):
        order = factories.make_order(
            company=world.company,
            account=world.acme,
            warehouse=world.main,
            lines={factories.make_product(): "1" for _ in range(size)},
            actor=world.alice,
        )
        client = sign_in(world.alice)
        client.get("/orders/")
        with count_statements() as asked:
            client.post(f"/orders/{order.pk}/lines/", rows(row(uuid4(), "BOLT-M8", "1")))
        counts.append(asked.count)

    assert 17 >= counts[0] == counts[1] >= counts[2], asked


def test_changing_one_row_of_1000_costs_the_statements_of_one_of_10(world: World, count_statements: Counter) -> None:
    counts = []
    for size in (10, 1000):
        lines = tuple(OrderLineDraft(world.bolt.pk, Decimal(1)) for _ in range(size))
        wanted = OrderDraft(
            world.company.pk, world.acme.pk, timezone.localdate(), SOON, warehouse_id=world.main.pk, lines=lines
        )  # fmt: skip
        (order_id,) = create_orders(drafts=[wanted], actor=world.alice)
        line = OrderLine.objects.filter(order_id=order_id).latest("position")
        client = sign_in(world.alice)
        client.get("/orders/")
        with count_statements() as asked:
            answer = client.post(f"/orders/{order_id}/lines/", rows(row(line_key(line), "BOLT-M8", "7", version=1)))
        line.refresh_from_db()
        assert (answer.status_code, line.sales_quantity) == (200, 7)
        counts.append(asked.count)

    assert counts[0] == counts[1] <= 15, asked


def test_the_header_is_saved_while_it_is_typed_and_lines_follow_the_requested_day(world: World) -> None:
    order = draft(world, bolt="1")
    day = SOON + timedelta(days=9)

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/header/", header(order, requested_on=day.isoformat()))

    order.refresh_from_db()
    assert (answer.status_code, order.requested_on, OrderLine.objects.get(order=order).requested_on) == (200, day, day)
    stale = sign_in(world.alice).post(f"/orders/{order.pk}/header/", header(order, version=1, customer_reference="X"))
    assert stale.status_code == 409
    assert "was saved by" in stale.content.decode()


def test_suggestions_carry_free_stock_and_the_price(world: World) -> None:
    order = draft(world)

    page = sign_in(world.alice).get(f"/orders/lines/suggest/?order={order.pk}&q=bolt").content.decode()

    for words in ("BOLT-M8", ">100<", ">10.00<"):
        assert words in page
    assert sign_in(world.alice).get("/orders/lines/suggest/?q=bolt&order=x").status_code == 404


def test_pasted_rows_are_checked_first_and_the_clean_ones_are_added(world: World) -> None:
    order, client = draft(world), sign_in(world.alice)
    text = "SKU\tQty\nBOLT-M8\t1,000\nNO-SUCH\t3\nMUG-NAVY;2"

    preview = client.post(f"/orders/{order.pk}/paste/", {"rows": text})
    assert "Add 2\u00a0lines" in preview.content.decode()
    assert lines_of(order) == []
    done = client.post(f"/orders/{order.pk}/paste/", {"rows": text, "apply": "1", "idempotency_key": "k"})
    again = client.post(f"/orders/{order.pk}/paste/", {"rows": text, "apply": "1", "idempotency_key": "k"})

    assert lines_of(order) == [("BOLT-M8", "1000"), ("MUG-NAVY", "2")]
    assert "NO-SUCH" in done.content.decode()
    assert again.status_code == 200


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "A\t1\n" * 2001])
def test_a_paste_that_is_empty_or_endless_is_refused(world: World, text: str) -> None:
    order = draft(world)

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/paste/", {"rows": text, "apply": "1"})

    assert (answer.status_code, lines_of(order)) == (422, [])


def test_choosing_an_alternative_changes_the_draft(world: World) -> None:
    order, client = draft(world, bolt="130"), sign_in(world.alice)
    line = OrderLine.objects.get(order=order)
    url = f"/orders/{order.pk}/lines/{line_key(line)}/"
    factories.put_in_stock(company=world.company, warehouse=world.north, product=world.bolt, quantity="500")

    page = client.get(url).content.decode()
    unknown = client.post(url, {"choice": "substitute-1"})
    done = client.post(url, {"choice": f"warehouse-{world.north.pk}"})

    order.refresh_from_db()
    assert "Whole order from Warehouse NORTH" in page
    assert (unknown.status_code, done.status_code, order.warehouse) == (422, 302, world.north)
    assert client.get(f"/orders/{order.pk}/lines/{uuid4()}/").status_code == 404


def test_splitting_a_line_keeps_its_quantity_on_two_days(world: World) -> None:
    supplier = factories.make_account(company=world.company, code="SUP", is_supplier=True)
    lines = (SupplyLineDraft(world.bolt.pk, Decimal(50), SOON + timedelta(days=6), Decimal(4)),)
    supply = SupplyDraft(world.company.pk, supplier.pk, world.main.pk, "GBP", timezone.localdate(), lines)
    create_supply_orders(drafts=[supply], actor=system_user())
    order, client = draft(world, bolt="130"), sign_in(world.alice)
    url = f"/orders/{order.pk}/lines/{line_key(OrderLine.objects.get(order=order))}/"

    answers = [client.post(url, {"choice": "split", "idempotency_key": "k"}) for _ in range(2)]

    found = OrderLine.objects.filter(order=order).order_by("position").values_list("ordered", "requested_on")
    assert [answer.status_code for answer in answers] == [302, 422]
    assert list(found) == [(100, SOON), (30, SOON + timedelta(days=6))]
