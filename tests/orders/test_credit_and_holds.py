"""Credit blocks become holds, holds are released by somebody else, and two that fit alone cannot both pass."""

from decimal import Decimal

import pytest

from catalog.models import Product
from core.errors import NotAllowed
from core.invariants import check_all
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.drafts import LineChange
from orders.errors import ChangeRefused, HoldRefused
from orders.models import CreditTotal, Order, OrderHold, OrderLine
from orders.services import cancel_orders, change_order, confirm_orders, hold_orders, release_holds
from tests import factories
from tests.core.makers import make_person
from tests.factories import TODAY
from tests.orders.makers import confirmed, draft, limit, open_orders, pegged
from tests.world import World


def confirm(world: World, order: Order) -> str:
    return confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0].outcome


def ship_due(world: World, order: Order) -> None:
    """Ship what of the order is promised for today."""
    ids = create_deliveries(
        company_id=world.company.pk, order_ids=[order.pk], due_until=TODAY, business_date=TODAY, actor=world.bob
    )
    release_deliveries(delivery_ids=ids, actor=world.bob)
    pick_all(delivery_ids=ids, actor=world.bob)
    ship_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.bob)
    order.refresh_from_db()


def require_all_invariants() -> None:
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []


def test_over_the_limit_the_order_waits_and_takes_nothing(world: World) -> None:
    limit(world, "100")
    order = draft(world, bolt="10")

    assert confirm(world, order) == "submitted"

    hold = OrderHold.objects.get(order=order)
    assert (hold.kind, hold.reason) == ("credit", "Over the limit of 100.00 GBP by 20.00 GBP.")
    assert (pegged(world), open_orders(world)) == (0, 0)


def test_nobody_waits_for_credit_of_an_order_that_was_refused(world: World) -> None:
    limit(world, "2000")
    refused = draft(world, bolt="150", complete_only=True)  # 100 are there; it would take 1,800 of the credit
    small, big = draft(world, bolt="20"), draft(world, bolt="500")

    answers = confirm_orders(order_ids=[refused.pk, small.pk, big.pk], actor=world.alice, business_date=TODAY)

    found = {answer.order_id: answer for answer in answers}
    assert {order_id: answer.outcome for order_id, answer in found.items()} == {
        refused.pk: "refused", small.pk: "refused", big.pk: "submitted",
    }  # fmt: skip
    assert found[small.pk].sentences == (
        f"{small.number} fits the credit now that another was refused: confirm it again.",
    )
    assert OrderHold.objects.get().reason == "Over the limit of 2,000.00 GBP by 4,240.00 GBP."  # 240 for the small one
    assert confirm(world, small) == "confirmed"
    require_all_invariants()


def test_exactly_at_the_limit_passes(world: World) -> None:
    limit(world, "120")

    assert confirm(world, draft(world, bolt="10")) == "confirmed"


def test_release_by_the_credit_manager_confirms(world: World) -> None:
    limit(world, "100")
    order = draft(world, bolt="10")
    confirm(world, order)
    hold = OrderHold.objects.get(order=order)

    answers = release_holds(hold_ids=[hold.pk], reason="Paid by phone", actor=world.boss, business_date=TODAY)

    assert [answer.outcome for answer in answers] == ["confirmed"]
    assert (pegged(world), open_orders(world)) == (10, Decimal(120))


def test_what_a_price_holds_uses_up_no_credit_of_the_next_order_in_the_call(world: World) -> None:
    limit(world, "130")
    first, second = draft(world, bolt="10"), draft(world, bolt="10")
    OrderLine.objects.filter(order=first).update(price_finding="over_limit")

    answers = confirm_orders(order_ids=[first.pk, second.pk], actor=world.alice, business_date=TODAY)

    assert [(answer.outcome, answer.holds) for answer in answers] == [("submitted", ("price",)), ("confirmed", ())]
    assert open_orders(world) == 120


