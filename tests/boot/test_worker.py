"""A real worker on a real broker carries out what the outbox holds, told or not."""

import uuid

import pytest

from core.models import OutboxMessage
from orders_site.boot.queues import QUEUES
from tests.support.workers import RunningWorker

pytestmark = pytest.mark.as_app_role


def make_message(queue: str = "integration") -> int:
    message = OutboxMessage.objects.create(
        task="tests.note", payload={"text": "hello"}, queue=queue, command_uid=uuid.uuid4()
    )
    return int(message.pk)


def all_done() -> bool:
    return not OutboxMessage.objects.exclude(state=OutboxMessage.State.DONE).exists()


def test_messages_of_every_queue_are_carried_out_when_the_worker_is_told(real_worker: RunningWorker) -> None:
    for queue in QUEUES:
        real_worker.send("core.tasks.run_messages", [make_message(queue)], queue=queue)

    real_worker.wait_until(all_done)

    assert set(OutboxMessage.objects.values_list("queue", "tries")) == {(queue, 1) for queue in QUEUES}


def test_the_sweeper_finds_what_nobody_was_told(real_worker: RunningWorker) -> None:
    for queue in QUEUES:
        make_message(queue)

    real_worker.send("core.tasks.sweep_outbox")

    real_worker.wait_until(all_done)
    assert OutboxMessage.objects.count() == len(QUEUES)
