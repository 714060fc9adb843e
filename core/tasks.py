"""What Celery calls: shells around ``core.work`` and the sealer."""

from celery import shared_task

from core import work
from core.outbox import Queue


@shared_task(name="core.tasks.run_messages", ignore_result=True)
def run_messages(message_ids: list[int]) -> None:
    """Carry out these outbox messages, if nobody else has."""
    work.run_messages(message_ids)


@shared_task(name="core.tasks.sweep_outbox", ignore_result=True)
def sweep_outbox(queue: Queue | None = None) -> None:
    """Carry out what is due on the queue and no nudge reached."""
    work.sweep(queue=queue)
