"""The whole way of a message, with a real broker and a real worker: once with a nudge, once without."""

import pytest
from celery import current_app
from django.contrib.auth.models import Permission

from core import invariants
from core.models import Job, OutboxMessage, User
from orders_site.integrity.run import start_run
from tests.support.workers import RunningWorker


@pytest.fixture
def auditor(real_worker: RunningWorker) -> User:
    """Somebody who may have everything checked."""
    person = User.objects.create(username="auditor")
    person.user_permissions.add(Permission.objects.get(codename="see_integrity"))
    return person


def test_a_worker_carries_out_what_a_command_left(real_worker: RunningWorker, auditor: User) -> None:
    with current_app.connection_for_write(real_worker.broker_url) as connection:
        job_id = start_run(actor=auditor)
        (message_id,) = OutboxMessage.objects.values_list("pk", flat=True)
        current_app.send_task("core.tasks.run_messages", args=[[message_id]], queue="analytics", connection=connection)
        real_worker.wait_until(lambda: OutboxMessage.objects.get().state == "done")  # after the job's own commit

    job = Job.objects.get(pk=job_id)
    assert job.state == "done"
    assert job.done_count == len(invariants.registered()) + 1
    assert job.result["broken"] == 0


def test_the_sweeper_finds_what_nobody_was_told_of(real_worker: RunningWorker, auditor: User) -> None:
    job_id = start_run(actor=auditor)
    with current_app.connection_for_write(real_worker.broker_url) as connection:
        current_app.send_task("core.tasks.sweep_outbox", args=["analytics"], queue="analytics", connection=connection)
        real_worker.wait_until(lambda: OutboxMessage.objects.get().state == "done")  # after the job's own commit

    assert Job.objects.get(pk=job_id).state == "done"
