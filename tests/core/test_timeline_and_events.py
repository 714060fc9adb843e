"""Timelines, chains and transitions as they are written; events that travel inside one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from catalog.models import Account
from core import events
from core.commands import command
from core.context import RequestContext, use_context
from core.errors import DomainError, TransitionRefused
from core.locks import Rank, lock_rows
from core.models import CommandLog, DocumentEvent, DocumentLink, User
from core.timeline import TimelineEntry, link, record
from core.transitions import advance
from inventory.models import SupplyOrder, Warehouse
from tests.core.makers import TODAY, make_company
from tests.core.postings import make_drafts


class NotWelcome(DomainError):
    """A handler refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened(events.Event):
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingMoreHappened(SomethingHappened):
    pass


@command(permission=None)
def note(*, entries: list[TimelineEntry], edges: list[Any], actor: User) -> None:
    """Write timeline rows and chain edges."""
    record(entries, actor=actor)
    link(edges)


@command(permission=None)
def move(*, ids: list[int], verb: str, actor: User, reason: str = "", locked: bool = True) -> list[Any]:
    """Advance supply orders; returns status and version of the instances."""
    orders = lock_rows(SupplyOrder, ids, Rank.SUPPLY) if locked else list(SupplyOrder.objects.filter(pk__in=ids))
    advance(orders, verb, actor=actor, reason=reason)
    return [[order.status, order.version] for order in orders]


@command(permission=None)
def tell(*, what: str, more: bool, actor: User) -> None:
    """Publish a fact."""
    kind = SomethingMoreHappened if more else SomethingHappened
    events.publish(kind(actor_id=actor.pk, what=what))


@pytest.fixture
def heard(monkeypatch: Any) -> Iterator[list[str]]:
    """What a subscriber of ``SomethingHappened`` was told."""
    monkeypatch.setattr(events, "_handlers", events._handlers.copy())
    words: list[str] = []

    def listen(event: SomethingHappened) -> None:
        if event.what == "refuse me":
            raise NotWelcome("No.")
        words.append(event.what)

    events.subscribe(SomethingHappened, listen)
    events.subscribe(SomethingHappened, listen)
    return words


def make_supply_orders(actor: User, count: int) -> list[int]:
    company = make_company()
    warehouse = Warehouse.objects.create(company=company, code="M", name="Main", time_zone="UTC", country="DE")
    supplier = _supplier()
    return [
        SupplyOrder.objects.create(
            company=company,
            number=f"PO-{company.code}-{n}",
            currency="EUR",
            business_date=TODAY,
            supplier=supplier,
            warehouse=warehouse,
            created_by=actor,
            changed_by=actor,
        ).pk
        for n in range(count)
    ]


def _supplier() -> Account:

    return Account.objects.create(code="SUP", name="Supplier", country="DE", currency="EUR")


# --- timeline and chain ----------------------------------------------------------------------------------------------


def test_an_entry_carries_who_how_and_under_which_command(boss: User) -> None:
    entry = TimelineEntry("order", 7, "note", text="Called.", reason="asked", data={"lines": [1, 2]})

    with use_context(RequestContext(via="api")):
        note(entries=[entry], edges=[], actor=boss)

    row = DocumentEvent.objects.get()
    assert (row.document_kind, row.document_id, row.verb, row.text, row.reason) == (
        "order",
        7,
        "note",
        "Called.",
        "asked",
    )
    assert (row.data, row.via, row.actor_id) == ({"lines": [1, 2]}, "api", boss.pk)
    assert row.command_uid == CommandLog.objects.get().uid


@pytest.mark.parametrize("count", [1, 10, 300])
def test_any_number_of_entries_and_edges_are_written_in_the_closing_statement(
    boss: User, count_statements: Any, count: int
) -> None:
    entries = [TimelineEntry("order", number, "note") for number in range(count)]
    edges = [("quote", number, "order", number) for number in range(count)]

    with count_statements() as statements:
        note(entries=entries, edges=edges, actor=boss)

    # settings, closing (timeline, chain, log)
    assert statements.count == 2
    assert (DocumentEvent.objects.count(), DocumentLink.objects.count()) == (count, count)


