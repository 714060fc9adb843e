"""Coupons: creation, limits in all and per account, and that no race takes one use too many."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from catalog.drafts import CouponDraft, CouponUse
from catalog.errors import CouponRefused
from catalog.ledgers import COUPONS
from catalog.models import Coupon, CouponMovement, CouponTotal
from catalog.services import change_coupon, create_coupon, lock_and_use_coupons
from core.errors import DomainError, NotAllowed
from tests.catalog.conftest import LONG_AGO, TODAY, Shop
from tests.catalog.test_price_documents import line, priced


def use(coupon_id: int, account_id: int, order_id: int, delta: int = 1) -> CouponUse:
    return CouponUse(coupon_id, account_id, delta, "order", order_id, TODAY)


def take(shop: Shop, *uses: CouponUse) -> None:
    lock_and_use_coupons(uses=list(uses), actor=shop.keeper)


def uses_of(coupon_id: int) -> dict[int, Decimal]:
    return dict(CouponTotal.objects.filter(coupon_id=coupon_id).values_list("account_id", "uses"))


def test_uses_are_counted_for_everybody_and_for_the_account(shop: Shop) -> None:
    spring, acme, other = shop.coupon(most_uses=5), shop.account(), shop.account("OTHER")

    take(shop, use(spring, acme, 1), use(spring, other, 2))
    take(shop, use(spring, acme, 1, -1))

    assert uses_of(spring) == {0: 1, acme: 0, other: 1}


def test_a_coupon_that_is_used_up_is_refused_by_name_and_nothing_is_taken(shop: Shop) -> None:
    spring, free, acme, other = shop.coupon(most_uses=2), shop.coupon("FREE"), shop.account(), shop.account("OTHER")
    take(shop, use(spring, acme, 1))

    with pytest.raises(CouponRefused, match="Coupon SPRING: it can be used 2 times, and all of them are taken"):
        take(shop, use(spring, acme, 2), use(spring, other, 3), use(free, acme, 2))

    assert (uses_of(spring)[0], uses_of(free)) == (1, {})


def test_each_account_has_its_own_limit(shop: Shop) -> None:
    once, acme, other = shop.coupon("ONCE", most_uses_per_account=1), shop.account(), shop.account("OTHER")
    take(shop, use(once, acme, 1), use(once, other, 2))

    with pytest.raises(CouponRefused, match="Coupon ONCE: each account can use it once, and this one has"):
        take(shop, use(once, acme, 3))
    with pytest.raises(CouponRefused, match="given back"):
        take(shop, use(once, shop.account("THIRD"), 4, -1))


def test_the_last_use_is_taken_once_under_a_race(shop: Shop, run_together: Any) -> None:
    last = shop.coupon("LAST", most_uses=3)
    accounts = [shop.account(f"A{number}") for number in range(6)]

    outcomes = run_together(
        [
            lambda account=account, order=order: take(shop, use(last, account, order))
            for order, account in enumerate(accounts)
        ]
    )

    assert sum(outcome.error is None for outcome in outcomes) == 3
    assert {type(outcome.error) for outcome in outcomes if outcome.error} == {CouponRefused}
    assert uses_of(last)[0] == 3
    with connection.cursor() as cursor:
        cursor.execute(COUPONS.recount_sql())
        assert cursor.fetchall() == []


def test_one_order_takes_one_use_however_often_it_asks(shop: Shop, run_together: Any) -> None:
    spring, acme = shop.coupon(), shop.account()

    outcomes = run_together([lambda: take(shop, use(spring, acme, 7)) for _ in range(3)])

    assert sum(outcome.error is None for outcome in outcomes) == 1
    assert uses_of(spring) == {0: 1, acme: 1}
    assert CouponMovement.objects.count() == 2


def test_new_limits_hold_for_totals_that_exist(shop: Shop) -> None:
    spring, acme = shop.coupon(), shop.account()
    take(shop, use(spring, acme, 1), use(spring, acme, 2))
    limits: dict[str, Any] = {"coupon_id": spring, "name": "Spring", "valid_until": None, "actor": shop.keeper}

    with pytest.raises(CouponRefused, match="used more often than 1 times"):
        change_coupon(**limits, most_uses=1, most_uses_per_account=None)
    change_coupon(**limits, most_uses=3, most_uses_per_account=2)

    with pytest.raises(CouponRefused, match="this one has"):
        take(shop, use(spring, acme, 3))
    assert Coupon.objects.get().most_uses == 3


def test_pricing_knows_what_is_left(shop: Shop) -> None:
    bolt, acme = shop.product(), shop.account()
    shop.price(bolt, "10.00")
    spring = shop.coupon(most_uses=1)
    take(shop, use(spring, acme, 1))

    refused = priced(shop, acme, line(bolt), coupon_code="SPRING")
    held = priced(shop, acme, line(bolt), coupon_code="SPRING", holds_coupon=True)

    assert refused.coupon_sentence == "Coupon SPRING gives nothing: all its uses are taken."
    assert (held.coupon_id, held.net) == (spring, Decimal("9.00"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": " SPRING"}, "code"),
        ({"percent_off": None}, "percent_off"),
        ({"amount_off": Decimal(5)}, "percent_off"),
        ({"percent_off": Decimal(101)}, "percent_off"),
        ({"percent_off": None, "amount_off": Decimal("Infinity")}, "amount_off"),
        ({"currency": "GB"}, "currency"),
        ({"minimum_order_net": Decimal(-1)}, "minimum_order_net"),
        ({"valid_until": LONG_AGO}, "valid_until"),
        ({"most_uses": 0}, "most_uses"),
        ({"most_uses_per_account": 2**31}, "most_uses_per_account"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(shop: Shop, given: dict[str, Any], field: str) -> None:
    draft = CouponDraft(shop.company.pk, "SPRING", "Spring", "GBP", LONG_AGO, percent_off=Decimal(10))

    with pytest.raises(CouponRefused) as refused:
        create_coupon(draft=replace(draft, **given), actor=shop.keeper)

    assert field in refused.value.fields
    assert not Coupon.objects.exists()


def test_codes_are_taken_once_in_any_case_and_only_by_those_who_may(shop: Shop) -> None:
    shop.coupon("Spring")

    with pytest.raises(CouponRefused, match="already a coupon"):
        shop.coupon("SPRING")
    with pytest.raises(NotAllowed):
        create_coupon(
            draft=CouponDraft(shop.company.pk, "X", "X", "GBP", date(2026, 1, 1), amount_off=Decimal(1)),
            actor=shop.viewer,
        )
    with pytest.raises(DomainError):
        create_coupon(
            draft=CouponDraft(10**9, "X", "X", "GBP", date(2026, 1, 1), amount_off=Decimal(1)), actor=shop.keeper
        )
    assert Coupon.objects.count() == 1
