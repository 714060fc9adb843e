"""Cents: parts make the whole, whatever the parts; tax of lines, groups and totals is one amount."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from billing.amounts import rest_of_share, share
from billing.crediting import BilledLine, credit_line
from billing.drafts import INVOICE, PlannedDocument, PlannedLine
from billing.models import Invoice
from billing.taxing import CreditableGroup, tax_as_credited, tax_planned
from catalog.tax.document import CompanyTaxes
from catalog.tax.types import ANY, TaxRule, TaxRules, TaxTreatment
from core.fx import Rate
from core.rounding import round_amount

ZERO, ONE = Decimal(0), Decimal(1)
DAY = date(2026, 3, 2)
cents = st.integers(min_value=0, max_value=10**9).map(lambda number: Decimal(number) / 100)
parts = st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=8)


def rule(number: int, category: str, percent: str) -> TaxRule:
    return TaxRule(
        number,
        category,
        "domestic",
        "GB",
        ANY,
        f"S{percent}",
        percent,
        TaxTreatment.STANDARD,
        Decimal(percent),
        date.min,
    )


TAXES = CompanyTaxes("GB", TaxRules.of([rule(1, "standard", "20"), rule(2, "reduced", "5.5")]), {})


def planned(amounts: list[tuple[str, Decimal]], basis: str) -> PlannedDocument:
    return PlannedDocument(
        direction=INVOICE,
        account_id=1,
        currency="GBP",
        business_date=DAY,
        tax_point_on=DAY,
        price_basis=basis,
        tax_class="domestic",
        terms_id=1,
        rate=Rate("GBP", "GBP", ONE, DAY),
        lines=[PlannedLine("x", amount, "goods", tax_category=category) for category, amount in amounts],
    )


def billed_line(number: int, quantity: Decimal, line: PlannedLine) -> BilledLine:
    return BilledLine(
        id=number,
        invoice_id=1,
        order_line_id=number,
        delivery_line_id=None,
        product_id=1,
        description="x",
        quantity=quantity,
        sales_quantity=quantity,
        sales_unit="ea",
        unit_price=ONE,
        price_unit=1,
        discount=line.discount,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
        posting_group="goods",
        cost=ZERO,
        credited=ZERO,
        credited_discount=ZERO,
        credited_net=ZERO,
        credited_tax=ZERO,
        credited_gross=ZERO,
        credited_cost=ZERO,
    )


@given(whole=cents, quantities=parts)
def test_r46_parts_sum_to_the_whole_to_the_cent(whole: Decimal, quantities: list[int]) -> None:
    ordered, done, billed = Decimal(sum(quantities)), ZERO, ZERO

    for quantity in map(Decimal, quantities):
        done += quantity
        part = rest_of_share(whole, done, ordered, billed, "GBP")
        assert part == round_amount(part, "GBP")
        assert part >= 0
        billed += part

    assert billed == whole


def test_an_over_delivery_is_worth_its_share() -> None:
    assert share(Decimal("100.00"), Decimal(11), Decimal(10), "GBP") == Decimal("110.00")
    assert share(Decimal("33.33"), Decimal(1), Decimal(3), "GBP") == Decimal("11.11")
    assert share(Decimal(100), Decimal(1), Decimal(3), "JPY") == Decimal(33)
    assert share(Decimal(0), Decimal(0), Decimal(0), "GBP") == 0


lines = st.lists(st.tuples(st.sampled_from(["standard", "reduced"]), cents), min_size=1, max_size=12)


@given(amounts=lines, basis=st.sampled_from(["net", "gross"]))
def test_r21_r23_lines_groups_and_totals_are_the_same_amounts(amounts: list[tuple[str, Decimal]], basis: str) -> None:
    document = planned(amounts, basis)

    tax_planned([document], 1, TAXES)

    assert document.gross == document.net + document.tax
    assert document.net == sum((group.base for group in document.groups), ZERO)
    assert document.tax == sum((group.tax for group in document.groups), ZERO)
    truth = document.gross if basis == "gross" else document.net
    assert truth == sum((amount for _, amount in amounts), ZERO)
    for group in document.groups:
        own = [line for line in document.lines if line.tax_code == group.code]
        assert group.tax == sum((line.tax for line in own), ZERO)
        if basis == "net":
            assert group.tax == round_amount(group.base * group.percent / 100, "GBP")


@given(amounts=lines, quantities=parts, basis=st.sampled_from(["net", "gross"]))
def test_credits_of_all_parts_take_back_exactly_the_invoice(
    amounts: list[tuple[str, Decimal]], quantities: list[int], basis: str
) -> None:
    document = planned(amounts, basis)
    tax_planned([document], 1, TAXES)
    whole = Decimal(sum(quantities))
    billed = [billed_line(number, whole, line) for number, line in enumerate(document.lines)]
    invoice = cast(Invoice, SimpleNamespace(price_basis=basis, currency="GBP", company=_Company))
    groups = {
        (group.code, group.percent): CreditableGroup(
            group.code,
            group.percent,
            group.kind,
            "",
            group.base + (group.tax if basis == "gross" else ZERO),
            group.tax,
            ZERO,
            ZERO,
        )
        for group in document.groups
    }
    written: dict[int, list[PlannedLine]] = {line.id: [] for line in billed}
    notes = []
    for quantity in map(Decimal, quantities):
        note = planned([], basis)
        note.lines = [credit_line(line, quantity, invoice, written[line.id]) for line in billed]
        groups = tax_as_credited(note, groups)
        notes.append(note)

    for name in ("net", "tax", "gross"):
        assert sum((getattr(note, name) for note in notes), ZERO) == getattr(document, name)
    for note in notes:
        assert note.gross == note.net + note.tax
        assert note.tax == sum((group.tax for group in note.groups), ZERO)


class _Company:
    functional_currency: Any = "GBP"