def test_the_maker_does_not_release(world: World) -> None:
    limit(world, "100")
    order = draft(world, bolt="10")
    confirm_orders(order_ids=[order.pk], actor=world.boss, business_date=TODAY)
    hold = OrderHold.objects.get(order=order)

    with pytest.raises(HoldRefused, match="Somebody else"):
        release_holds(hold_ids=[hold.pk], reason="I am sure", actor=world.boss)
    with pytest.raises(NotAllowed):
        release_holds(hold_ids=[hold.pk], reason="Please", actor=world.alice)


@pytest.mark.parametrize("submitted_by", ["Alice", "System"])
def test_confirming_after_the_limit_rose_leaves_no_credit_hold_open(world: World, submitted_by: str) -> None:
    limit(world, "100")
    order = draft(world, bolt="10")
    maker = world.alice if submitted_by == "Alice" else factories.system_user()
    confirm_orders(order_ids=[order.pk], actor=maker, business_date=TODAY)
    assert OrderHold.objects.filter(order=order, released_at=None).exists()
    limit(world, "500")

    assert confirm(world, order) == "confirmed"

    assert not OrderHold.objects.filter(order=order, released_at=None).exists()
    released = OrderHold.objects.filter(order=order).values_list("released_by__is_system", "release_reason")
    assert list(released) == ([(True, "Credit check passed")] if submitted_by == "Alice" else [])
    require_all_invariants()


def test_a_hold_by_hand_stops_a_draft_until_it_is_released(world: World) -> None:
    order = draft(world, bolt="10")
    hold_orders(order_ids=[order.pk], reason="Customer calls back", actor=world.alice)
    order.refresh_from_db()
    assert order.status == "submitted"

    assert confirm(world, order) == "submitted"
    hold = OrderHold.objects.get(order=order)
    release_holds(hold_ids=[hold.pk], reason="Called back", actor=world.boss, business_date=TODAY)

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_cancel_gives_back_stock_and_credit(world: World) -> None:
    order = confirmed(world, bolt="10", mug="5")

    cancel_orders(order_ids=[order.pk], reason="Ordered twice", actor=world.alice)

    order.refresh_from_db()
    assert (order.status, pegged(world), open_orders(world)) == ("cancelled", 0, 0)


def test_an_increase_is_checked_again(world: World) -> None:
    """Regression 41: reopen, amend, change quantity re-check credit."""
    limit(world, "130")
    order = confirmed(world, bolt="10")
    line = OrderLine.objects.get(order=order)

    with pytest.raises(ChangeRefused, match="not covered by credit"):
        change_order(
            order_id=order.pk,
            version=order.version,
            changes=[LineChange(line.pk, ordered=Decimal(12))],
            reason="More",
            actor=world.alice,
        )

    assert (pegged(world), open_orders(world)) == (10, Decimal(120))


@pytest.mark.parametrize(("ordered", "expected_pegged", "expected_gross"), [(4, 4, 48), (25, 25, 300)])
def test_a_change_moves_promise_credit_and_totals(
    world: World, ordered: int, expected_pegged: int, expected_gross: int
) -> None:
    order = confirmed(world, bolt="10")
    line = OrderLine.objects.get(order=order)

    change_order(
        order_id=order.pk,
        version=order.version,
        changes=[LineChange(line.pk, ordered=Decimal(ordered))],
        reason="Changed by phone",
        actor=world.alice,
    )

    order.refresh_from_db()
    assert (pegged(world), open_orders(world), order.gross.amount) == (expected_pegged, expected_gross, expected_gross)
    assert order.changes.get().reason == "Changed by phone"
    line.refresh_from_db()
    assert line.cost == 4 * ordered


def test_a_change_after_a_part_shipment_moves_each_part_of_the_exposure_by_its_own_cents(world: World) -> None:
    """3 for 3.64 and 2 for 2.43: one piece shipped is 1.21 of the first and 1.22 of the second."""
    pin = factories.make_product(sku="PIN-1")
    factories.make_price(company=world.company, product=pin, rate="1.01")
    factories.put_in_stock(company=world.company, warehouse=world.main, product=pin, quantity="1", unit_cost="0.5")
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={pin: "3"}, actor=world.alice
    )
    confirm(world, order)
    ship_due(world, order)
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.open_orders, total.delivered) == (Decimal("2.43"), Decimal("1.21"))

    change_order(
        order_id=order.pk,
        version=order.version,
        changes=[LineChange(OrderLine.objects.get(order=order).pk, ordered=Decimal(2))],
        reason="One less",
        actor=world.alice,
    )

    total.refresh_from_db()
    assert (total.open_orders, total.delivered) == (Decimal("1.21"), Decimal("1.22"))
    require_all_invariants()


