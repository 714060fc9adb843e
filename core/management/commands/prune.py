"""Delete bookkeeping that is past its time: answered idempotency keys, finished messages and jobs, ended sessions."""

from typing import Any

from django.core.management.base import BaseCommand

from core.retention import prune


class Command(BaseCommand):
    """Prune once; the nightly task does the same."""

    help = "Delete idempotency keys, finished messages and jobs, and sessions that are past their time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many rows went."""
        for table, count in prune().items():
            self.stdout.write(f"{table}: {count}")
