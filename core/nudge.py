"""Telling a worker that a message waits. Best effort by design: whoever is not told is found by the sweeper."""

import logging
from collections.abc import Sequence

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(message_ids: Sequence[int], queue: str) -> None:
    """Ask a worker of the queue to take these messages now.

    Never raises: a lost broker must not fail a committed command.
    """
    try:
        current_app.send_task("core.tasks.run_messages", args=[list(message_ids)], queue=queue, retry=False)
    except (OperationalError, OSError):
        logger.warning("broker not reachable; %d messages wait for the sweeper", len(message_ids))