def test_what_becomes_worth_nothing_counts_nothing_in_the_totals(world: World) -> None:
    """A piece of 1,000 for 0.01 rounds to 0.00: the order is worth the other line, not the old amount."""
    nail = factories.make_product(sku="NAIL-1")
    factories.make_price(company=world.company, product=nail, rate="0.00001")
    factories.put_in_stock(company=world.company, warehouse=world.main, product=nail, quantity="1000", unit_cost="0.01")
    order = factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={nail: "1000", world.bolt: "1"},
        actor=world.alice,
    )
    confirm(world, order)
    order.refresh_from_db()
    assert order.net.amount == Decimal("10.01")

    change_order(
        order_id=order.pk,
        version=order.version,
        changes=[LineChange(OrderLine.objects.get(order=order, product=nail).pk, ordered=Decimal(1))],
        reason="",
        actor=world.alice,
    )

    order.refresh_from_db()
    assert (order.net.amount, order.gross.amount) == (10, 12)


@pytest.mark.parametrize(
    ("ordered", "sentence"), [("10", "no exact number in doz"), ("12", "least quantity"), ("30", "multiples of 24")]
)
def test_a_change_keeps_to_what_can_be_sold(world: World, ordered: str, sentence: str) -> None:
    order = confirmed(world, bolt="48")
    OrderLine.objects.filter(order=order).update(sales_unit="doz", unit_numerator=12, sales_quantity=4)
    Product.objects.filter(pk=world.bolt.pk).update(minimum_quantity=24, multiple_quantity=24)
    line = OrderLine.objects.get(order=order)

    with pytest.raises(ChangeRefused, match=sentence):
        change_order(
            order_id=order.pk,
            version=order.version,
            changes=[LineChange(line.pk, ordered=Decimal(ordered))],
            reason="Less",
            actor=world.alice,
        )

    assert (pegged(world), OrderLine.objects.get(order=order).sales_quantity) == (48, 4)


@pytest.mark.parametrize(
    ("ordered", "sentence"),
    [
        ("100000000001", "Line 1: one line takes at most 100,000,000,000"),
        ("1E+40", "Line 1: one line takes at most"),
        ("10000000000", "Line 1: the amount would be larger than can be written"),
        ("NaN", "Line 1: enter a quantity greater than zero"),
    ],
)
def test_a_change_beyond_what_can_be_written_is_refused_at_its_row(world: World, ordered: str, sentence: str) -> None:
    crane = factories.make_product(sku="CRANE-1")
    factories.make_price(company=world.company, product=crane, rate="1000000")
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={crane: "1"}, actor=world.alice
    )
    confirm(world, order)
    order.refresh_from_db()
    line = OrderLine.objects.get(order=order)

    with pytest.raises(ChangeRefused, match=sentence) as refused:
        change_order(
            order_id=order.pk,
            version=order.version,
            changes=[LineChange(line.pk, ordered=Decimal(ordered))],
            reason="More",
            actor=world.alice,
        )

    assert list(refused.value.fields) == [f"line-{line.pk}"]


def test_a_hold_of_a_confirmed_order_is_released_without_the_right_to_confirm(world: World) -> None:
    order = confirmed(world, bolt="10")
    hold_orders(order_ids=[order.pk], reason="Call first", actor=world.alice)
    keeper = make_person(rights=["orders.release_order"], companies=[world.company])

    answers = release_holds(
        hold_ids=[OrderHold.objects.get(order=order).pk], reason="They called", actor=keeper, business_date=TODAY
    )

    assert answers == []
    assert OrderHold.objects.get(order=order).released_by == keeper
