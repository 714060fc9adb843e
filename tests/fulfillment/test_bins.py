"""Where a picker is sent: the pure choice, and what a release writes."""

from decimal import Decimal

import pytest

from core.errors import NotAllowed, TransitionRefused
from fulfillment.bins import BinContent, Take, Want, choose_bins
from fulfillment.models import Delivery
from fulfillment.services import release_deliveries
from inventory.models import Bin
from inventory.services import AdjustmentDraft, AdjustmentLineDraft, adjust_stock
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World


def chosen(quantity: int, *bins: tuple[int, int, int]) -> list[tuple[int | None, int]]:
    contents = {7: [BinContent(bin_id, path, Decimal(free)) for bin_id, path, free in bins]}
    takes = choose_bins([Want(1, 7, Decimal(quantity))], contents)[1]
    return [(take.bin_id, int(take.quantity)) for take in takes]


def test_one_stop_is_worth_more_than_an_earlier_bin() -> None:
    assert chosen(8, (1, 10, 3), (2, 20, 9), (3, 30, 50)) == [(2, 8)]


def test_otherwise_along_the_walk_until_it_is_complete() -> None:
    assert chosen(8, (3, 30, 4), (1, 10, 3), (2, 20, 2)) == [(1, 3), (2, 2), (3, 3)]


def test_what_lies_nowhere_is_picked_without_a_bin() -> None:
    assert chosen(8, (1, 10, 3), (2, 20, 0)) == [(1, 3), (None, 5)]
    assert choose_bins([Want(1, 7, Decimal(2))], {}) == {1: [Take(None, Decimal(2))]}


def test_two_wants_do_not_share_a_bin_content() -> None:
    contents = {7: [BinContent(1, 10, Decimal(5)), BinContent(2, 20, Decimal(5))]}

    takes = choose_bins([Want(1, 7, Decimal(4)), Want(2, 7, Decimal(4))], contents)

    assert [takes[number][0].bin_id for number in (1, 2)] == [1, 2]


@pytest.fixture
def far_bin(world: World) -> Bin:
    """70 of the 100 bolts lie in a second bin."""
    far = Bin.objects.create(warehouse=world.main, code="B-02", path=2)
    lines = (
        AdjustmentLineDraft(world.bolt.pk, None, Decimal(-70)),
        AdjustmentLineDraft(world.bolt.pk, far.pk, Decimal(70), Decimal(4)),
    )
    adjust_stock(
        drafts=[AdjustmentDraft(world.company, world.main.pk, "moved", TODAY, (line,)) for line in lines],
        actor=world.bob,
    )
    return far


def test_a_line_that_lies_in_two_bins_becomes_two_lines(
    world: World, make_delivery: MakeDelivery, far_bin: Bin
) -> None:
    delivery = make_delivery({world.bolt: "90"}, state="released")

    found = [(line.position, line.bin.code if line.bin else "", line.quantity) for line in lines_of(delivery)]

    assert found == [(1, "A-01", 30), (2, "B-02", 60)]


def test_a_second_release_is_sent_to_what_the_first_one_leaves(
    world: World, make_delivery: MakeDelivery, far_bin: Bin
) -> None:
    make_delivery({world.bolt: "25"}, state="released")

    second = make_delivery({world.bolt: "10"}, state="released")

    assert [line.bin.code for line in lines_of(second) if line.bin] == ["B-02"]


def test_released_once(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "25"}, state="released")

    with pytest.raises(TransitionRefused):
        release_deliveries(delivery_ids=[delivery.pk], actor=world.bob)


def test_denied_and_nothing_changed(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "25"})

    with pytest.raises(NotAllowed):
        release_deliveries(delivery_ids=[delivery.pk], actor=world.charlie)

    assert Delivery.objects.get().status == "planned"
    assert lines_of(delivery)[0].bin is None
