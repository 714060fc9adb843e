"""The manager's dashboard."""

from datetime import timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.selectors import Performance, performance
from core.access import SEE_MARGIN, may
from core.dates import business_date
from core.web.access import requires
from core.web.companies import company_of, company_tabs
from core.web.figures import Figure, Series
from core.web.formats import money, percent
from core.web.parts import Kpi, Tab

PERIODS = (("30", "30 days"), ("90", "90 days"), ("365", "12 months"))
CENT = Decimal("0.01")


@require_safe
@requires("analytics.see_performance")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Bookings, billings, margin, promises kept, and where the list price went: each with its definition and proof."""
    company = company_of(request)
    asked = request.GET.get("days", "90")
    days = int(asked) if asked in dict(PERIODS) else 90
    until = business_date(company.time_zone)
    found = performance(company_id=company.pk, since=until - timedelta(days=days - 1), until=until)
    sees_margin = may(request.user, SEE_MARGIN)
    context = {
        "company": company,
        "found": found,
        "tabs": [
            Tab(label, f"?company={company.code}&days={value}", is_current=value == str(days))
            for value, label in PERIODS
        ],
        "companies": company_tabs(request, company, days=str(days)),
        "kpis": _kpis(found, company.functional_currency, sees_margin=sees_margin),
        "figures": _figures(found, company.functional_currency, sees_margin=sees_margin),
    }
    return render(request, "analytics/dashboard.html", context)


def _compared(now: Decimal, before: Decimal) -> str:
    if not before:
        return "nothing in the period before"
    change = (now - before) * 100 / abs(before)
    return f"{'+' if change >= 0 else '−'}{abs(change):.1f} % on the period before"


def _amount(value: Decimal, currency: str) -> str:
    return money(value.quantize(CENT), currency, show="symbol")


def _kpis(found: Performance, currency: str, *, sees_margin: bool) -> list[Kpi]:
    now, before = found.now, found.before
    kept = now.on_time_percent
    items = [
        Kpi("Bookings", _amount(now.booked_net, currency), _compared(now.booked_net, before.booked_net)),
        Kpi("Billings", _amount(now.billed_net, currency), _compared(now.billed_net, before.billed_net)),
        Kpi("Backlog", _amount(found.backlog, currency), "confirmed, still to ship", reverse("orders:list")),
        Kpi(
            "On time",
            percent(kept) if kept is not None else "—",
            f"{now.lines_on_time:,} of {now.lines_shipped:,} lines as first promised",
        ),
    ]
    if sees_margin:
        items.insert(2, Kpi("Margin", _amount(now.margin, currency), _compared(now.margin, before.margin)))
    return items


def _figures(found: Performance, currency: str, *, sees_margin: bool) -> list[Figure]:
    months = [f"{month:%b %y}" for month, _ in found.months]
    best = max(found.months, key=lambda each: each[1].booked_net, default=None)
    figures = [
        Figure(
            what=f"Bookings by month, {currency}",
            finding=(
                f"The best month was {best[0]:%B %Y} with {_amount(best[1].booked_net, currency)}."
                if best
                else "Nothing was booked yet."
            ),
            head="Month",
            labels=months,
            series=[Series("Bookings", [totals.booked_net.quantize(Decimal(1)) for _, totals in found.months])],
        ),
        _top(f"Top customers by billings, {currency}", "Customer", found.customers, "catalog:account"),
        _top(f"Top products by billings, {currency}", "Product", found.products, "catalog:product"),
    ]
    if sees_margin:
        figures.insert(1, _waterfall(found, currency))
    return figures


def _waterfall(found: Performance, currency: str) -> Figure:
    now = found.now
    given = now.booked_list - now.booked_net
    pocket = now.booked_net - now.booked_cost - now.rebate_accrued
    share = given * 100 / now.booked_list if now.booked_list else Decimal(0)
    rows = (
        ("List value", now.booked_list), ("Discounts", -given), ("Net", now.booked_net), ("Cost", -now.booked_cost),
        ("Rebates", -now.rebate_accrued), ("Pocket margin", pocket),
    )  # fmt: skip
    return Figure(
        what=f"From list price to pocket, {currency}",
        finding=f"Discounts took {share:.1f} % of the list value.",
        head="Step",
        labels=[label for label, _ in rows],
        series=[Series("Amount", [amount.quantize(Decimal(1)) for _, amount in rows])],
        kind="steps",
    )


def _top(what: str, head: str, shares: object, url_name: str) -> Figure:
    assert isinstance(shares, list)
    total = sum((each.amount for each in shares), Decimal(0))
    finding = (
        f"{shares[0].label} leads with {shares[0].amount * 100 / total:.0f} % of these."
        if shares and total
        else "Nothing was billed yet."
    )
    return Figure(
        what=what,
        finding=finding,
        head=head,
        labels=[each.label for each in shares],
        series=[Series("Billings", [each.amount.quantize(Decimal(1)) for each in shares])],
        kind="rows",
        urls=[reverse(url_name, args=[each.key]) for each in shares],
    )
