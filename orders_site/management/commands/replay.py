"""Take a company's history through the commands, and hold the figures against the expected tables to the cent."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.invariants import check_all
from orders_site.replay.compare import Difference, all_differences, expected_figures
from orders_site.replay.driver import Outcome, Standing, replay
from orders_site.replay.driver_figures import write_report
from orders_site.replay.mapping_file import DEFAULT_MAPPING, load_mapping

MOST_SHOWN = 20
EVERY_SECONDS = 10.0  # between two lines of progress where no terminal watches
BAR = 30


class Command(BaseCommand):
    """Replay a file of trade. The exit code is 1 when a figure differs or an invariant does not hold."""

    help = "Replay a file of trade lines through the commands, then compare all figures and run the audit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("lines", type=Path, help="the file, CSV or gzipped CSV")
        parser.add_argument("--mapping", type=Path, default=DEFAULT_MAPPING, help="what the file means")
        parser.add_argument("--company", default="REPLAY", help="code of the company; created if absent")
        parser.add_argument("--limit-days", type=int, help="stop after so many days of trade")
        parser.add_argument("--expect", type=Path, help="folder of the expected tables; default: beside the file")
        parser.add_argument("--report", type=Path, help="write the lines that became nothing to this CSV file")
        parser.add_argument("--no-audit", action="store_true", help="do not run the invariants at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, report, compare, audit."""
        self._shown_at = 0.0
        try:
            outcome = replay(
                options["lines"],
                load_mapping(options["mapping"]),
                company_code=options["company"].upper(),
                limit_days=options["limit_days"],
                on_standing=self.show,
            )
            self.tell(outcome)
            if options["report"]:
                count = write_report(outcome.ground, options["report"])
                self.stdout.write(f"{count:,} lines became no document; their reasons are in {options['report']}.")
            differences = self.compare(outcome, options["expect"] or options["lines"].parent)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        broken = 0 if options["no_audit"] else self.audit()
        if differences or broken:
            raise SystemExit(1)

    def show(self, standing: Standing) -> None:
        """Draw the bar on a terminal; elsewhere write a line now and then."""
        now = time.monotonic()
        is_last = standing.lines == standing.lines_in_all
        if not is_last and now - self._shown_at < (0.2 if sys.stdout.isatty() else EVERY_SECONDS):
            return
        self._shown_at = now
        share = standing.lines / max(standing.lines_in_all, 1)
        speed = standing.lines / standing.seconds if standing.seconds else 0
        text = f"{standing.day} {share:6.1%} {standing.lines:>9,} lines, {speed:,.0f} a second"
        if sys.stdout.isatty():
            filled = int(share * BAR)
            self.stdout.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {text}", ending="\n" if is_last else "")
        else:
            self.stdout.write(text)
        self.stdout.flush()

    def tell(self, outcome: Outcome) -> None:
        """Say what was done, how fast, and where the time went."""
        speed = outcome.lines / outcome.seconds if outcome.seconds else 0
        self.stdout.write(
            f"{outcome.lines:,} lines in {outcome.batches:,} batches took {outcome.seconds:,.1f} s,"
            f" {speed:,.0f} lines a second; master data {outcome.master_seconds:,.1f} s."
        )
        steps = sorted(outcome.by_step.items(), key=lambda item: -item[1])
        self.stdout.write("  " + ", ".join(f"{name} {seconds:,.1f} s" for name, seconds in steps if seconds >= 0.05))

    def compare(self, outcome: Outcome, folder: Path) -> list[Difference]:
        """Hold the figures of the documents against the expected tables; of a part of the file, against its plan."""
        figures = outcome.figures()
        differences = all_differences(outcome.planned, figures)
        against = "the plan of these days"
        if outcome.is_whole:
            differences += all_differences(expected_figures(folder), figures)
            against = f"the plan and the expected tables in {folder}"
        for difference in differences[:MOST_SHOWN]:
            self.stdout.write(f"  {difference}")
        for name, figure in figures.by_class().items():
            self.stdout.write(
                f"  {name:<12} {figure.lines:>9,} lines {figure.quantity:>14,.0f} {figure.amount:>16,.2f}"
            )
        self.stdout.write(f"Figures against {against}: {len(differences)} differences.")
        return differences

    def audit(self) -> int:
        """Run every invariant; returns how many are broken."""
        broken = [finding for finding in check_all() if not finding.holds]
        for finding in broken:
            self.stdout.write(f"BROKEN {finding.invariant.code} {finding.invariant.name}: {finding.count} rows")
            for row in finding.rows[:5]:
                self.stdout.write(f"      {row}")
        self.stdout.write(f"Audit: {len(broken)} invariants broken.")
        return len(broken)
