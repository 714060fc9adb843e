"""Write a company's whole ledger as plain text, to be checked by a program that is not ours."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.export import FORMATS, export_ledger
from core.models import Company


class Command(BaseCommand):
    """``manage.py export_ledger --format hledger --company KEPT --out ledger.journal``."""

    help = "Write the ledger for hledger or beancount; then run `hledger check` or `bean-check` on it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The format, which company, and where to."""
        parser.add_argument("--format", choices=sorted(FORMATS), required=True, dest="file_format")
        parser.add_argument("--company", help="The company's code; needed when there are several.")
        parser.add_argument("--out", type=Path, help="A file; otherwise standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stream the entries."""
        lines = export_ledger(self._company(options["company"]), options["file_format"])
        if options["out"] is None:
            for line in lines:
                self.stdout.write(line, ending="")
            return
        with options["out"].open("w", encoding="utf-8") as file:
            file.writelines(lines)

    def _company(self, code: str | None) -> Company:
        companies = list(Company.objects.filter(code=code) if code else Company.objects.order_by("code")[:2])
        if not companies:
            raise CommandError(f"There is no company {code}." if code else "There is no company yet.")
        if len(companies) > 1:
            raise CommandError("There are several companies: name one with --company CODE.")
        return companies[0]
