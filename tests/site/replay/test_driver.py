"""Carrying a plan out through the commands: every kind of line, all figures, killed and continued."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from accounting.models import JournalLine, OpenItem
from billing.models import Invoice
from core.invariants import check_all
from fulfillment.models import Return
from inventory.models import StockAdjustment, StockBucket
from orders.models import Order
from orders_site.models import ReplayLine
from orders_site.replay import driver
from orders_site.replay.compare import all_differences
from orders_site.replay.driver import Outcome, replay
from orders_site.replay.driver_figures import write_report
from orders_site.replay.driver_ground import Steps
from payments.models import Payment
from tests.site.replay.trade_files import MAPPING, back, numbered, sale, write_trade

# Every kind of line that the real file has: goods, charges, free goods, counter sales, returns with and without
# reference, value credits with and without a charge, a debit note, stock lost and found, a write-off, a report row.
LINES = numbered(
    sale("500001", "6", price="2.55"),
    sale("500001", "12", code="85123a", price="1.10", description="HEART"),
    sale("500001", "1", code="POST", price="18.00", description="POSTAGE"),
    sale("500001", "2", code="85123A", price="0", description=""),
    sale("500002", "3", price="2.95", customer="", country="United Kingdom"),
    sale("500003", "1", code="M", price="40.00", description="Manual"),
    sale("500004", "5", customer="12583", country="France", price="2.55"),
    sale("500005", "-4", price="0", customer="", description="damaged"),
    sale("500006", "10", price="0", customer="", description=""),
    sale("500007", "1", code="GIFT", price="0", customer="", description="", day="2010-03-01"),
    back("500010", "2", price="2.55"),
    back("500010", "1", price="9.99"),
    back("500010", "1", code="POST", price="18.00", description="POSTAGE"),
    back("500011", "1", code="S", price="7.25", description="SAMPLES"),
    sale("C500012", "1", code="M", price="3.75", description="Manual", day="2010-03-02"),
    sale("A500013", "1", code="B", price="-25.00", customer="", description="Adjust bad debt", day="2010-03-03"),
    sale("500014", "7", price="2.55", day="2010-04-12"),
    sale("500015", "1", price="2.10", day="2010-05-20"),
)


@pytest.fixture
def trade(tmp_path: Path) -> Path:
    return write_trade(tmp_path, LINES)


def run(path: Path, **more: int) -> Outcome:
    return replay(path, MAPPING, company_code="RP", **more)


def offences() -> list[tuple[str, object]]:
    return [(each.invariant.name, each.rows) for each in check_all() if not each.holds]


@pytest.mark.django_db(transaction=True)
def test_every_kind_of_line_becomes_its_document_and_all_figures_agree(trade: Path) -> None:
    outcome = run(trade)

    assert [str(each) for each in all_differences(outcome.planned, outcome.figures())] == []
    assert all_differences(outcome.survey.figures, outcome.figures()) == []
    assert offences() == []
    assert outcome.lines == len(LINES) == ReplayLine.objects.count()
    assert Order.objects.count() == 6
    assert set(Order.objects.values_list("status", flat=True)) == {"completed"}
    assert Return.objects.filter(has_reference=True).count() == 1
    assert Return.objects.filter(has_reference=False).count() == 1
    assert StockAdjustment.objects.count() == 2
    assert JournalLine.objects.get(account__code="6100").debit == Decimal("25.00")


@pytest.mark.django_db(transaction=True)
def test_invoices_are_paid_when_due_with_credit_notes_set_against_them_first(trade: Path) -> None:
    run(trade)

    invoice = (
        Invoice.objects.filter(direction="invoice", lines__order_line__order__import_key="500001").distinct().get()
    )
    paid = Payment.objects.get(invoice=invoice)
    # 46.50 were billed; 5.10 came back and 18.00 of postage were credited, both set against it at once. What was
    # credited without reference (9.99 and 7.25) is used when it falls due, before money is asked for.
    assert invoice.gross.amount == Decimal("46.50")
    assert paid.amount.amount == Decimal("46.50") - Decimal("5.10") - Decimal("18.00") - Decimal("9.99") - Decimal(
        "7.25"
    )
    assert paid.business_date >= invoice.due_on
    still_open = OpenItem.objects.filter(open_amount__gt=0)
    assert {item.issued_on for item in still_open} == {date(2010, 5, 20)}


@pytest.mark.django_db(transaction=True)
def test_what_was_supplied_is_what_left_and_what_is_on_hand(trade: Path) -> None:
    run(trade)

    on_hand = dict(StockBucket.objects.values_list("product__sku", "on_hand"))
    # 22423: March needs 6 + 3 + 5 + 4 less nothing; found 10 and returned 3 cover April and May.
    assert on_hand == {"22423": Decimal(18 - 18 + 10 + 3 - 7 - 1), "85123A": Decimal(0)}


class Killed(BaseException):
    """Stands for a power cut: nothing handles it."""


@pytest.mark.django_db(transaction=True)
def test_killed_inside_every_step_and_started_again_it_continues_and_doubles_nothing(
    trade: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = driver.TimedSteps.take
    cut: set[tuple[str, str]] = set()

    def cut_each_step_once(self: Steps, batch: str, name: str, do: object) -> None:
        """End each step once before its commit, after all its work: the worst moment."""

        def work_and_die() -> None:
            do()  # type: ignore[operator]
            if (batch, name) not in cut:
                cut.add((batch, name))
                raise Killed

        original(self, batch, name, work_and_die)

    monkeypatch.setattr(driver.TimedSteps, "take", cut_each_step_once)
    starts = 0
    outcome = None
    while outcome is None:
        starts += 1
        try:
            outcome = run(trade)
        except Killed:
            assert starts < 200

    assert starts == len(cut) + 1 > 20
    assert all_differences(outcome.survey.figures, outcome.figures()) == []
    assert offences() == []
    assert Order.objects.count() == 6

    again = run(trade)  # all is done: nothing happens twice
    assert Order.objects.count() == 6
    assert all_differences(again.survey.figures, again.figures()) == []


@pytest.mark.django_db(transaction=True)
def test_the_report_names_every_line_that_became_nothing(trade: Path, tmp_path: Path) -> None:
    outcome = run(trade)

    count = write_report(outcome.ground, tmp_path / "report.csv")

    text = (tmp_path / "report.csv").read_text(encoding="utf-8")
    assert count == 1
    assert "A document without value, of a code under which nothing is stocked." in text


@pytest.mark.django_db(transaction=True)
def test_the_command_stops_after_some_days_compares_them_and_goes_on_later(
    trade: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("replay", str(trade), "--company", "rp", "--limit-days", "2")
    text = capsys.readouterr().out
    assert "Figures against the plan of these days: 0 differences." in text
    assert "Audit: 0 invariants broken." in text
    assert Order.objects.count() == 4

    outcome = run(trade)
    assert outcome.is_whole
    assert Order.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_figure_that_differs_makes_the_command_fail(trade: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for dimension in ("month", "country", "customer", "code"):
        table = f"{dimension},class,lines,quantity,amount_2dp\n"
        (trade.parent / f"expected_rounded_by_{dimension}.csv").write_text(table, encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        call_command("replay", str(trade), "--company", "RP")

    assert ended.value.code == 1
    assert "month 2010-03, sale: expected 0 lines" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_a_second_company_trades_with_the_accounts_and_products_that_are_there(trade: Path) -> None:
    run(trade)

    second = replay(trade, MAPPING, company_code="RQ")

    assert all_differences(second.survey.figures, second.figures()) == []
    assert Order.objects.filter(company__code="RQ").count() == 6
    assert offences() == []
