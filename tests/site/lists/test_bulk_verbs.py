"""Verbs for picked rows: each has its answer, many become a job, a second press and an interruption double nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from core import work
from core.bulk_verbs import _verbs
from core.models import Job, JobRow, User
from core.system import system_user
from orders.models import Order, OrderHold
from orders.services import confirm_orders
from tests import factories
from tests.support.statements import count_statements
from tests.world import World, world

__all__ = ["world"]

CONFIRM, HOLD = "/orders/bulk/confirm/", "/orders/bulk/hold/"


@pytest.fixture(autouse=True)
def _nobody_is_told(monkeypatch: Any) -> None:
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)


def draft(world: World, *, empty: bool = False) -> Order:
    made = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "1"}, actor=world.alice
    )
    if empty:
        made.lines.all().delete()
    return made


def sign_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_many_rows_become_a_job_whose_result_is_told_row_by_row(world: World, settings: Any) -> None:
    settings.KEPT_BULK_AT_ONCE = 2
    orders = [draft(world), draft(world, empty=True), draft(world)]
    client = sign_in(world.alice)

    place = client.post(CONFIRM, {"picked": [order.pk for order in orders], "idempotency_key": "k"})["Location"]
    waiting = client.get(place).content.decode()
    assert Order.objects.filter(status="confirmed").count() == 0
    assert work.sweep().done >= 1

    told, refused = client.get(place).content.decode(), client.get(f"{place}?outcome=refused").content.decode()
    sheet = b"".join(client.get(f"{place}?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Nothing is done yet." in waiting
    assert "2 of 3 orders confirmed" in told
    assert all(str(order.number) in told for order in orders)
    assert [str(order.number) in refused for order in orders] == [False, True, False]
    assert sheet.count("\r\nSO-") == 3
    again = client.post(CONFIRM, {"picked": [order.pk for order in orders], "idempotency_key": "k"})["Location"]
    assert (again, Job.objects.count()) == (place, 1)


def test_all_matching_are_those_of_the_moment_and_of_the_filter(world: World, settings: Any) -> None:
    settings.KEPT_BULK_AT_ONCE = 0
    orders = [draft(world) for _ in range(3)]
    confirm_orders(order_ids=[orders[0].pk], actor=system_user())
    client = sign_in(world.alice)

    page = client.get("/orders/?status=draft&select=all").content.decode()
    word = re.search(r'name="all_matching" value="([^"]+)"', page)
    address = re.search(r'formaction="([^"]*bulk/confirm/[^"]*)"', page)
    assert word
    assert address
    client.post(address[1].replace("&amp;", "&"), {"all_matching": word[1]})
    late = draft(world)
    work.sweep()

    assert set(JobRow.objects.values_list("object_id", flat=True)) == {orders[1].pk, orders[2].pk}
    late.refresh_from_db()
    assert late.status == "draft"


def test_results_are_seen_by_who_pressed_while_the_right_is_held(world: World) -> None:
    client = sign_in(world.alice)
    place = client.post(CONFIRM, {"picked": [draft(world).pk]})["Location"]

    assert sign_in(world.boss).get(place).status_code == 404
    world.alice.groups.clear()

    assert client.get(place).status_code == 403


def test_what_was_interrupted_goes_on_and_doubles_nothing(world: World, settings: Any, monkeypatch: Any) -> None:
    settings.KEPT_BULK_AT_ONCE = 0
    orders = [draft(world) for _ in range(3)]
    confirm_orders(order_ids=[order.pk for order in orders], actor=system_user())
    verb = _verbs["orders.hold"]
    acted: list[int] = []

    def breaks_after_two(ids: Any, step: Any) -> Any:
        found = verb.act(ids, step)
        acted.extend(ids)
        if len(acted) == 2:
            raise RuntimeError("The power is gone.")  # the command is done, its answers are not written down
        return found

    def one_by_one() -> Any:
        changed = {"batch": 1, "act": breaks_after_two}
        return type(verb)(**{name: changed.get(name, getattr(verb, name)) for name in verb.__dataclass_fields__})

    monkeypatch.setitem(_verbs, "orders.hold", one_by_one())
    client = sign_in(world.alice)
    said = {"picked": [order.pk for order in orders], "reason": "Check the address"}
    place = client.post(HOLD, said)["Location"]
    work.sweep()
    job = Job.objects.get()
    assert (job.state, JobRow.objects.filter(outcome="").count(), OrderHold.objects.count()) == ("failed", 2, 2)

    client.post(f"/work/jobs/{job.pk}/retry/")
    work.sweep()

    assert "orders on hold" in client.get(place).content.decode()
    assert OrderHold.objects.count() == 3
    assert JobRow.objects.filter(outcome="").count() == 0


def test_a_press_asks_the_same_for_many(world: World, settings: Any) -> None:
    settings.KEPT_BULK_AT_ONCE = 0
    client, counts = sign_in(world.alice), []
    for count in (2, 20):
        picked = [draft(world).pk for _ in range(count)]
        with count_statements() as statements:
            client.post(CONFIRM, {"picked": picked})
        counts.append(statements.count)

    assert counts[1] <= counts[0]
