"""What Celery calls: shells around ``core.work`` and the sealer."""

from celery import shared_task

from core import retention, work
from core.audit.sealer import seal
from core.outbox import Queue


@shared_task(name="core.tasks.run_messages", ignore_result=True)
def run_messages(message_ids: list[int]) -> None:
    """Carry out these outbox messages, if nobody else has."""
    work.run_messages(message_ids)


@shared_task(name="core.tasks.sweep_outbox", ignore_result=True)
def sweep_outbox(queue: Queue | None = None) -> None:
    """Carry out what is due on the queue and no nudge reached."""
    work.sweep(queue=queue)


@shared_task(name="core.tasks.seal_audit", ignore_result=True)
def seal_audit() -> None:
    """Seal what the append-only tables gained."""
    seal()


@shared_task(name="core.tasks.prune", ignore_result=True)
def prune() -> None:
    """Delete bookkeeping that is past its time."""
    retention.prune()
