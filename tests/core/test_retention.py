"""Pruning: bookkeeping goes after its time, evidence and unfinished work stay."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.models import CommandLog, Company, IdempotencyKey, Job, OutboxMessage, User
from core.retention import prune
from tests.core.makers import rename_company


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def make_message(**facts: Any) -> int:
    return OutboxMessage.objects.create(
        task="test", payload={}, queue="documents", command_uid=uuid.uuid4(), **facts
    ).pk


def make_job(owner: User, **facts: Any) -> int:
    return Job.objects.create(
        kind="test", title="Test", arguments={}, queue="documents", requested_by=owner, **facts
    ).pk


def test_keys_are_kept_for_a_week(company: Company, boss: User) -> None:
    for key in ("young", "old"):
        rename_company.once(key)(company_id=company.pk, name="Name", actor=boss)
    IdempotencyKey.objects.filter(key="old").update(created_at=ago(8))

    assert prune()["core_idempotencykey"] == 1

    assert IdempotencyKey.objects.get().key == "young"
    assert CommandLog.objects.count() == 2


def test_done_messages_go_after_a_month_and_others_never(db: None) -> None:
    make_message(state="done", done_at=ago(31))
    stay = {
        make_message(state="done", done_at=ago(29)),
        make_message(state="dead", created_at=ago(400)),
        make_message(state="waiting", created_at=ago(400)),
    }

    assert prune()["core_outboxmessage"] == 1
    assert set(OutboxMessage.objects.values_list("pk", flat=True)) == stay


def test_done_jobs_go_after_a_quarter_and_failed_ones_stay(boss: User) -> None:
    make_job(boss, state="done", finished_at=ago(91))
    stay = {
        make_job(boss, state="done", finished_at=ago(89)),
        make_job(boss, state="failed", finished_at=ago(400)),
        make_job(boss, state="running", created_at=ago(400)),
    }

    assert prune()["core_job"] == 1
    assert set(Job.objects.values_list("pk", flat=True)) == stay


def test_many_rows_go_in_batches(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.retention.BATCH_ROWS", 3)
    for _ in range(7):
        make_message(state="done", done_at=ago(31))

    assert prune()["core_outboxmessage"] == 7


def test_pruning_again_prunes_nothing(db: None, capsys: Any) -> None:
    make_message(state="done", done_at=ago(31))

    call_command("prune")
    assert "core_outboxmessage: 1" in capsys.readouterr().out
    call_command("prune")
    assert "core_outboxmessage: 0" in capsys.readouterr().out


@pytest.mark.as_app_role
def test_the_application_may_prune() -> None:
    make_message(state="done", done_at=ago(31))

    assert prune()["core_outboxmessage"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "kept_app"
