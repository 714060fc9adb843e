"""What the core's tests stand on: a company, people, a place with stock, and small commands to try the door with."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection

from catalog.models import Account, Product, UnitOfMeasure
from core.commands import command
from core.ledger import Guard, Key, Ledger, Movement
from core.locks import Rank, lock_rows
from core.models import Company, FxRate, User
from inventory.models import Warehouse

TODAY = date(2026, 3, 2)
_numbers = itertools.count(1)


def make_company(*, code: str = "", currency: str = "EUR", zone: str = "UTC", year_starts: int = 1) -> Company:
    """A bare company without books."""
    code = code or f"C{next(_numbers)}"
    return Company.objects.create(
        code=code,
        name=f"{code} Ltd",
        functional_currency=currency,
        country="DE",
        time_zone=zone,
        fiscal_year_start_month=year_starts,
    )


def make_person(*, rights: Sequence[str] = (), companies: Sequence[Company] = ()) -> User:
    """A person with these rights, such as ``core.administer``, given directly."""
    user = User.objects.create(username=f"person-{next(_numbers)}")
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    for company in companies:
        user.memberships.create(company=company)
    return user


def make_bucket_keys(*, company: Company, count: int) -> list[Key]:
    """Keys of so many stock buckets in one warehouse; the buckets themselves are not there yet."""
    warehouse = Warehouse.objects.create(company=company, code="MAIN", name="Main", time_zone="UTC", country="DE")
    unit = UnitOfMeasure.objects.get_or_create(code="ea", defaults={"name": "each"})[0]
    products = [Product.objects.create(sku=f"P{n}", name=f"P{n}", stock_unit=unit) for n in range(count)]
    return [(company.pk, warehouse.pk, product.pk) for product in products]


def make_credit_key(*, company: Company) -> Key:
    """The key of an account's exposure in the company's currency; the total itself is not there yet."""
    account = Account.objects.create(code=f"A{next(_numbers)}", name="Acme", country="DE", currency="EUR")
    return (company.pk, account.pk, company.functional_currency)


def movement(key: Key, source: int = 1, *, purpose: str = "test", **deltas: str | int) -> Movement:
    """One movement with the deltas given by name."""
    return Movement(key, {name: Decimal(delta) for name, delta in deltas.items()}, "test", source, purpose, TODAY)


def rate(*, currency: str, value: str, on: date = TODAY, to: str = "EUR") -> FxRate:
    """One published exchange rate."""
    return FxRate.objects.create(from_currency=currency, to_currency=to, rate=Decimal(value), valid_from=on)


@dataclass(frozen=True)
class Renamed:
    """An answer with types that JSON does not have."""

    company_id: int
    name: str
    weight: Decimal
    on: date


@command(permission="core.administer")
def rename_company(*, company_id: int, name: str, actor: User, reason: str = "") -> Renamed:
    """Lock a company and name it anew: the smallest command there is."""
    (company,) = lock_rows(Company, [company_id], Rank.MASTER_DATA)
    company.name = name
    company.save(update_fields=["name"])
    return Renamed(company_id, name, Decimal("1.50"), TODAY)


@command(permission=None)
def post(
    *, ledger: Ledger, movements: Sequence[Movement], actor: User, guard: Guard = Guard.BLOCK
) -> dict[str, Decimal] | None:
    """Post to a ledger and nothing else."""
    ledger.post(movements, guard=guard)
    return None


@command(permission=None)
def lock_companies(*, company_ids: Collection[int], actor: User) -> list[str]:
    """Lock these companies and say their names."""
    return [company.name for company in lock_rows(Company, company_ids, Rank.MASTER_DATA)]


def setting(name: str) -> Any:
    """A setting of this database session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0]
