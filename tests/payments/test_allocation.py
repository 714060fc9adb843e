"""Spreading payments over claims: never more than the money, never more than is open."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from payments.allocation import Claim, Claims

DAY = date(2026, 3, 1)
cents = st.integers(0, 100_000).map(lambda value: Decimal(value).scaleb(-2))


@given(st.lists(cents, max_size=8), st.lists(cents.filter(bool), min_size=1, max_size=5))
def test_the_parts_never_exceed_the_money_or_the_claims(opened: list[Decimal], paid: list[Decimal]) -> None:
    claims = Claims(
        Claim(number, 1, "GBP", DAY + timedelta(days=number), f"INV-{number}", left, number)
        for number, left in enumerate(opened)
    )

    spread = [claims.spread(amount, "GBP", account_id=1, wanted=(), oldest=True) for amount in paid]

    taken: dict[int, Decimal] = {}
    for amount, parts in zip(paid, spread, strict=True):
        assert sum((part for _, part in parts), Decimal(0)) <= amount
        for item_id, part in parts:
            assert part > 0
            taken[item_id] = taken.get(item_id, Decimal(0)) + part
    assert all(part <= opened[item_id] for item_id, part in taken.items())
    assert sum(taken.values(), Decimal(0)) == min(sum(paid), sum(opened, Decimal(0)))


def test_the_oldest_due_is_paid_first_and_other_accounts_never() -> None:
    claims = Claims(
        [
            Claim(1, 1, "GBP", DAY + timedelta(days=9), "late", Decimal(50)),
            Claim(2, 1, "GBP", DAY, "early", Decimal(50)),
            Claim(3, 2, "GBP", DAY, "other", Decimal(50)),
            Claim(4, 1, "EUR", DAY, "foreign", Decimal(50)),
        ]
    )

    parts = claims.spread(Decimal(70), "GBP", account_id=1, wanted=(), oldest=True)

    assert parts == [(2, Decimal(50)), (1, Decimal(20))]
