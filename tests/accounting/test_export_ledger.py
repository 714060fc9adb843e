"""The plain-text export, judged by two programs that are not ours."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounting.drafts import AmountToPost, ApplicationDraft
from accounting.export import export_ledger
from accounting.models import OpenItem
from accounting.selectors import trial_balance
from accounting.services import apply_items, post_entries
from catalog.models import Account
from core.models import Company, FxRate, User
from tests.accounting.conftest import DAY, entry_of, rate_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]
APRIL = date(2026, 4, 20)
Make = Callable[..., OpenItem]
VERIFIERS = {"hledger": ["hledger", "check", "--strict", "-f"], "beancount": ["bean-check"]}


@pytest.fixture
def ledger(company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User) -> Company:
    """Domestic and foreign invoices, a realised gain, currencies of 0 and 3 decimals, and awkward words."""
    company.name = 'Kept "& Sons"; \\ GmbH'
    company.save(update_fields=["name"])
    bolt.code = "BO,LT\n"
    bolt.save(update_fields=["code"])
    claim(1, "100", "19")
    foreign = claim(2, "33.33", account=bolt, currency="USD")
    payment = money(1, "40", account=bolt, currency="USD", on=APRIL)
    for currency, rate in (("JPY", "0.0061"), ("KWD", "2.9"), ("IDR", "0.000055")):
        FxRate.objects.create(from_currency=currency, to_currency="EUR", valid_from=DAY, rate=Decimal(rate))
    claim(3, "1234", account=bolt, currency="JPY")
    claim(4, "1.234", account=bolt, currency="KWD")
    claim(5, "0.01", account=bolt, currency="IDR")
    apply_items(
        company=company,
        applications=[ApplicationDraft(foreign.pk, payment.pk, Decimal("33.33"))],
        business_date=APRIL,
        source_type="payment",
        source_id=1,
        actor=system,
    )
    words = entry_of(
        AmountToPost("bank", Decimal(1)),
        AmountToPost("revenue", Decimal(-1)),
        rate=rate_of("EUR", company, DAY),
        source=('=SUM("x"); |\n\\', 9),
    )
    post_entries(company=company, drafts=[words], actor=system)
    return company


@pytest.mark.parametrize("file_format", sorted(VERIFIERS))
def test_an_independent_program_accepts_the_ledger(file_format: str, ledger: Company, tmp_path: Path) -> None:
    program = VERIFIERS[file_format]
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not on PATH")
    out = tmp_path / f"ledger.{file_format}"

    call_command("export_ledger", file_format=file_format, out=out)

    done = subprocess.run([*program, str(out)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_hledger_reckons_the_same_trial_balance(ledger: Company, tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not on PATH")
    out = tmp_path / "ledger.journal"
    call_command("export_ledger", file_format="hledger", out=out)
    command = ["hledger", "-f", str(out), "balance", "--cost", "--flat", "--no-total", "-E", "-O", "csv"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    theirs = {}
    for row in done.stdout.splitlines()[1:]:
        name, amount = row.strip('"').split('","')
        theirs[name.split(":")[1].split()[0]] = Decimal(amount.removesuffix(" EUR"))
    ours = {row.code: row.closing for row in trial_balance(ledger.pk, DAY, APRIL)}
    assert {code: value for code, value in theirs.items() if value} == {
        code: value for code, value in ours.items() if value
    }


def test_a_spoiled_ledger_is_not_accepted(ledger: Company, tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not on PATH")
    text = "".join(export_ledger(ledger, "hledger"))
    out = tmp_path / "spoiled.journal"
    out.write_text(text.replace("119.00 EUR", "119.01 EUR"))

    done = subprocess.run(
        ["hledger", "check", "-f", str(out)], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode != 0
    assert "could not balance" in done.stderr


def test_foreign_amounts_stand_at_their_total_cost(ledger: Company) -> None:
    text = "".join(export_ledger(ledger, "beancount"))

    assert "Assets:1200-Trade-receivables  33.33 USD @@ 30.00 EUR" in text
    assert "Assets:1200-Trade-receivables  -33.33 USD @@ 30.00 EUR" in text
    assert "1234 JPY @@ 7.53 EUR" in text
    assert "1.234 KWD @@ 3.58 EUR" in text
    assert "0.01 IDR @@ 0.00 EUR" in text
    assert "Income:7000-Exchange-gains  -1.66 EUR" in text


def test_rows_are_streamed_in_a_constant_number_of_statements(
    ledger: Company, system: User, claim: Make, count_statements: Callable[[], Any]
) -> None:
    with count_statements() as few:
        list(export_ledger(ledger, "hledger"))
    for number in range(100, 120):
        claim(number, "1")
    with count_statements() as many:
        list(export_ledger(ledger, "hledger"))

    assert len(few) == len(many) == 3


def test_the_company_is_named_when_there_are_several(ledger: Company, tmp_path: Path) -> None:
    Company.objects.create(code="OTHER", name="Other", functional_currency="EUR", country="DE")

    with pytest.raises(CommandError, match="several companies"):
        call_command("export_ledger", file_format="hledger")
    with pytest.raises(CommandError, match="There is no company NONE"):
        call_command("export_ledger", file_format="hledger", company="NONE")
    call_command("export_ledger", file_format="beancount", company="OTHER", out=tmp_path / "empty.beancount")

    assert "general ledger" in (tmp_path / "empty.beancount").read_text()
