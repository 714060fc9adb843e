"""Trial balance, an account's lines, the statements, ageing, and the whole ledger as a file."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounting.export import FORMATS, export_ledger
from accounting.filters import LineFilter
from accounting.forms import DayForm, RangeForm
from accounting.models import LedgerAccount
from accounting.selectors import (
    AccountBalance,
    Ageing,
    BalanceSheet,
    ProfitAndLoss,
    accounts_visible_to,
    ageing,
    balance_before,
    balance_sheet,
    lines_visible_to,
    profit_and_loss,
    trial_balance,
)
from accounting.tables import (
    ACCOUNT_LINES,
    AGEING,
    AGEING_SUMS,
    STATEMENT,
    TRIAL_BALANCE,
    TRIAL_BALANCE_CSV,
    account_link,
)
from accounting.views.common import csv_of, report_tabs, source_link
from core.web.access import requires
from core.web.companies import company_of
from core.web.formats import money
from core.web.lists import ListPage
from core.web.parts import Empty, Kpi
from core.web.tables import Table

VIEW = "accounting.view_ledger"
SEE_CREDIT = "core.see_credit"  # what customers owe is credit data; the ledger also tells what things cost
ZERO = Decimal(0)


def _account_url(account_id: int, days: dict[str, str]) -> str:
    return f"{reverse('accounting:account', args=[account_id])}?{urlencode(days)}"


def _rows(balances: Sequence[AccountBalance], currency: str, days: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row.account_id,
            "currency": currency,
            "link": account_link(_account_url(row.account_id, days), row.code),
            **asdict(row),
            "closing": row.closing,
            "kind": LedgerAccount.Kind(row.kind).label,
            **{name: compute(row) for name, compute in more.items()},
        }
        for row in balances
    ]


@require_safe
@requires(VIEW)
def trial_balance_page(request: HttpRequest) -> HttpResponseBase:
    """Opening, debits, credits and closing of every account; each code opens its lines."""
    form = RangeForm(request)
    context: dict[str, Any] = {"form": form, "tabs": report_tabs(request), "table": None, "company": form.chosen}
    if not form.is_valid():
        return render(request, "accounting/trial_balance.html", context, status=422)
    currency = form.chosen.functional_currency
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    days = {"day_min": since.isoformat(), "day_max": until.isoformat()}
    rows = _rows(trial_balance(form.chosen.pk, since, until), currency, days)
    if request.GET.get("format") == "csv":
        return csv_of(f"trial-balance-{since}-{until}", TRIAL_BALANCE_CSV, rows)
    sums = {name: sum((row[name] for row in rows), ZERO) for name in ("opening", "debit", "credit", "closing")}
    foot = {"code": "Total"} | {name: money(value, currency) for name, value in sums.items()}
    context["table"] = Table(TRIAL_BALANCE, rows, user=request.user, caption="Trial balance", foot=foot)
    context["is_balanced"] = sums["debit"] == sums["credit"] and not sums["closing"]
    return render(request, "accounting/trial_balance.html", context)


@require_safe
@requires(VIEW)
def account(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines of one account with its running balance; each line opens the document behind it."""
    found = get_object_or_404(accounts_visible_to(request.user).select_related("company"), pk=pk)
    listing = ListPage(
        request,
        lines_visible_to(request.user).filter(account=found, entry__status="posted"),
        ACCOUNT_LINES,
        noun="lines",
        default_sort="business_date",
        filterset=LineFilter,
        also_reads=("entry_id", "business_date"),
        empty=Empty("Nothing was posted to this account in these days.", "ledger"),
    )
    if request.GET.get("format") != "csv":
        _run_balance(listing, found)
    return listing.response("accounting/account.html", {"account": found})


def _run_balance(listing: ListPage, found: LedgerAccount) -> None:
    """Write each row's source, and the balance after it where the rows are all lines of the account by date."""
    rows: list[dict[str, Any]] = list(listing.page.rows)  # type: ignore[arg-type]
    narrowed = {"q", "currency"} & {name for name, value in listing.request.GET.items() if value}
    runs = rows and listing.sort == "business_date" and not narrowed
    balance = balance_before(found.pk, rows[0]["business_date"], line_id=rows[0]["pk"]) if runs else ZERO
    for row in rows:
        row["source_link"] = source_link(row["entry__source_type"], row["entry__source_id"])
        if runs:
            balance += row["debit"] - row["credit"]
            row["balance"] = balance


