"""Ask every invariant of the system whether it holds; the same views feed the integrity page and the tests."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.invariants import Finding, as_plain, check_all


class Command(BaseCommand):
    """Run all invariants; the exit code is 1 when any row offends."""

    help = "Run every invariant (I1-I18) and show the offending rows; exit code 1 when there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="write one JSON document instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per invariant, and under it the rows that break it."""
        findings = check_all()
        broken = [finding for finding in findings if not finding.holds]
        if options["json"]:
            plain = [as_plain(finding) for finding in findings]
            self.stdout.write(json.dumps({"holds": not broken, "invariants": plain}, indent=1))
        else:
            for finding in findings:
                self.write_lines(finding)
            self.stdout.write(f"{len(findings)} invariants asked, {len(broken)} broken.")
        if broken:
            raise SystemExit(1)

    def write_lines(self, finding: Finding) -> None:
        """One line, and the rows that were found."""
        state = "holds" if finding.holds else f"BROKEN, {finding.count} rows"
        self.stdout.write(f"{finding.invariant.code:>4}  {finding.invariant.name}: {state}")
        for row in finding.rows:
            told = ", ".join(f"{name}={value}" for name, value in zip(finding.columns, row, strict=True))
            self.stdout.write(f"      {told}")
