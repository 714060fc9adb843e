"""The arithmetic of an agreement's balances, whatever comes in whatever order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rebates.accruals import ZERO, Balances, Terms, with_accrued, with_base, with_settled

EURO = Terms("EUR", Decimal("3.3333"), "GBP", Decimal("0.85"))
amounts = st.integers(-50_000, 50_000).map(lambda value: Decimal(value).scaleb(-2))
rates = st.sampled_from(["0.85", "0.90", "0.7123", "1.2"]).map(Decimal)


def test_a_return_takes_back_exactly_what_its_invoice_brought() -> None:
    bought = with_base(Balances(), Decimal("33.33"), EURO)
    returned = with_base(bought, Decimal("-33.33"), Terms("EUR", Decimal("3.3333"), "GBP", Decimal("0.95")))

    assert bought == Balances(Decimal("33.33"), Decimal("1.11"), ZERO, Decimal("0.94"))
    assert returned == Balances()


def test_what_is_settled_is_never_taken_out_of_the_accrual() -> None:
    settled = with_settled(with_accrued(Balances(base=Decimal(100)), Decimal(5), EURO), Decimal(5), EURO)

    after = with_base(settled, Decimal(-60), EURO)

    assert (after.accrued, after.settled, after.liability) == (5, 5, 0)


@given(st.lists(st.tuples(amounts, rates, st.booleans()), max_size=12))
def test_nothing_outstanding_is_nothing_owed_and_the_rest_follows(steps: list[tuple[Decimal, Decimal, bool]]) -> None:
    balances = Balances()
    for amount, rate, settles in steps:
        terms = Terms("EUR", Decimal("3.3333"), "GBP", rate)
        balances = with_base(balances, amount, terms)
        if settles and balances.outstanding > 0:
            balances = with_settled(balances, balances.outstanding, terms)

        assert balances.accrued >= balances.settled >= 0
        assert (balances.outstanding == 0) <= (balances.liability == 0)
        assert balances.liability >= 0
