"""Supply arrives, and who waits for it is promised again: by a worker, in turn, once, and told why."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from core.models import DocumentEvent, ExceptionCase, OutboxMessage
from core.system import system_user
from core.work import run_messages
from inventory.drafts import ReceiptDraft
from inventory.services import cancel_supply_orders, change_expected_dates, receive_supplies
from orders.models import CreditMovement, Order, PromiseEvent
from orders.services import confirm_orders, repromise_waiting, waiting
from tests.billing.makers import Trade
from tests.factories import TODAY, put_in_stock
from tests.inventory.makers import expect
from tests.orders.makers import confirmed, draft, open_orders, pegged
from tests.orders.test_promising_again import day, promises, require_all_invariants, soon, tell_what_moved
from tests.support.concurrency import Outcome
from tests.world import World

TASK = "orders.repromise_waiting"


def messages() -> list[int]:
    return list(OutboxMessage.objects.filter(task=TASK, state="waiting").order_by("pk").values_list("pk", flat=True))


def carry_all() -> int:
    """Let the worker carry out every message, those that follow from others too; how many there were."""
    carried = 0
    while found := messages():
        tally = run_messages(found)
        assert (tally.done, tally.failed, tally.dead) == (len(found), 0, 0)
        carried += len(found)
    return carried


def find(world: World, quantity: str) -> None:
    put_in_stock(company=world.company, warehouse=world.main, product=world.bolt, quantity=quantity, unit_cost="4")


def dates(order: Order) -> set[object]:
    return set(promises(order)["BOLT-M8"])


@pytest.mark.django_db
def test_a_receipt_gives_a_date_to_who_waits_and_tells_why(world: World, client: Client) -> None:
    carry_all()
    order = confirmed(world, bolt="130")
    assert None in dates(order)
    owed, moves = open_orders(world), CreditMovement.objects.count()

    inbound = expect(warehouse=world.main, product=world.bolt, quantity="40", on=day(9))
    assert carry_all() == 1
    assert None not in dates(order)
    late = max(on for on in dates(order) if on)
    receive_supplies(
        receipts=[ReceiptDraft(supply_order_id=inbound.order_id, business_date=TODAY)], actor=system_user()
    )
    assert carry_all() == 1

    assert sum(promises(order)["BOLT-M8"].values()) == 130
    assert pegged(world) == 130
    assert (open_orders(world), CreditMovement.objects.count()) == (owed, moves)
    told = DocumentEvent.objects.filter(document_kind="order", document_id=order.pk, verb="promised again")
    first = told.order_by("pk")[0]
    assert (first.reason, first.text) == ("An inbound order was placed", f"BOLT-M8: 30 can ship on {late:%d %b %Y}.")
    history = PromiseEvent.objects.filter(order_line__order=order, cause="supply added").order_by("pk")
    assert (history[0].previous_ship_on, history[0].ship_on, history[0].quantity) == (None, late, 30)
    client.force_login(world.alice)
    page = client.get(reverse("orders:detail", args=[order.pk])).content.decode()
    assert f"BOLT-M8: 30 can ship on {late:%d %b %Y}." in page
    assert "An inbound order was placed" in page
    require_all_invariants()


@pytest.mark.django_db
def test_who_was_confirmed_first_gets_what_is_free(world: World) -> None:
    confirmed(world, bolt="100")
    drafts = [draft(world, bolt="10") for _ in range(3)]
    confirm_orders(order_ids=[order.pk for order in drafts], actor=world.alice, business_date=TODAY)
    for minutes, order in enumerate((drafts[2], drafts[0], drafts[1])):
        Order.objects.filter(pk=order.pk).update(confirmed_at=F("confirmed_at") + timedelta(minutes=minutes))

    find(world, "15")
    carry_all()

    assert [sum(q for on, q in promises(order)["BOLT-M8"].items() if on) for order in drafts] == [5, 0, 10]


@pytest.mark.django_db
def test_many_waiting_orders_are_taken_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ORDERS_AT_ONCE", 2)
    confirmed(world, bolt="100")
    orders = [confirmed(world, bolt="10") for _ in range(5)]
    carry_all()

    find(world, "45")

    assert carry_all() == 3
    assert [sum(q for on, q in promises(order)["BOLT-M8"].items() if on) for order in orders] == [10, 10, 10, 10, 5]


@pytest.mark.django_db
def test_only_who_waits_for_that_product_in_that_warehouse_is_asked_again(world: World) -> None:
    bolts, mugs = confirmed(world, bolt="110"), confirmed(world, mug="60")
    carry_all()
    find(world, "5")
    put_in_stock(company=world.company, warehouse=world.north, product=world.mug, quantity="50", unit_cost="2")
    carry_all()

    asked = DocumentEvent.objects.filter(verb="promised again").values_list("document_id", flat=True)
    assert list(asked) == [bolts.pk]
    assert promises(mugs)["MUG-NAVY"][None] == 10


@pytest.mark.django_db
def test_goods_that_come_back_serve_who_waits(world: World) -> None:
    trade = Trade(world)
    delivery = trade.ship(trade.order({world.bolt: "100"}))
    order = confirmed(world, bolt="10")
    carry_all()

    trade.take_back(delivery, "4")
    carry_all()

    assert sum(q for on, q in promises(order)["BOLT-M8"].items() if on) == 4
    assert DocumentEvent.objects.get(verb="promised again").reason == "Goods came back"


@pytest.mark.django_db
def test_a_message_that_is_carried_out_twice_changes_nothing_more(world: World) -> None:
    confirmed(world, bolt="100")
    order = confirmed(world, bolt="10")
    carry_all()
    find(world, "4")
    (message,) = messages()
    carry_all()
    events = PromiseEvent.objects.count()

    OutboxMessage.objects.filter(pk=message).update(state="waiting", run_after=Now())
    carry_all()
    repromise_waiting(
        company_id=world.company.pk,
        places=[(world.main.pk, world.bolt.pk)],
        reason="",
        after=None,
        actor=system_user(),
    )

    assert PromiseEvent.objects.count() == events
    assert sum(promises(order)["BOLT-M8"].values()) == 10


@pytest.mark.django_db
def test_supply_that_goes_and_comes_is_told_in_any_order(world: World) -> None:
    inbound = expect(warehouse=world.main, product=world.bolt, quantity="30", on=day(5))
    order, other = confirmed(world, bolt="130"), confirmed(world, bolt="5")
    carry_all()
    cancel_supply_orders(order_ids=[inbound.order_id], reason="Never sent", actor=system_user())
    find(world, "32")
    (added,) = messages()

    early = run_messages([added])
    assert (early.done, early.failed, early.dead) == (0, 1, 0)
    tell_what_moved()
    OutboxMessage.objects.filter(pk=added).update(run_after=Now())
    carry_all()

    assert [sum(q for on, q in promises(each)["BOLT-M8"].items() if on) for each in (order, other)] == [130, 2]
    require_all_invariants()


@pytest.mark.django_db
def test_a_late_receipt_is_not_told_to_whoever_was_promised_something_sooner_meanwhile(world: World) -> None:
    inbound = expect(warehouse=world.main, product=world.bolt, quantity="30", on=soon(world))
    order = confirmed(world, bolt="130")
    carry_all()
    later = soon(world) + timedelta(days=4)
    change_expected_dates(changes={inbound.pk: later}, reason="storm", actor=system_user())
    find(world, "30")

    carry_all()
    sooner = dates(order)
    tell_what_moved()

    assert dates(order) == sooner
    assert max(on for on in sooner if isinstance(on, date)) < soon(world)
    assert not ExceptionCase.objects.exists()
    assert not DocumentEvent.objects.filter(verb="promise moved").exists()
    require_all_invariants()


@pytest.mark.own_database
def test_two_receipts_at_once_promise_nothing_twice(world: World, run_together: Callable[..., list[Outcome]]) -> None:
    confirmed(world, bolt="100")
    orders = [confirmed(world, bolt="10") for _ in range(4)]
    carry_all()
    for quantity in ("15", "15"):
        find(world, quantity)
    first, second = messages()

    results = run_together([lambda: run_messages([first]), lambda: run_messages([second])])

    assert [result.value.done for result in results] == [1, 1]
    assert pegged(world) == Decimal(130)
    assert [sum(q for on, q in promises(order)["BOLT-M8"].items() if on) for order in orders] == [10, 10, 10, 0]
    assert [sum(promises(order)["BOLT-M8"].values()) for order in orders] == [10] * 4
    require_all_invariants()
