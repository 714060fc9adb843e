"""Goods come back: what may, at which cost, and what it never does."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from core.errors import NotAllowed, NotFound, TransitionRefused
from core.models import DocumentLink
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.errors import ReturnRefused
from fulfillment.models import Delivery, DeliveryLine, Return, ReturnLine
from fulfillment.services import cancel_returns, create_return, receive_returns, ship_deliveries
from inventory.models import StockBucket
from orders.models import CreditTotal, OrderLine
from tests import factories
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World

MakeShipped = Callable[..., Delivery]


@pytest.fixture
def make_shipped(world: World, make_delivery: MakeDelivery) -> MakeShipped:
    """Make a delivery that left."""

    def make(lines: dict[object, str]) -> Delivery:
        delivery = make_delivery(lines, state="picking")
        ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
        return delivery

    return make


def enter(world: World, *lines: ReturnLineDraft, **facts: object) -> int:
    given = {"company_id": world.company.pk, "business_date": TODAY, "reason": "scratched"} | facts
    return create_return(draft=ReturnDraft(lines=lines, **given), actor=world.bob)  # type: ignore[arg-type]


def of(line: DeliveryLine, quantity: int, **facts: object) -> ReturnLineDraft:
    return ReturnLineDraft(Decimal(quantity), line.pk, **facts)  # type: ignore[arg-type]


def receive(world: World, *return_ids: int, **facts: object) -> None:
    receive_returns(return_ids=return_ids, business_date=TODAY, actor=world.bob, **facts)  # type: ignore[arg-type]


def test_goods_come_back_at_the_cost_at_which_they_left(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    factories.put_in_stock(
        company=world.company, warehouse=world.main, product=world.bolt, quantity="90", unit_cost="6"
    )

    receive(world, enter(world, of(line, 3)))

    bucket = StockBucket.objects.get(product=world.bolt)
    assert (bucket.on_hand, bucket.value) == (183, 360 + 540 + 12)
    line.refresh_from_db()
    assert line.returned == 3
    assert (ReturnLine.objects.get().received, ReturnLine.objects.get().cost) == (3, 12)
    found = Return.objects.get()
    assert (found.status, found.received_on, found.order_id) == ("received", TODAY, line.delivery.order_id)


def test_demand_is_not_reopened_and_the_exposure_falls(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))

    receive(world, enter(world, of(line, 3)))

    ordered = OrderLine.objects.get()
    assert (ordered.shipped, ordered.returned, ordered.open) == (10, 3, 0)
    total = CreditTotal.objects.get(account=world.acme)
    assert (total.open_orders, total.delivered) == (0, 84)


def test_parts_add_up_to_the_cost_of_the_whole(world: World, make_shipped: MakeShipped) -> None:
    cheap = factories.make_product()
    factories.make_price(company=world.company, product=cheap, rate="1")
    factories.put_in_stock(
        company=world.company, warehouse=world.main, product=cheap, quantity="3", unit_cost="0.333333"
    )
    (line,) = lines_of(make_shipped({cheap: "3"}))

    for _ in range(3):
        receive(world, enter(world, of(line, 1)))

    line.refresh_from_db()
    assert line.cost == sum(ReturnLine.objects.values_list("cost", flat=True)) == 1


def test_no_more_comes_back_than_left_and_expected_returns_count(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    first = enter(world, of(line, 6))

    with pytest.raises(ReturnRefused, match="BOLT-M8: 5 should come back, only 4 can"):
        enter(world, of(line, 5))

    cancel_returns(return_ids=[first], reason="kept it", actor=world.bob)
    assert enter(world, of(line, 10))


def test_what_does_not_arrive_can_be_returned_later(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    first = enter(world, of(line, 10))

    receive(world, first, received={ReturnLine.objects.get().pk: Decimal(4)})

    assert StockBucket.objects.get(product=world.bolt).on_hand == 94
    assert enter(world, of(line, 6))


@pytest.mark.parametrize("disposition", ["scrap", "keep"])
def test_what_is_scrapped_or_kept_counts_as_returned_and_moves_no_stock(
    world: World, make_shipped: MakeShipped, disposition: str
) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))

    receive(world, enter(world, of(line, 3, disposition=disposition)))

    assert StockBucket.objects.get(product=world.bolt).on_hand == 90
    assert OrderLine.objects.get().returned == 3


def test_the_chain_leads_from_the_delivery_to_the_return(world: World, make_shipped: MakeShipped) -> None:
    delivery = make_shipped({world.bolt: "10"})

    return_id = enter(world, of(lines_of(delivery)[0], 1))

    link = DocumentLink.objects.get(later_kind="return", later_id=return_id)
    assert (link.earlier_kind, link.earlier_id) == ("delivery", delivery.pk)


def test_without_reference_needs_a_right_of_its_own(world: World) -> None:
    draft = ReturnDraft(
        company_id=world.company.pk,
        business_date=TODAY,
        reason="no papers",
        lines=(ReturnLineDraft(Decimal(2), product_id=world.bolt.pk, unit_price=Decimal("9.50")),),
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
    )
    with pytest.raises(NotAllowed, match="enter_return_without_reference"):
        create_return(draft=draft, actor=world.alice)

    receive(world, create_return(draft=draft, actor=world.boss))

    bucket = StockBucket.objects.get(product=world.bolt)
    assert (bucket.on_hand, bucket.value) == (102, 408)
    assert (Return.objects.get().has_reference, Return.objects.get().currency) == (False, "GBP")


MOST = Decimal("999999999999")  # twelve digits, all that a quantity may have


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((), "at least one line"),
        ((ReturnLineDraft(Decimal(1), product_id=1),), "needs a product and the price"),
        ((ReturnLineDraft(Decimal(0), product_id=1, unit_price=Decimal(1)),), "above zero"),
        ((ReturnLineDraft(Decimal(1), product_id=1, unit_price=Decimal("NaN")),), "price of zero or more"),
        ((ReturnLineDraft(Decimal(1), product_id=1, unit_price=Decimal(-1)),), "price of zero or more"),
        ((ReturnLineDraft(MOST, product_id=1, unit_price=Decimal(9999999)),), "Line 1: quantity times price is larger"),
        ((ReturnLineDraft(MOST, product_id=1, unit_price=Decimal(90)),) * 2, "All lines together are larger"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, lines: tuple[ReturnLineDraft, ...], sentence: str) -> None:
    facts = {"account_id": world.acme.pk, "warehouse_id": world.main.pk}
    draft = ReturnDraft(company_id=world.company.pk, business_date=TODAY, reason="r", lines=lines, **facts)

    with pytest.raises(ReturnRefused, match=sentence):
        create_return(draft=draft, actor=world.boss)

    assert not Return.objects.exists()


def test_a_reason_is_asked_for(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))

    with pytest.raises(ReturnRefused, match="why the goods come back"):
        enter(world, of(line, 1), reason="  ")


def test_another_companys_line_does_not_exist(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    other = factories.make_company(code="OT")

    with pytest.raises(NotFound):
        enter(world, of(line, 1), company_id=other.pk)


def test_received_once_and_by_who_may(world: World, make_shipped: MakeShipped) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    return_id = enter(world, of(line, 1))

    with pytest.raises(NotAllowed):
        receive_returns(return_ids=[return_id], business_date=TODAY, actor=world.alice)
    receive(world, return_id)
    with pytest.raises(TransitionRefused):
        receive(world, return_id)

    assert StockBucket.objects.get(product=world.bolt).on_hand == 91


@pytest.mark.parametrize(
    ("count", "sentence"), [("4", "from 0 to that"), ("-1", "from 0 to that"), ("0", "Nothing was")]
)
def test_what_arrives_is_at_most_what_was_expected(
    world: World, make_shipped: MakeShipped, count: str, sentence: str
) -> None:
    (line,) = lines_of(make_shipped({world.bolt: "10"}))
    return_id = enter(world, of(line, 3))

    with pytest.raises(ReturnRefused, match=sentence):
        receive(world, return_id, received={ReturnLine.objects.get().pk: Decimal(count)})


def test_statements_do_not_depend_on_the_number_of_lines(
    world: World, make_shipped: MakeShipped, count_statements: Callable
) -> None:
    products = [factories.make_product() for _ in range(24)]
    for product in products:
        factories.make_price(company=world.company, product=product, rate="1")
        factories.put_in_stock(company=world.company, warehouse=world.main, product=product, quantity="9")
    seen = []
    for size in (3, 3, 21):
        delivery = make_shipped(dict.fromkeys(products[:size], "1"))
        with count_statements() as entering:
            return_id = enter(world, *(of(line, 1) for line in lines_of(delivery)))
        with count_statements() as receiving:
            receive(world, return_id)
        seen.append((entering.count, receiving.count))

    assert seen[1] == seen[2]
