"""The picker's phone: without script, with its part for the script, and with everything that can be scanned wrong."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fulfillment.models import Delivery, PickScan
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World


@pytest.fixture
def phone(world: World, client: Client) -> Client:
    """Bob's phone."""
    client.force_login(world.bob)
    return client


def url(delivery: Delivery, name: str = "scan") -> str:
    return reverse(f"fulfillment:{name}", args=[delivery.pk])


def scan(phone: Client, delivery: Delivery, code: str, **data: Any) -> Any:
    return phone.post(url(delivery), {"client_uuid": str(uuid.uuid4()), "code": code, **data})


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_next_line_is_shown_with_its_bin(world: World, make_delivery: MakeDelivery, phone: Client) -> None:
    delivery = make_delivery({world.bolt: "3", world.mug: "2"}, state="released")

    page = text(phone.get(url(delivery)))

    assert '<div class="bin">A-01</div>' in page
    assert "Product BOLT-M8" in page
    assert "All 3 found" in page
    assert "Product MUG-NAVY" in page


def test_a_scan_leads_back_to_the_screen_which_says_what_was_counted(
    world: World, make_delivery: MakeDelivery, phone: Client
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    answer = scan(phone, delivery, "BOLT-M8")

    assert (answer.status_code, answer["Location"]) == (303, url(delivery))
    assert "BOLT-M8 counted, 1 of 3" in text(phone.get(url(delivery)))


def test_a_wrong_item_fills_the_screen_until_it_was_seen(
    world: World, make_delivery: MakeDelivery, phone: Client
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")
    scan(phone, delivery, "MUG-NAVY")

    stopped = text(phone.get(url(delivery)))
    assert "<h1>Wrong item</h1>" in stopped
    assert "Bin A-01 needs" in stopped
    assert 'name="code"' not in stopped
    seen = text(phone.get(url(delivery), {"seen": PickScan.objects.get().pk}))

    assert "Wrong item" not in seen
    assert lines_of(delivery)[0].picked == 0


def test_the_script_gets_the_screen_alone(world: World, make_delivery: MakeDelivery, phone: Client) -> None:
    delivery = make_delivery({world.bolt: "1"}, state="released")

    answer = phone.post(
        url(delivery), {"client_uuid": str(uuid.uuid4()), "code": "BOLT-M8"}, headers={"X-Kept-Part": "1"}
    )

    assert answer.status_code == 200
    assert text(answer).lstrip().startswith('<main class="scan"')
    assert "Everything is picked" in text(answer)
    assert "X-Kept-Part" in answer["Vary"]


def test_all_found_counts_the_rest_and_undo_takes_it_back(
    world: World, make_delivery: MakeDelivery, phone: Client
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")
    scan(phone, delivery, "BOLT-M8", quantity="3.000000")
    assert lines_of(delivery)[0].is_picked

    assert phone.post(url(delivery, "undo"), {"client_uuid": str(uuid.uuid4())}).status_code == 303

    assert (lines_of(delivery)[0].picked, lines_of(delivery)[0].is_picked) == (0, False)
    assert phone.post(url(delivery, "undo"), {"client_uuid": "x"}).status_code == 422


@pytest.mark.parametrize("code", ["", " ", "x" * 81, "x" * 100_000])
@pytest.mark.parametrize("client_uuid", ["", "x", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"])
def test_what_cannot_be_read_is_refused_and_counts_nothing(
    world: World, make_delivery: MakeDelivery, phone: Client, code: str, client_uuid: str
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")

    answer = phone.post(url(delivery), {"client_uuid": client_uuid, "code": code})

    assert answer.status_code == 422
    assert "Nothing was counted" in text(answer)
    assert not PickScan.objects.exists()


def test_short_asks_how_much_was_found(world: World, make_delivery: MakeDelivery, phone: Client) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")
    (line,) = lines_of(delivery)
    short = reverse("fulfillment:short", args=[delivery.pk, line.pk])
    assert "Close the line short" in text(phone.get(short))

    for wrong in ({}, {"picked": "3"}, {"picked": "NaN", "cause": "missing"}, {"picked": "1", "cause": "eaten"}):
        assert phone.post(short, wrong).status_code == 422
    assert phone.post(short, {"picked": "1", "cause": "missing"}).status_code == 303

    line.refresh_from_db()
    assert (line.picked, line.is_picked) == (1, True)


def test_only_pickers_scan(world: World, make_delivery: MakeDelivery, client: Client) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="released")
    client.force_login(world.alice)

    assert client.get(url(delivery)).status_code == 403
    assert scan(client, delivery, "BOLT-M8").status_code == 403
    assert not PickScan.objects.exists()
