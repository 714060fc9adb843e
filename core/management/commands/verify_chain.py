"""Hold every append-only table and every row history against the sealed chain."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from core.audit.sealer import seal
from core.audit.verify import Anchor, ChainReport, verify_chain


class Command(BaseCommand):
    """Verify the audit chain; the exit code is 1 when anything was changed since it was sealed."""

    help = "Verify the sealed audit chain and name the first rows that are not as they were; exit code 1 if any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="write one JSON document instead of lines")
        parser.add_argument("--seal", action="store_true", help="seal what is not sealed yet before verifying")
        parser.add_argument("--from-block", type=int, default=1, help="trust the blocks before this one")
        parser.add_argument("--anchor", type=Anchor.parse, help="NUMBER:DIGEST noted earlier outside of the database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was read, the chain's head to be noted outside, and each problem."""
        if options["seal"]:
            seal()
        report = verify_chain(from_block=options["from_block"], anchor=options["anchor"])
        self.stdout.write(json.dumps(as_plain(report)) if options["json"] else "\n".join(as_lines(report)))
        if not report.holds:
            raise SystemExit(1)


def as_plain(report: ChainReport) -> dict[str, Any]:
    """A report as JSON takes it."""
    return {"holds": report.holds, **asdict(report)}


def as_lines(report: ChainReport) -> list[str]:
    """A report as a person reads it."""
    lines = [f"{report.blocks} blocks with {report.rows} rows read."]
    if report.head is not None:
        lines.append(f"Head, to be noted outside of the database: {report.head.number}:{report.head.digest}")
    lines += [problem.sentence for problem in report.problems]
    return [*lines, "The chain holds." if report.holds else f"BROKEN: {len(report.problems)} places."]
