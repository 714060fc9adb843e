"""The pages of fulfilment: each verb's five questions, lists of equal cost, and what people see."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from fulfillment.models import Delivery, Return
from fulfillment.services import ship_deliveries
from tests import factories
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeConfirmed, MakeDelivery, lines_of
from tests.world import World


@pytest.fixture
def as_user(client: Client) -> Callable[[User], Client]:
    """Sign somebody in."""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def post(client: Client, name: str, *args: object, **data: Any) -> Any:
    return client.post(reverse(f"fulfillment:{name}", args=args), data)


def text(answer: Any) -> str:
    return str(answer.content.decode())


VERBS = [
    ("release", "planned", "released", {}),
    ("pick", "released", "picking", {}),
    ("ship", "picking", "shipped", {}),
    ("cancel", "planned", "cancelled", {"reason": "wrong carrier"}),
]


@pytest.mark.parametrize(("verb", "before", "after", "data"), VERBS)
def test_a_verb_works_and_leads_to_the_page(
    world: World, make_delivery: MakeDelivery, as_user: Any, verb: str, before: str, after: str, data: dict
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state=before)

    answer = post(as_user(world.bob), verb, delivery.pk, idempotency_key="k", **data)

    assert (answer.status_code, answer["Location"]) == (303, reverse("fulfillment:delivery", args=[delivery.pk]))
    assert Delivery.objects.get().status == after


@pytest.mark.parametrize(("verb", "before", "after", "data"), VERBS)
def test_a_verb_needs_post_and_its_right(
    world: World, make_delivery: MakeDelivery, as_user: Any, verb: str, before: str, after: str, data: dict
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state=before)
    url = reverse(f"fulfillment:{verb}", args=[delivery.pk])

    assert as_user(world.bob).get(url).status_code == 405
    assert as_user(world.charlie).post(url, data).status_code == 403
    assert Delivery.objects.get().status == before


@pytest.mark.parametrize(("verb", "before", "after", "data"), VERBS)
def test_a_verb_is_refused_in_the_wrong_state_with_a_sentence_in_the_page(
    world: World, make_delivery: MakeDelivery, as_user: Any, verb: str, before: str, after: str, data: dict
) -> None:
    delivery = make_delivery({world.bolt: "3"}, state=before)
    client = as_user(world.bob)
    post(client, verb, delivery.pk, **data)

    answer = post(client, verb, delivery.pk, **data)

    if verb == "pick":  # picking as planned twice adds nothing
        assert answer.status_code == 303
    else:
        assert answer.status_code == 422
        assert "There is a problem" in text(answer)
    assert Delivery.objects.get().status == after


def test_pressed_twice_with_one_key_ships_once(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery, client = make_delivery({world.bolt: "3"}, state="picking"), as_user(world.bob)

    answers = [post(client, "ship", delivery.pk, idempotency_key="once").status_code for _ in range(2)]

    assert answers == [303, 303]


def test_cancelling_asks_for_a_reason(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery = make_delivery({world.bolt: "3"})

    answer = post(as_user(world.bob), "cancel", delivery.pk, reason=" ")

    assert answer.status_code == 422
    assert "Enter the reason. The delivery was not cancelled." in text(answer)


def test_another_companys_delivery_is_not_there(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery = make_delivery({world.bolt: "3"}, state="picking")
    stranger = factories.make_user(
        name="Sid", roles=("Warehouse lead",), companies=(factories.make_company(code="OT"),)
    )
    client = as_user(stranger)

    for name in ("delivery", "scan", "pack", "print-pick", "print-slip"):
        assert client.get(reverse(f"fulfillment:{name}", args=[delivery.pk])).status_code == 404
    for name in ("release", "pick", "ship", "cancel", "undo"):
        assert post(client, name, delivery.pk, reason="x").status_code == 404
    assert delivery.number not in text(client.get(reverse("fulfillment:board")))


def test_the_board_costs_the_same_for_10_and_20_rows(
    world: World, make_delivery: MakeDelivery, as_user: Any, count_statements: Callable
) -> None:
    client, seen = as_user(world.bob), []
    for _ in range(2):
        for _ in range(5):
            make_delivery({world.bolt: "1"})
        client.get(reverse("fulfillment:board"))
        with count_statements() as statements:
            answer = client.get(reverse("fulfillment:board"))
        seen.append(statements.count)

    assert seen[0] == seen[1]
    assert text(answer).count("D-2026-") >= 10


def test_due_orders_become_deliveries_with_a_result_each(
    world: World, make_confirmed: MakeConfirmed, as_user: Any
) -> None:
    first, second = make_confirmed({world.bolt: "3"}), make_confirmed({world.mug: "2"})
    client = as_user(world.bob)
    page = client.get(reverse("fulfillment:due") + "?view=all")
    assert first.number in text(page)
    assert second.number in text(page)

    url = reverse("fulfillment:create") + "?view=all"
    answers = [client.post(url, {"picked": [first.pk], "idempotency_key": "k"}, follow=True) for _ in range(2)]

    delivery = Delivery.objects.get()
    for answer in answers:
        assert answer.status_code == 200
        assert delivery.number in text(answer)
    assert first.number not in text(client.get(reverse("fulfillment:due") + "?view=all"))


@pytest.mark.parametrize("picked", [[], ["x"], ["9" * 30], ["-1"], ["0"]])
def test_nothing_picked_is_said_and_nothing_made(world: World, as_user: Any, picked: list[str]) -> None:
    answer = as_user(world.bob).post(reverse("fulfillment:create"), {"picked": picked})

    assert answer.status_code == 422
    assert "Pick at least one of the orders." in text(answer)


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("bulk-release", "planned", "released"),
        ("bulk-pick", "released", "picking"),
        ("bulk-ship", "picking", "shipped"),
    ],
)
def test_picked_rows_move_together(
    world: World, make_delivery: MakeDelivery, as_user: Any, verb: str, before: str, after: str
) -> None:
    picked = [make_delivery({world.bolt: "3"}, state=before) for _ in range(2)]
    left = make_delivery({world.bolt: "1"}, state=before)

    url, data = reverse(f"fulfillment:{verb}"), {"picked": [each.pk for each in picked], "idempotency_key": "k"}
    client = as_user(world.bob)
    answers = [client.post(f"{url}?view={before}", data, follow=True) for _ in range(2)]

    for answer in answers:  # the second press is answered as the first, though the rows have left the view
        assert answer.redirect_chain[0][1] == 303
        assert f"2 of 2 deliveries {after}".replace("picking", "picked") in text(answer)
    assert [each.status for each in Delivery.objects.order_by("pk")] == [after, after, before]
    assert left.pk == Delivery.objects.latest("pk").pk


def test_the_delivery_page_shows_cost_only_to_those_who_may(
    world: World, make_delivery: MakeDelivery, as_user: Any
) -> None:
    delivery = make_delivery({world.bolt: "7"}, state="picking")
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
    url = reverse("fulfillment:delivery", args=[delivery.pk])

    assert "28.00" in text(as_user(world.fay).get(url))
    assert "28.00" not in text(as_user(world.bob).get(url))


def test_pick_list_and_packing_slip_name_every_line(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery, client = make_delivery({world.bolt: "7", world.mug: "2"}, state="released"), as_user(world.bob)

    paper = text(client.get(reverse("fulfillment:print-pick", args=[delivery.pk])))
    assert paper.index("BOLT-M8") < paper.index("MUG-NAVY")
    assert "Code 128: BOLT-M8" in paper
    assert "A-01" in paper
    slip = text(client.get(reverse("fulfillment:print-slip", args=[delivery.pk])))
    assert "Acme Hardware" in slip
    assert "MUG-NAVY" in slip
    both = text(post(client, "bulk-print", picked=[delivery.pk]))
    assert delivery.number in both


def test_packing_keeps_what_was_typed_and_says_what_is_wrong(
    world: World, make_delivery: MakeDelivery, as_user: Any
) -> None:
    delivery, client = make_delivery({world.bolt: "7"}, state="picking"), as_user(world.bob)
    (line,) = lines_of(delivery)

    more = post(client, "pack", delivery.pk, packages="1", more="1", **{f"p1-{line.pk}": "3"})
    assert (more.status_code, text(more).count('value="3"')) == (200, 1)
    assert "Package 2" in text(more)
    refused = post(client, "pack", delivery.pk, packages="2", **{f"p1-{line.pk}": "3", f"p2-{line.pk}": "5"})
    assert refused.status_code == 422
    assert "7 BOLT-M8 picked, 8 in packages" in text(refused)
    for wrong in ("NaN", "1e999", "-1", "x" * 1000):
        assert post(client, "pack", delivery.pk, **{f"p1-{line.pk}": wrong}).status_code == 422
    packed = post(client, "pack", delivery.pk, packages="2", **{f"p1-{line.pk}": "3", f"p2-{line.pk}": "4"})
    assert packed.status_code == 303
    assert Delivery.objects.get().packages.count() == 2


def test_a_return_is_entered_and_received(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery, client = make_delivery({world.bolt: "7"}, state="picking"), as_user(world.bob)
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
    (line,) = lines_of(delivery)
    found = client.get(reverse("fulfillment:return-new"), {"number": delivery.number})
    assert found.status_code == 303
    url = f"{reverse('fulfillment:return-new')}?delivery={delivery.pk}"
    assert "At most" in text(client.get(url))

    for wrong in ("8", "-1", "NaN"):
        assert client.post(url, {"reason": "r", f"quantity-{line.pk}": wrong}).status_code == 422
    assert client.post(url, {"reason": "", f"quantity-{line.pk}": "2"}).status_code == 422
    assert not Return.objects.exists()
    entered = client.post(url, {"reason": "scratched", f"quantity-{line.pk}": "2", f"disposition-{line.pk}": "restock"})
    rma = Return.objects.get()
    assert entered["Location"] == reverse("fulfillment:return", args=[rma.pk])
    back = rma.lines.get()
    too_many = post(client, "receive", rma.pk, **{f"received-{back.pk}": "3"})
    assert too_many.status_code == 422
    assert post(client, "receive", rma.pk, **{f"received-{back.pk}": "2"}).status_code == 303
    assert Return.objects.get().status == "received"
    assert "scratched" in text(client.get(reverse("fulfillment:return", args=[rma.pk])))
    assert rma.number in text(client.get(reverse("fulfillment:returns") + "?view=all"))


def test_an_expected_return_is_cancelled_with_a_reason(world: World, make_delivery: MakeDelivery, as_user: Any) -> None:
    delivery, client = make_delivery({world.bolt: "7"}, state="picking"), as_user(world.bob)
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
    url = f"{reverse('fulfillment:return-new')}?delivery={delivery.pk}"
    client.post(url, {"reason": "scratched", f"quantity-{lines_of(delivery)[0].pk}": "2"})
    rma = Return.objects.get()

    assert post(client, "return-cancel", rma.pk).status_code == 422
    assert post(client, "return-cancel", rma.pk, reason="kept").status_code == 303
    assert Return.objects.get().status == "cancelled"


def test_a_return_without_reference_needs_its_right_and_every_cell(world: World, as_user: Any) -> None:
    rows = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-code": "bolt-m8", "form-0-quantity": "2"}
    data = {"account": "acme", "warehouse": world.main.pk, "reason": "no papers", **rows}
    assert post(as_user(world.bob), "return-loose", **data).status_code == 403
    client = as_user(world.boss)
    assert client.get(reverse("fulfillment:return-loose")).status_code == 200

    refused = post(client, "return-loose", **data)
    assert refused.status_code == 422
    assert "Enter a price" in text(refused)
    unknown = post(client, "return-loose", **data | {"form-0-code": "NOPE", "form-0-unit_price": "9"})
    assert "No product has this code" in text(unknown)
    vast = post(client, "return-loose", **data | {"form-0-quantity": "9" * 12, "form-0-unit_price": "9999999"})
    assert vast.status_code == 422
    assert "Quantity times price is larger than can be written" in text(vast)
    assert post(client, "return-loose", **data | {"form-0-unit_price": "9.5"}).status_code == 303

    assert Return.objects.get().lines.get().unit_price == Decimal("9.5")


@pytest.mark.parametrize("name", ["board", "due", "returns", "return-new"])
def test_visitors_sign_in_first(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(f"fulfillment:{name}")).status_code == 302
