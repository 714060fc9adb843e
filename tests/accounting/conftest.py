"""A company with books, two customers, and makers of claims and payments that post as documents do."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from accounting.drafts import AmountToPost, EntryDraft, OpenItemDraft, converted_lines, functional_amount
from accounting.invariants import INVARIANTS
from accounting.models import JournalEntry, LedgerAccount, OpenItem
from accounting.services import open_items, post_entries, set_up_books
from catalog.models import Account
from core import invariants
from core.commands import command
from core.fx import Rate, find_rate
from core.models import Company, CompanyMembership, FxRate, User

DAY, TODAY = date(2026, 3, 10), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _late_in_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Manual entries are held against today: the last day of the open books, whenever the tests run."""
    monkeypatch.setattr("accounting.services.manual.day_in", lambda zone: TODAY)


@pytest.fixture
def system(db: None) -> User:
    return User.objects.create(username="system", is_system=True)


@pytest.fixture
def company(system: User) -> Company:
    """A company in EUR with open books for 2026."""
    made = Company.objects.create(code="KEPT", name="Kept GmbH", functional_currency="EUR", country="DE")
    set_up_books(company=made, first_year=2026, last_year=2026, actor=system)
    return made


@pytest.fixture
def acme(db: None) -> Account:
    return Account.objects.create(code="ACME", name="Acme Ltd", currency="EUR", country="DE")


@pytest.fixture
def bolt(db: None) -> Account:
    return Account.objects.create(code="BOLT", name="Bolt Inc", currency="USD", country="US")


@pytest.fixture
def dollars(db: None) -> None:
    """What a dollar was worth: 0.90 in March, 0.95 from April on."""
    for valid_from, rate in ((date(2026, 1, 1), "0.9"), (date(2026, 4, 1), "0.95")):
        FxRate.objects.create(from_currency="USD", to_currency="EUR", valid_from=valid_from, rate=Decimal(rate))


@pytest.fixture
def make_user(company: Company) -> Callable[..., User]:
    """Make a member of the company with these rights (``"accounting.post_entry"``)."""

    def make(name: str, *rights: str, member: bool = True) -> User:
        user = User.objects.create_user(name)
        for right in rights:
            app, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        if member:
            CompanyMembership.objects.create(user=user, company=company)
        return user

    return make


@pytest.fixture
def ruth(make_user: Callable[..., User]) -> User:
    """Finance lead: may do all that accounting offers."""
    rights = ("post_entry", "reverse_entry", "view_ledger", "lock_period", "reopen_period", "maintain_chart")
    return make_user("ruth", "core.see_credit", "core.backdate", *(f"accounting.{right}" for right in rights))


@pytest.fixture
def charlie(make_user: Callable[..., User]) -> User:
    """May do nothing."""
    return make_user("charlie")


def rate_of(currency: str, company: Company, on: date) -> Rate:
    return find_rate(currency, to=company.functional_currency, on=on)


def entry_of(
    *amounts: AmountToPost, rate: Rate, source: tuple[str, int] = ("test", 1), purpose: str = "post", on: date = DAY
) -> EntryDraft:
    """An entry of a document's amounts at a rate."""
    return EntryDraft(*source, purpose, on, f"{source[0]} {source[1]}", converted_lines(amounts, rate=rate))


@command(permission=None)
def invoice_like(
    *,
    company: Company,
    account: Account,
    source_id: int,
    currency: str,
    net: Decimal,
    tax: Decimal,
    on: date,
    actor: User,
) -> int:
    """Post what an invoice posts and open its item."""
    rate = rate_of(currency, company, on)
    gross = net + tax
    post_entries(
        company=company,
        drafts=[
            entry_of(
                AmountToPost("receivable", gross, partner_id=account.pk),
                AmountToPost("revenue", -net, "goods"),
                AmountToPost("tax", -tax, "standard"),
                rate=rate,
                source=("invoice", source_id),
                on=on,
            )
        ],
        actor=actor,
    )
    draft = OpenItemDraft(
        account.pk, "invoice", source_id, f"INV-{source_id}", currency, gross, functional_amount(gross, rate=rate), on,
        date.fromordinal(on.toordinal() + 30),
    )  # fmt: skip
    return open_items(company=company, drafts=[draft], actor=actor)[0]


@command(permission=None)
def payment_like(
    *, company: Company, account: Account, source_id: int, currency: str, amount: Decimal, on: date, actor: User
) -> int:
    """Post what a receipt on account posts and open its item."""
    rate = rate_of(currency, company, on)
    post_entries(
        company=company,
        drafts=[
            entry_of(
                AmountToPost("bank", amount, "transfer"),
                AmountToPost("unapplied", -amount, partner_id=account.pk),
                rate=rate,
                source=("payment", source_id),
                on=on,
            )
        ],
        actor=actor,
    )
    draft = OpenItemDraft(
        account.pk, "payment", source_id, f"P-{source_id}", currency, -amount, functional_amount(-amount, rate=rate),
        on, on, control="unapplied",
    )  # fmt: skip
    return open_items(company=company, drafts=[draft], actor=actor)[0]


@pytest.fixture
def claim(company: Company, acme: Account, system: User) -> Callable[..., OpenItem]:
    """Make a posted claim."""

    def make(
        number: int, net: str, tax: str = "0", *, account: Account = acme, currency: str = "EUR", on: date = DAY
    ) -> OpenItem:
        pk = invoice_like(
            company=company, account=account, source_id=number, currency=currency, net=Decimal(net), tax=Decimal(tax),
            on=on, actor=system,
        )  # fmt: skip
        return OpenItem.objects.get(pk=pk)

    return make


@pytest.fixture
def money(company: Company, acme: Account, system: User) -> Callable[..., OpenItem]:
    """Make a posted payment on account."""

    def make(number: int, amount: str, *, account: Account = acme, currency: str = "EUR", on: date = DAY) -> OpenItem:
        pk = payment_like(
            company=company,
            account=account,
            source_id=number,
            currency=currency,
            amount=Decimal(amount),
            on=on,
            actor=system,
        )
        return OpenItem.objects.get(pk=pk)

    return make


def balance(company: Company, code: str) -> Decimal:
    """What an account stands at, debit above zero."""
    lines = LedgerAccount.objects.get(company=company, code=code).lines.all()
    return sum((line.debit - line.credit for line in lines), Decimal(0))


def sides(entry: JournalEntry | int) -> list[tuple[str, Decimal, Decimal]]:
    """The lines of an entry: code, debit, credit."""
    pk = entry if isinstance(entry, int) else entry.pk
    lines = JournalEntry.objects.get(pk=pk).lines.select_related("account").order_by("account__code")
    return [(line.account.code, line.debit, line.credit) for line in lines]


def require_healthy(only: Sequence[str] = ()) -> None:
    """Assert that no invariant of the ledger is offended."""
    for invariant in INVARIANTS:
        if not only or invariant.view in only:
            finding = invariants.check(invariant)
            assert finding.holds, (invariant.name, finding.columns, finding.rows)


@pytest.fixture
def healthy(db: None) -> Iterator[None]:
    """Check every invariant of the ledger after the test."""
    yield
    require_healthy()


def facts(row: Any, *names: str) -> tuple[Any, ...]:
    """These attributes of a row as the database has them now."""
    row.refresh_from_db()
    return tuple(getattr(row, name) for name in names)