def test_an_edge_that_is_known_is_left_alone(boss: User) -> None:
    edges = [("order", 1, "delivery", 2), ("order", 1, "delivery", 2)]

    note(entries=[], edges=edges, actor=boss)
    note(entries=[], edges=edges, actor=boss)

    assert DocumentLink.objects.count() == 1


def test_a_timeline_is_written_inside_a_command_only(boss: User) -> None:
    with pytest.raises(AssertionError, match="only inside a command"):
        record([TimelineEntry("order", 1, "note")], actor=boss)


# --- transitions -----------------------------------------------------------------------------------------------------


def test_advance_writes_status_version_stamp_and_timeline(boss: User) -> None:
    (order_id,) = make_supply_orders(boss, 1)

    assert move(ids=[order_id], verb="order", actor=boss, reason="needed") == [["ordered", 2]]

    order = SupplyOrder.objects.get(pk=order_id)
    assert (order.status, order.version, order.ordered_by_id) == ("ordered", 2, boss.pk)
    assert order.ordered_at is not None
    event = DocumentEvent.objects.get()
    assert (event.verb, event.from_status, event.to_status, event.reason) == ("order", "draft", "ordered", "needed")


@pytest.mark.parametrize("count", [1, 10, 100])
def test_any_number_of_documents_advance_in_one_statement_and_the_closing_one(
    boss: User, count_statements: Any, count: int
) -> None:
    ids = make_supply_orders(boss, count)

    with count_statements() as statements:
        move(ids=ids, verb="order", actor=boss)

    # settings, lock, update, closing (timeline, log)
    assert statements.count == 4


def test_one_that_may_not_advance_stops_all(boss: User) -> None:
    first, second = make_supply_orders(boss, 2)
    move(ids=[second], verb="order", actor=boss)

    with pytest.raises(TransitionRefused, match="is ordered; it cannot be changed by “Place order” now"):
        move(ids=[first, second], verb="order", actor=boss)

    assert SupplyOrder.objects.get(pk=first).status == "draft"


def test_a_row_that_is_not_locked_does_not_advance(boss: User) -> None:
    ids = make_supply_orders(boss, 1)

    with pytest.raises(AssertionError, match="must be locked by the caller"):
        move(ids=ids, verb="order", actor=boss, locked=False)


def test_advancing_nothing_is_nothing(boss: User) -> None:
    assert move(ids=[], verb="order", actor=boss) == []


def test_two_who_place_the_same_order_place_it_once(boss: User, run_together: Any) -> None:
    ids = make_supply_orders(boss, 1)

    outcomes = run_together([lambda: move(ids=ids, verb="order", actor=boss)] * 4)

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["NoneType"] + ["TransitionRefused"] * 3
    assert DocumentEvent.objects.count() == 1


# --- events ----------------------------------------------------------------------------------------------------------


def test_a_fact_is_told_at_once_to_each_subscriber_once(boss: User, heard: list[str]) -> None:
    tell(what="shipped", more=False, actor=boss)

    assert heard == ["shipped"]


def test_a_subscriber_hears_exactly_its_kind(boss: User, heard: list[str]) -> None:
    tell(what="shipped", more=True, actor=boss)

    assert heard == []


def test_a_handler_that_refuses_undoes_the_command(boss: User, heard: list[str]) -> None:
    @command(permission=None)
    def write_and_tell(*, actor: User) -> None:
        make_drafts(company=make_company(), actor=actor, count=1)
        record([TimelineEntry("order", 1, "note")], actor=actor)
        tell(what="refuse me", more=False, actor=actor)

    with pytest.raises(NotWelcome):
        write_and_tell(actor=boss)

    assert not DocumentEvent.objects.exists()


def test_a_fact_is_published_inside_a_command_only(boss: User, heard: list[str]) -> None:
    with pytest.raises(AssertionError, match="only inside a command"):
        events.publish(SomethingHappened(actor_id=boss.pk, what="shipped"))