@require_safe
@requires(VIEW)
def statements(request: HttpRequest) -> HttpResponse:
    """Profit and loss of the days, and the balance sheet after the last of them."""
    form = RangeForm(request)
    context: dict[str, Any] = {"form": form, "tabs": report_tabs(request), "sections": [], "company": form.chosen}
    if not form.is_valid():
        return render(request, "accounting/statements.html", context, status=422)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    earned, owned = profit_and_loss(form.chosen.pk, since, until), balance_sheet(form.chosen, until)
    days = {"day_min": since.isoformat(), "day_max": until.isoformat()}
    context["sections"] = _statement_sections(request, earned, owned, form.chosen.functional_currency, days)
    context["kpis"] = _statement_kpis(earned.result, owned, form.chosen.functional_currency)
    return render(request, "accounting/statements.html", context)


def _statement_sections(
    request: HttpRequest, earned: ProfitAndLoss, owned: BalanceSheet, currency: str, days: dict[str, str]
) -> list[dict[str, Any]]:
    """Five tables; income, liabilities and equity are shown above zero. Results not yet carried stand under equity."""

    def section(
        title: str, balances: Sequence[AccountBalance], sign: int, name: str, **results: Decimal
    ) -> dict[str, Any]:
        rows = _rows(balances, currency, days, amount=lambda row: sign * getattr(row, name))
        for words, amount in results.items():
            label = f"{words.replace('_', ' ').capitalize()}, not yet carried"
            rows.append({"pk": 0, "currency": currency, "link": "", "name": label, "amount": amount})
        foot = {"code": "Total", "amount": money(sum((row["amount"] for row in rows), ZERO), currency)}
        return {"title": title, "table": Table(STATEMENT, rows, user=request.user, caption=title, foot=foot)}

    return [
        section("Income", earned.income, -1, "change"),
        section("Expenses", earned.expenses, 1, "change"),
        section("Assets", owned.assets, 1, "closing"),
        section("Liabilities", owned.liabilities, -1, "closing"),
        section(
            "Equity",
            owned.equity,
            -1,
            "closing",
            result_of_earlier_years=owned.result_of_earlier_years,
            result_of_this_year=owned.result_of_this_year,
        ),
    ]


def _statement_kpis(result: Decimal, owned: BalanceSheet, currency: str) -> list[Kpi]:
    def text(value: Decimal) -> str:
        return money(value, currency, show="symbol")

    same = owned.total_assets == owned.total_claims
    carried = f"{text(owned.result_of_earlier_years)} of earlier years not yet carried to equity"
    return [
        Kpi("Result of these days", text(result), "income less expenses", is_bad=result < 0),
        Kpi("Assets", text(owned.total_assets), "after the last day"),
        Kpi(
            "Liabilities, equity and results",
            text(owned.total_claims),
            "equal to the assets" if same else "not equal to the assets",
            is_bad=not same,
        ),
        Kpi("Result of this year", text(owned.result_of_this_year), carried),
    ]


@require_safe
@requires(SEE_CREDIT)
def ageing_page(request: HttpRequest) -> HttpResponseBase:
    """Receivables by days past due, per account and currency, checked against the control accounts."""
    form = DayForm(request)
    context: dict[str, Any] = {"form": form, "tabs": report_tabs(request), "tables": [], "company": form.chosen}
    if not form.is_valid():
        return render(request, "accounting/ageing.html", context, status=422)
    report = ageing(form.chosen.pk, form.cleaned_data["on"])
    rows = [{"pk": row.account_id, **asdict(row), "receivable": row.receivable, "net": row.net} for row in report.rows]
    if request.GET.get("format") == "csv":
        return csv_of(f"ageing-{form.cleaned_data['on']}", AGEING, rows)
    context["tables"] = _ageing_tables(request, report, rows)
    context |= {"report": report, "currency": form.chosen.functional_currency}
    return render(request, "accounting/ageing.html", context)


def _ageing_tables(request: HttpRequest, report: Ageing, rows: Sequence[dict[str, Any]]) -> list[Table]:
    """One table per currency, with its sums: amounts of different currencies are never added."""
    tables = []
    for currency, sums in report.totals(AGEING_SUMS).items():
        foot = {"name": f"Total {currency}"} | {name: money(value, currency) for name, value in sums.items()}
        own = [row for row in rows if row["currency"] == currency]
        tables.append(Table(AGEING, own, user=request.user, caption=f"Receivables in {currency}", foot=foot))
    return tables


@require_safe
@requires(VIEW)
def export(request: HttpRequest, file_format: str) -> StreamingHttpResponse:
    """The whole ledger of a company for hledger or beancount, streamed."""
    if file_format not in FORMATS:
        raise Http404
    company = company_of(request)
    name = f"{company.code.lower()}-ledger.{FORMATS[file_format].extension}"
    return StreamingHttpResponse(
        export_ledger(company, file_format),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
