"""Carry out waiting outbox messages without a broker: by hand, in tests, and where Redis is lost for longer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import work


class Command(BaseCommand):
    """Sweep once, or until nothing is due."""

    help = "Carry out outbox messages that are due and that no worker took."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--until-empty", action="store_true", help="go on until nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what became of the messages."""
        whole = work.Tally()
        while (round_ := work.sweep()).taken:
            whole.done, whole.failed, whole.dead = (
                whole.done + round_.done,
                whole.failed + round_.failed,
                whole.dead + round_.dead,
            )
            if not options["until_empty"]:
                break
        self.stdout.write(f"{whole.done} done, {whole.failed} to be tried again, {whole.dead} dead letters.")
