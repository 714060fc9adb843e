"""What a command writes at its end: all of it in one statement, in the order told, or nothing of it and of the rest."""

from typing import Any

import pytest

from core import outbox
from core.commands import command
from core.errors import Unkeepable
from core.models import CommandLog, Company, DocumentEvent, DocumentLink, IdempotencyKey, OutboxMessage, User
from core.timeline import TimelineEntry, link, record


@command(permission=None)
def tell_much(*, company: Company, actor: User, last: str = "last") -> int:
    """Timeline, chain and outbox in several goes, with a write of its own between them."""
    record([TimelineEntry("order", 1, "first"), TimelineEntry("order", 2, "second")], actor=actor)
    link([("order", 2, "delivery", 4), ("order", 1, "delivery", 3)])
    outbox.emit("core.tests", [{"number": 1}], queue="documents")
    Company.objects.filter(pk=company.pk).update(name="Renamed")
    record([TimelineEntry("delivery", 3, "third")], actor=actor)
    link([("order", 1, "delivery", 3)])
    outbox.emit("core.tests", [{"number": 2}, {"number": 3}], queue="analytics")
    record([TimelineEntry("delivery", 3, last)], actor=actor)
    return 7


def test_all_that_is_told_is_written_in_one_statement_and_in_order(
    company: Company, boss: User, count_statements: Any
) -> None:
    with count_statements() as statements:
        assert tell_much.once("one")(company=company, actor=boss) == 7

    # settings, key, the command's own update, closing
    assert statements.count == 4
    verbs = DocumentEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["first", "second", "third", "last"]
    assert DocumentLink.objects.count() == 2
    sent = OutboxMessage.objects.order_by("pk").values_list("payload", "queue")
    assert list(sent) == [({"number": 1}, "documents"), ({"number": 2}, "analytics"), ({"number": 3}, "analytics")]
    assert IdempotencyKey.objects.get().answer == {"value": 7}
    uids = {*OutboxMessage.objects.values_list("command_uid", flat=True), DocumentEvent.objects.all()[0].command_uid}
    assert uids == {CommandLog.objects.get().uid}


def test_each_queue_is_told_of_its_messages_after_the_commit(
    company: Company, boss: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: dict[str, list[int]] = {}
    monkeypatch.setattr("core.nudge.nudge", lambda ids, queue: told.update({queue: ids}))

    with django_capture_on_commit_callbacks(execute=True):
        tell_much(company=company, actor=boss)

    ids = list(OutboxMessage.objects.order_by("pk").values_list("pk", flat=True))
    assert told == {"documents": ids[:1], "analytics": ids[1:]}


@pytest.mark.parametrize("last", ["x" * 41, "nul \x00"])
def test_what_cannot_be_told_refuses_the_whole_command(company: Company, boss: User, last: str) -> None:
    before = company.name

    with pytest.raises(Unkeepable):
        tell_much.once("one")(company=company, actor=boss, last=last)

    company.refresh_from_db()
    assert company.name == before
    for model in (DocumentEvent, DocumentLink, OutboxMessage, CommandLog, IdempotencyKey):
        assert not model._default_manager.exists()
