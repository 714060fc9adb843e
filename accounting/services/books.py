"""Set up a company's books from the chart template: accounts, posting rules, monthly periods."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from accounting.models import LedgerAccount, Period, PostingRule
from core import bulk
from core.commands import command
from core.models import Company, User

CHARTS = Path(__file__).parent.parent / "charts"


@cache
def chart_template(name: str = "standard") -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The accounts and rules of a template file."""
    found: dict[str, Any] = tomllib.loads((CHARTS / f"{name}.toml").read_text(encoding="utf-8"))
    return found


@command(permission="accounting.maintain_chart")
def set_up_books(*, company: Company, first_year: int, last_year: int, actor: User) -> None:
    """Give the company the standard chart, its posting rules and open months for these fiscal years, both included.

    What is there already stays as it is, so further years are opened by calling it again. Four statements.
    """
    template = chart_template()
    bulk.insert(
        LedgerAccount,
        {
            "code": [account["code"] for account in template["accounts"]],
            "name": [account["name"] for account in template["accounts"]],
            "kind": [account["kind"] for account in template["accounts"]],
            "control": [account.get("control", "") for account in template["accounts"]],
        },
        same={"company_id": company.pk},
        skip_known=True,
    )
    ids = dict(LedgerAccount.objects.filter(company=company).values_list("code", "pk"))
    bulk.insert(
        PostingRule,
        {
            "purpose": [rule["purpose"] for rule in template["rules"]],
            "group": [rule.get("group", "") for rule in template["rules"]],
            "account_id": [ids[rule["account"]] for rule in template["rules"]],
        },
        same={"company_id": company.pk},
        skip_known=True,
    )
    starts = list(_month_starts(company, first_year, last_year))
    bulk.insert(
        Period,
        {
            "name": [f"{start:%Y-%m}" for start in starts],
            "starts_on": starts,
            "ends_on": [_month_end(start) for start in starts],
        },
        same={"company_id": company.pk},
        skip_known=True,
    )


def _month_starts(company: Company, first_year: int, last_year: int) -> Iterator[date]:
    first = first_year * 12 + company.fiscal_year_start_month - 1
    for month in range(first, first + 12 * (last_year - first_year + 1)):
        yield date(month // 12, month % 12 + 1, 1)


def _month_end(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
