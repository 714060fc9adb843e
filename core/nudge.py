"""Telling a worker that a message waits. Best effort by design: whoever is not told is found by the sweeper."""

import logging
import time
from collections.abc import Sequence

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 10.0  # finding out that a broker is gone takes seconds; nobody waits for it again so soon
_silent_until = 0.0


def nudge(message_ids: Sequence[int], queue: str) -> None:
    """Ask a worker of the queue to take these messages now."""
    nudge_task("core.tasks.run_messages", message_ids, queue)


def nudge_task(task: str, ids: Sequence[int], queue: str) -> None:
    """Ask a worker of the queue to carry out the task for these rows now.

    Never raises: a lost broker must not fail a committed command, and slows only one of those that follow.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, args=[list(ids)], queue=queue, retry=False)
    except (OperationalError, OSError):
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("broker not reachable; %d messages wait for the sweeper", len(ids))
