"""The page of an order and its verbs; the credit desk; the exceptions inbox."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.cases import CaseDraft, open_cases
from core.commands import command
from core.models import ExceptionCase, User
from core.system import system_user
from fulfillment.models import Delivery
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from inventory.models import StockBucket
from orders.credit.services import set_credit_limit
from orders.models import Order, OrderHold, OrderLine
from orders.services import confirm_orders
from tests import factories
from tests.support.statements import Statements
from tests.world import World

Counter = Callable[[], AbstractContextManager[Statements]]
SOON = timezone.localdate() + timedelta(days=2)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def confirmed(world: World, quantity: str = "10") -> Order:
    order = factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={world.bolt: quantity},
        actor=world.alice,
        on=timezone.localdate(),
        requested_on=SOON,
    )
    confirm_orders(order_ids=[order.pk], actor=world.alice)
    order.refresh_from_db()
    return order


def held_for_credit(world: World) -> OrderHold:
    set_credit_limit(company=world.company, account_id=world.acme.pk, limit=Decimal(50), actor=system_user())
    return OrderHold.objects.get(order=confirmed(world))


def pegged(world: World) -> Decimal:
    return StockBucket.objects.get(warehouse=world.main, product=world.bolt).pegged


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_tells_quantities_promises_and_history(world: World) -> None:
    order = confirmed(world, "130")

    page = sign_in(world.alice).get(f"/orders/{order.pk}/").content.decode()

    for words in ("No supply", "130", "100", "Promise history", "on hand", "1,300.00", "Change order"):
        assert words in page, words


def test_a_shipped_quantity_opens_its_deliveries(world: World) -> None:
    order = confirmed(world)
    today = timezone.localdate()
    made = create_deliveries(
        order_ids=[order.pk], company_id=world.company.pk, actor=system_user(), business_date=today, due_until=SOON
    )
    release_deliveries(delivery_ids=made, actor=system_user())
    pick_all(delivery_ids=made, actor=system_user())
    ship_deliveries(delivery_ids=made, business_date=today, actor=system_user())
    line = OrderLine.objects.get(order=order)
    client = sign_in(world.alice)

    closed = client.get(f"/orders/{order.pk}/").content.decode()
    opened = client.get(f"/orders/{order.pk}/?line={line.pk}").content.decode()

    number = Delivery.objects.get().number or ""
    assert f"?line={line.pk}#line-{line.pk}" in closed
    assert "Shipped 10 of 10" in opened
    assert f'<a class="id" href="/fulfil/{made[0]}/">{number}</a>' in opened
    for word in ("?line=x", "?line=-1", f"?line={'9' * 30}"):
        assert client.get(f"/orders/{order.pk}/{word}").status_code == 200


def test_ten_and_forty_lines_cost_the_same_statements(world: World, count_statements: Counter) -> None:
    counts = []
    for size in (10, 40):
        order = factories.make_order(
            company=world.company,
            account=world.acme,
            warehouse=world.main,
            lines={factories.make_product(): "1" for _ in range(size)},
            actor=world.alice,
        )
        Order.objects.filter(pk=order.pk).update(status="cancelled")
        client = sign_in(world.alice)
        with count_statements() as asked:
            assert client.get(f"/orders/{order.pk}/").status_code == 200
        counts.append(asked.count)

    assert counts[0] == counts[1] <= 24, asked


def test_the_confirmation_is_printed_with_its_promises(world: World) -> None:
    order = confirmed(world, "130")

    page = sign_in(world.alice).get(f"/orders/{order.pk}/print/").content.decode()

    for words in ("Order confirmation", "BOLT-M8", "no supply yet", "VAT 20", "1,560.00"):
        assert words in page, words


def test_margin_is_only_for_who_may_see_it(world: World) -> None:
    order = confirmed(world)

    assert "Margin" not in sign_in(world.alice).get(f"/orders/{order.pk}/").content.decode()
    assert "Margin at order" in sign_in(world.boss).get(f"/orders/{order.pk}/").content.decode()


# --- verbs -----------------------------------------------------------------------------------------------------------


VERBS = ("hold", "cancel", "cancel-rest", "repromise", "confirm")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_only_for_who_may_only_by_post_and_only_in_ones_own_company(world: World, verb: str) -> None:
    order = confirmed(world)
    stranger = factories.make_user(name="Sam", roles=("Sales",))

    denied = sign_in(world.charlie).post(f"/orders/{order.pk}/{verb}/", {"reason": "x"})
    invisible = sign_in(stranger).post(f"/orders/{order.pk}/{verb}/", {"reason": "x"})
    wrong = sign_in(world.alice).get(f"/orders/{order.pk}/{verb}/")

    assert [answer.status_code for answer in (denied, invisible, wrong)] == [403, 404, 405]
    order.refresh_from_db()
    assert (order.status, pegged(world), order.holds.count()) == ("confirmed", 10, 0)


def test_cancelling_gives_everything_back_once(world: World) -> None:
    order, client = confirmed(world), sign_in(world.alice)
    body = {"reason": "Customer withdrew", "idempotency_key": "k"}

    answers = [client.post(f"/orders/{order.pk}/cancel/", body) for _ in range(2)]

    order.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (order.status, pegged(world)) == ("cancelled", 0)


@pytest.mark.parametrize("verb", ["hold", "cancel", "cancel-rest"])
@pytest.mark.parametrize("reason", ["", "   ", "\x00", "x" * 1_000_000])
def test_a_verb_without_a_readable_reason_changes_nothing(world: World, verb: str, reason: str) -> None:
    order = confirmed(world)

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/{verb}/", {"reason": reason})

    order.refresh_from_db()
    assert (answer.status_code, order.status, pegged(world), order.holds.count()) == (422, "confirmed", 10, 0)
    assert "Enter the reason" in answer.content.decode()


def test_a_verb_in_the_wrong_state_is_refused_on_the_orders_page(world: World) -> None:
    order, client = confirmed(world), sign_in(world.alice)
    client.post(f"/orders/{order.pk}/cancel/", {"reason": "Customer withdrew"})

    answers = {
        verb: client.post(f"/orders/{order.pk}/{verb}/", {"reason": "Again"})
        for verb in ("hold", "cancel", "cancel-rest", "confirm")
    }

    assert {answer.status_code for answer in answers.values()} == {422}
    assert all("cancelled" in answer.content.decode() for answer in answers.values())


def test_held_by_hand_and_released_again(world: World) -> None:
    order, client = confirmed(world), sign_in(world.alice)

    client.post(f"/orders/{order.pk}/hold/", {"reason": "Check the address"})
    hold = OrderHold.objects.get(order=order)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    refused = sign_in(world.boss).post(f"/orders/holds/{hold.pk}/release/", {"reason": ""})
    done = sign_in(world.boss).post(f"/orders/holds/{hold.pk}/release/", {"reason": "Address is right"})

    hold.refresh_from_db()
    assert "On hold" in page
    assert "Check the address" in page
    assert (refused.status_code, done.status_code, hold.released_by) == (422, 302, world.boss)


# --- changing --------------------------------------------------------------------------------------------------------


def change(order: Order, **cells: Any) -> dict[str, Any]:
    line = OrderLine.objects.get(order=order)
    return {"version": order.version, "reason": "Customer called"} | {
        f"{name}-{line.pk}": value for name, value in cells.items()
    }


def test_a_confirmed_order_is_changed_with_a_reason(world: World) -> None:
    order, client = confirmed(world), sign_in(world.alice)

    answer = client.post(f"/orders/{order.pk}/change/", change(order, ordered="12"))

    order.refresh_from_db()
    assert (answer.status_code, pegged(world), order.net.amount) == (302, 12, 120)
    assert order.changes.get().reason == "Customer called"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"ordered": "NaN"}, "enter a quantity like"),
        ({"ordered": "1e999"}, "enter a quantity like"),
        ({"ordered": "-4"}, "enter a quantity like"),
        ({"ordered": "0"}, "greater than zero"),
        ({"ordered": "100000000001"}, "one line takes at most 100,000,000,000."),
        ({"ordered": "0.0001*0.0001"}, "at most six decimal places"),
        ({"ordered": "1.5"}, "sold in whole"),
        ({"requested_on": "2199-12-31"}, "three years later"),
        ({"requested_on": "soon"}, "enter a date, like"),
        ({"ordered": "10"}, "Nothing of Order"),
        ({"ordered": "x" * 1_000_000}, "enter a quantity like"),
    ],
)
def test_a_wrong_change_is_told_and_changes_nothing(world: World, cells: dict[str, str], sentence: str) -> None:
    order = confirmed(world)

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/change/", change(order, **cells))

    assert (answer.status_code, pegged(world), order.changes.count()) == (422, 10, 0)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(("wrong", "right"), [("line", "day"), ("day", "line")])
def test_a_refused_change_marks_the_wrong_cell_and_keeps_what_was_typed(world: World, wrong: str, right: str) -> None:
    order = confirmed(world)
    line = OrderLine.objects.get(order=order)
    cells = {"ordered": "many", "requested_on": ""} if wrong == "line" else {"ordered": "", "requested_on": "soon"}

    page = sign_in(world.alice).post(f"/orders/{order.pk}/change/", change(order, **cells)).content.decode()

    inputs = {found[1]: found[0] for found in re.findall(r'(<input [^>]*id="((?:line|day)-\d+)"[^>]*>)', page)}
    assert 'aria-invalid="true"' in inputs[f"{wrong}-{line.pk}"]
    assert f'aria-describedby="why-{wrong}-{line.pk}"' in inputs[f"{wrong}-{line.pk}"]
    assert "aria-invalid" not in inputs[f"{right}-{line.pk}"]
    assert f'value="{cells["ordered"]}"' in inputs[f"line-{line.pk}"]
    assert f'value="{cells["requested_on"]}"' in inputs[f"day-{line.pk}"]
    assert f'href="#{wrong}-{line.pk}"' in page


def test_a_change_of_a_stale_version_or_without_reason_or_right_changes_nothing(world: World) -> None:
    order, client = confirmed(world), sign_in(world.alice)

    stale = client.post(f"/orders/{order.pk}/change/", change(order, ordered="12") | {"version": 1})
    silent = client.post(f"/orders/{order.pk}/change/", change(order, ordered="12") | {"reason": " "})
    denied = sign_in(world.charlie).post(f"/orders/{order.pk}/change/", change(order, ordered="12"))

    assert [answer.status_code for answer in (stale, silent, denied)] == [409, 422, 403]
    assert (pegged(world), order.changes.count()) == (10, 0)


def test_why_credit_stops_an_order_is_told_to_those_who_may_see_credit(world: World) -> None:
    hold = held_for_credit(world)

    page = sign_in(world.bob).get(f"/orders/{hold.order_id}/").content.decode()
    told = sign_in(world.boss).get(f"/orders/{hold.order_id}/").content.decode()

    assert "It waits for the credit desk." in page
    assert (hold.reason in page, hold.reason in told) == (False, True)


# --- the credit desk -------------------------------------------------------------------------------------------------


def test_the_desk_shows_the_arithmetic_and_what_clears_it(world: World) -> None:
    hold = held_for_credit(world)

    page = sign_in(world.boss).get("/orders/credit/").content.decode()

    for words in (hold.order.number, "Over by 70.00", "120.00", "−50.00", "Ask for a deposit of 70.00 GBP", "Approve"):
        assert str(words) in page, words


def test_the_maker_may_not_decide_and_is_told_so(world: World) -> None:
    hold = held_for_credit(world)
    both = factories.make_user(name="Mo", roles=("Sales", "Credit manager"), companies=(world.company,))
    OrderHold.objects.filter(pk=hold.pk).update(created_by=both)

    page = sign_in(both).get("/orders/credit/").content.decode()
    answer = sign_in(both).post(f"/orders/holds/{hold.pk}/release/", {"reason": "Trust me"})

    assert "Somebody else than the person who submitted" in page
    assert (answer.status_code, Order.objects.get(pk=hold.order_id).status) == (422, "submitted")


def test_approving_confirms_the_order_once(world: World) -> None:
    hold = held_for_credit(world)
    client, body = sign_in(world.boss), {"reason": "Deposit arrived", "idempotency_key": "k"}

    answers = [client.post(f"/orders/holds/{hold.pk}/release/", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (Order.objects.get(pk=hold.order_id).status, pegged(world)) == ("confirmed", 10)


def test_a_case_beyond_those_listed_is_opened_by_its_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.views.credit.SHOWN", 1)
    first, second = held_for_credit(world), held_for_credit(world)
    client = sign_in(world.boss)

    desk, case = (client.get(f"/orders/credit/{place}") for place in ("", f"{second.order_id}/"))

    assert f"/orders/credit/{second.order_id}/" not in desk.content.decode()
    assert case.status_code == 200
    assert f'<section aria-label="{second.order.number}">' in case.content.decode()
    assert f"/orders/credit/{first.order_id}/" in case.content.decode()
    assert client.get(f"/orders/credit/{confirmed_within_limit(world).pk}/").status_code == 404


def confirmed_within_limit(world: World) -> Order:
    set_credit_limit(company=world.company, account_id=world.acme.pk, limit=Decimal(100_000), actor=system_user())
    return confirmed(world)


def test_the_desk_is_empty_and_says_so(world: World) -> None:
    assert "No order waits" in sign_in(world.boss).get("/orders/credit/").content.decode()
    assert sign_in(world.boss).get("/orders/credit/999999/").status_code == 404


# --- exceptions ------------------------------------------------------------------------------------------------------


@command(permission=None)
def _open(*, cases: list[CaseDraft], actor: User) -> None:
    open_cases(cases=cases, actor=actor)


def broken(world: World, order: Order) -> ExceptionCase:
    sentence = f"Order {order.number}: line 1 lost its supply."
    case = CaseDraft(
        company_id=world.company.pk,
        kind="promise_broken",
        role="Sales",
        document_kind="order",
        document_id=order.pk,
        sentence=sentence,
        currency="GBP",
        value_at_risk=Decimal("651.60"),
    )
    _open(cases=[case], actor=system_user())
    return ExceptionCase.objects.get()


def test_exceptions_are_seen_by_their_role_with_the_money_at_risk(world: World) -> None:
    order = confirmed(world)
    broken(world, order)

    mine = sign_in(world.alice).get("/exceptions/").content.decode()
    others = sign_in(world.bob).get("/exceptions/").content.decode()

    for words in ("Promise broken", "651.60", "line 1 lost its supply", f"/orders/{order.pk}/", "1 open"):
        assert words in mine, words
    assert "Nothing waits for you" in others


def test_orders_on_credit_hold_stand_in_the_inbox_of_who_decides(world: World) -> None:
    hold = held_for_credit(world)

    assert f"/orders/credit/{hold.order_id}/" in sign_in(world.boss).get("/exceptions/").content.decode()
    assert "On credit hold" not in sign_in(world.alice).get("/exceptions/").content.decode()


def test_an_exception_is_resolved_once_with_what_was_done(world: World) -> None:
    case = broken(world, confirmed(world))
    url, client = f"/exceptions/{case.pk}/resolve/", sign_in(world.alice)

    answers = [
        sign_in(world.bob).post(url, {"reason": "Not mine"}),
        client.get(url),
        client.post(url, {"reason": " "}),
        client.post(url, {"reason": "Customer took the round one"}),
        client.post(url, {"reason": "Again"}),
        client.post("/exceptions/999999/resolve/", {"reason": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 405, 422, 302, 422, 404]
    case.refresh_from_db()
    assert (case.resolved_by, case.resolution) == (world.alice, "Customer took the round one")
    assert "Customer took the round one" in client.get("/exceptions/?view=done").content.decode()
