"""Picking by scan: each scan counts once, and a wrong one counts nothing."""

import uuid
from decimal import Decimal

import pytest

from catalog.models import ProductUnit
from core.errors import NotAllowed
from fulfillment.drafts import ScanResult
from fulfillment.errors import PickRefused
from fulfillment.models import Delivery, PickScan
from fulfillment.services import record_scan, undo_scan
from inventory.models import Bin
from tests import factories
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World


def scan(world: World, delivery: Delivery, code: str, **facts: object) -> ScanResult:
    given = {"client_uuid": uuid.uuid4(), "actor": world.bob} | facts
    return record_scan(delivery_id=delivery.pk, code=code, **given)  # type: ignore[arg-type]


def picked(delivery: Delivery) -> list[tuple[int, bool]]:
    return [(int(line.picked), line.is_picked) for line in lines_of(delivery)]


def test_a_scan_counts_one_and_starts_the_pick(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    result = scan(world, delivery, " bolt-m8 ")

    assert (result.outcome, result.message, result.quantity) == ("counted", "BOLT-M8 counted, 1 of 3", 1)
    assert picked(delivery) == [(1, False)]
    assert Delivery.objects.get().status == "picking"


def test_the_last_piece_closes_the_line(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    result = scan(world, delivery, "BOLT-M8", quantity=Decimal(3))

    assert result.outcome == "complete"
    assert picked(delivery) == [(3, True)]


def test_a_packs_barcode_counts_what_the_pack_holds(world: World, make_delivery: MakeDelivery) -> None:
    case = factories.make_unit(code="case")
    ProductUnit.objects.create(product=world.bolt, unit=case, numerator=12, barcode="5012345678900")
    delivery = make_delivery({world.bolt: "30"}, state="released")

    assert scan(world, delivery, "5012345678900").quantity == 12
    assert scan(world, delivery, "5012345678900", quantity=Decimal(2)).outcome == "too_many"
    assert picked(delivery) == [(12, False)]


def test_a_scan_that_is_sent_again_counts_once_and_answers_as_before(world: World, make_delivery: MakeDelivery) -> None:
    delivery, once = make_delivery({world.bolt: "3"}, state="released"), uuid.uuid4()

    answers = [scan(world, delivery, "BOLT-M8", client_uuid=once) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert picked(delivery) == [(1, False)]
    assert PickScan.objects.count() == 1


def test_a_replayed_scan_answers_even_when_the_line_was_closed_since(world: World, make_delivery: MakeDelivery) -> None:
    delivery, once = make_delivery({world.bolt: "2"}, state="released"), uuid.uuid4()
    scan(world, delivery, "BOLT-M8", client_uuid=once)
    scan(world, delivery, "BOLT-M8")

    assert scan(world, delivery, "BOLT-M8", client_uuid=once).outcome == "counted"
    assert picked(delivery) == [(2, True)]


@pytest.mark.parametrize(
    ("code", "outcome", "message"),
    [
        ("MUG-NAVY", "wrong_item", "You scanned MUG-NAVY. Bin A-01 needs BOLT-M8, 3 more."),
        ("4006381333931", "unknown", "Nobody knows the code 4006381333931."),
        ("=1+1", "unknown", "Nobody knows the code =1+1."),
    ],
)
def test_what_does_not_belong_counts_nothing_and_is_kept(
    world: World, make_delivery: MakeDelivery, code: str, outcome: str, message: str
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    result = scan(world, delivery, code)

    assert result == ScanResult(outcome, message)
    assert picked(delivery) == [(0, False)]
    assert PickScan.objects.get().outcome == outcome


def test_one_too_many_counts_nothing(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "1"}, state="released")
    scan(world, delivery, "BOLT-M8")

    assert scan(world, delivery, "BOLT-M8").outcome == "too_many"
    assert picked(delivery) == [(1, True)]


def test_more_is_taken_within_the_order_lines_tolerance(world: World, make_delivery: MakeDelivery) -> None:
    generous = factories.make_account(company=world.company, over_delivery_percent=10)
    delivery = make_delivery({world.bolt: "20"}, state="released", account=generous)
    scan(world, delivery, "BOLT-M8", quantity=Decimal(20))

    assert scan(world, delivery, "BOLT-M8", quantity=Decimal(2)).quantity == 2
    assert scan(world, delivery, "BOLT-M8").outcome == "too_many"
    assert picked(delivery) == [(22, True)]


def test_a_bins_label_says_whether_the_picker_stands_right(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3", world.mug: "1"}, state="released")
    far = Bin.objects.create(warehouse=world.main, code="B-02", path=2)
    delivery.lines.filter(product=world.mug).update(bin=far)

    assert scan(world, delivery, "a-01").outcome == "bin"
    assert scan(world, delivery, "B-02").message == "This is B-02; the next bin is A-01."
    assert picked(delivery) == [(0, False), (0, False)]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "NaN", "1e999", "0.0000001"])
def test_a_quantity_that_cannot_be_is_refused(world: World, make_delivery: MakeDelivery, quantity: str) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    with pytest.raises(PickRefused):
        scan(world, delivery, "BOLT-M8", quantity=Decimal(quantity))

    assert picked(delivery) == [(0, False)]


@pytest.mark.parametrize("code", ["", "  ", "x" * 81, "x" * 1_000_000])
def test_no_code_is_refused(world: World, make_delivery: MakeDelivery, code: str) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    with pytest.raises(PickRefused, match="Scan or enter one code"):
        scan(world, delivery, code)


def test_only_what_was_released_is_picked(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3"})

    with pytest.raises(PickRefused, match="is planned; nothing can be picked"):
        scan(world, delivery, "BOLT-M8")


def test_denied_and_nothing_changed(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    with pytest.raises(NotAllowed):
        scan(world, delivery, "BOLT-M8", actor=world.alice)

    assert not PickScan.objects.exists()


def test_undo_takes_back_the_last_scan_that_still_counts(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "3", world.mug: "2"}, state="released")
    for code in ("BOLT-M8", "BOLT-M8", "MUG-NAVY"):
        scan(world, delivery, code)

    def undo() -> str:
        return undo_scan(delivery_id=delivery.pk, client_uuid=uuid.uuid4(), actor=world.bob).message

    assert [undo(), undo()] == ["1 MUG-NAVY taken back", "1 BOLT-M8 taken back"]
    scan(world, delivery, "MUG-NAVY")
    assert [undo(), undo()] == ["1 MUG-NAVY taken back", "1 BOLT-M8 taken back"]
    assert picked(delivery) == [(0, False), (0, False)]
    with pytest.raises(PickRefused, match="no scan to undo"):
        undo()


def test_undo_sent_twice_takes_back_once(world: World, make_delivery: MakeDelivery) -> None:
    delivery, once = make_delivery({world.bolt: "3"}, state="released"), uuid.uuid4()
    scan(world, delivery, "BOLT-M8", quantity=Decimal(2))
    scan(world, delivery, "BOLT-M8")

    for _ in range(2):
        undo_scan(delivery_id=delivery.pk, client_uuid=once, actor=world.bob)

    assert picked(delivery) == [(2, False)]
