"""The whole ledger in a plain-text accounting format that an independent program can verify.

Amounts in foreign currency carry their total cost in functional currency (``100.00 USD @@ 90.00 EUR``), so the checker
proves that each entry balances at cost. Entries are streamed by date: memory does not grow with the ledger.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from accounting.models import JournalLine, LedgerAccount
from core.models import Company
from core.rounding import currency_exponent

CHUNK = 2000  # rows per fetch of the server-side cursor
ROOTS = {
    LedgerAccount.Kind.ASSET: "Assets",
    LedgerAccount.Kind.LIABILITY: "Liabilities",
    LedgerAccount.Kind.EQUITY: "Equity",
    LedgerAccount.Kind.INCOME: "Income",
    LedgerAccount.Kind.EXPENSE: "Expenses",
}


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One journal line with what the formats need of its entry."""

    entry_id: int
    number: str | None
    business_date: date
    description: str
    source_type: str
    source_id: int
    account_id: int
    debit: Decimal
    credit: Decimal
    currency: str
    document_amount: Decimal
    partner: str | None

    @property
    def functional(self) -> Decimal:
        """Signed, debit above zero."""
        return self.debit - self.credit


class Format(Protocol):
    """One plain-text format: what stands on top, and how an entry is written."""

    extension: str

    def head(self, company: Company, accounts: Sequence[LedgerAccount], currencies: Sequence[str]) -> Iterator[str]:
        """Declarations of accounts and currencies."""

    def entry(self, lines: Sequence[ExportLine], functional: str) -> Iterator[str]:
        """One entry with its lines."""


def export_ledger(company: Company, file_format: str) -> Iterator[str]:
    """Write every posted entry of the company, by date, as lines of text with their line ends."""
    form = FORMATS[file_format]()
    accounts = list(LedgerAccount.objects.filter(company=company).order_by("code"))
    used = JournalLine.objects.filter(company=company).values_list("currency", flat=True).distinct()
    yield from form.head(company, accounts, sorted({company.functional_currency, *used.order_by()}))
    for _, lines in groupby(_lines(company), attrgetter("entry_id")):
        yield from form.entry(list(lines), company.functional_currency)


def _lines(company: Company) -> Iterable[ExportLine]:
    rows = JournalLine.objects.filter(company=company, entry__status="posted").values_list(
        "entry_id", "entry__number", "business_date", "entry__description", "entry__source_type", "entry__source_id",
        "account_id", "debit", "credit", "currency", "document_amount", "partner__code",
    )  # fmt: skip
    ordered = rows.order_by("business_date", "entry_id", "pk")
    return (ExportLine(*row) for row in ordered.iterator(chunk_size=CHUNK))


def _amount(value: Decimal, currency: str) -> str:
    """With the decimals of its currency; more only where the value has them."""
    places = max(currency_exponent(currency), -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f} {currency}"


def _cost(line: ExportLine, functional: str) -> str:
    """The document amount at its total cost; a line that only adjusts the functional value stands in that currency."""
    if line.currency == functional or not line.document_amount:
        return _amount(line.functional, functional)
    return f"{_amount(line.document_amount, line.currency)} @@ {_amount(abs(line.functional), functional)}"


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


class Hledger:
    """hledger's journal format; passes ``hledger check --strict``."""

    extension = "journal"

    def head(self, company: Company, accounts: Sequence[LedgerAccount], currencies: Sequence[str]) -> Iterator[str]:
        """Every account with its type and every currency with its decimals, so that strict checks hold."""
        self._names = {account.pk: self._name(account) for account in accounts}
        yield f"; {_one_line(company.name)} ({company.code}): general ledger in {company.functional_currency}\n"
        yield "decimal-mark .\n"
        for currency in currencies:
            places = currency_exponent(currency)
            yield f"commodity 1000.{'0' * places} {currency}\n"
        for account in accounts:
            yield f"account {self._names[account.pk]}\n"
        yield "\n"

    def _name(self, account: LedgerAccount) -> str:
        name = re.sub(r"[;:()\[\]]", " ", f"{account.code} {account.name}")
        return f"{ROOTS[LedgerAccount.Kind(account.kind)]}:{_one_line(name)}"

    def entry(self, lines: Sequence[ExportLine], functional: str) -> Iterator[str]:
        """Number as code, source and partner as tags."""
        first = lines[0]
        description = _one_line(first.description).replace(";", ",")
        source = _one_line(f"source:{first.source_type} {first.source_id}")
        yield f"{first.business_date} * ({first.number}) {description}  ; {source}\n"
        for line in lines:
            partner = f"  ; partner:{_one_line(line.partner).replace(',', ' ')}" if line.partner else ""
            yield f"    {self._names[line.account_id]}  {_cost(line, functional)}{partner}\n"
        yield "\n"


class Beancount:
    """Beancount's format; passes ``bean-check``."""

    extension = "beancount"

    def head(self, company: Company, accounts: Sequence[LedgerAccount], currencies: Sequence[str]) -> Iterator[str]:
        """Every account is opened before the first entry."""
        self._names = {account.pk: self._name(account) for account in accounts}
        yield f'option "title" "{self._quoted(company.name)}: general ledger"\n'
        yield f'option "operating_currency" "{company.functional_currency}"\n\n'
        for currency in currencies:
            yield f"1900-01-01 commodity {currency}\n"
        for account in accounts:
            yield f"1900-01-01 open {self._names[account.pk]}\n"
        yield "\n"

    def _name(self, account: LedgerAccount) -> str:
        words = re.sub(r"[^A-Za-z0-9]+", "-", f"{account.code} {account.name}").strip("-")
        return f"{ROOTS[LedgerAccount.Kind(account.kind)]}:{words[:1].upper()}{words[1:]}"

    def _quoted(self, text: str) -> str:
        return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')

    def entry(self, lines: Sequence[ExportLine], functional: str) -> Iterator[str]:
        """Number, source and partner as metadata."""
        first = lines[0]
        yield f'{first.business_date} * "{self._quoted(first.description)}"\n'
        source = self._quoted(f"{first.source_type} {first.source_id}")
        yield f'  number: "{first.number}"\n  source: "{source}"\n'
        for line in lines:
            yield f"  {self._names[line.account_id]}  {_cost(line, functional)}\n"
            if line.partner:
                yield f'    partner: "{self._quoted(line.partner)}"\n'
        yield "\n"


FORMATS: dict[str, type[Hledger] | type[Beancount]] = {"hledger": Hledger, "beancount": Beancount}
