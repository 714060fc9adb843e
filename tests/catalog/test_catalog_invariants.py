"""The audit's views of master data: silent when healthy, each names the fault put in behind the code's back."""

from collections.abc import Iterable

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.drafts import CouponUse
from catalog.invariants import INVARIANTS
from catalog.services import lock_and_use_coupons
from core import invariants
from tests.catalog.conftest import TODAY, Shop

COPY_A_PRICE = """
INSERT INTO catalog_conditionrecord (company_id, condition_type, access, key, key_values, product_id, calculation, rate,
    currency, unit, price_unit, valid, excludes_promotions)
SELECT company_id, condition_type, access, key, key_values, product_id, calculation, rate, currency, unit, price_unit,
    valid, excludes_promotions
FROM catalog_conditionrecord WHERE access = 'product'
"""


def broken() -> list[str]:
    found: Iterable[invariants.Finding] = (invariants.check(invariant) for invariant in INVARIANTS)
    return [finding.invariant.view for finding in found if not finding.holds]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def filled(shop: Shop) -> Shop:
    bolt, acme, spring = shop.product(), shop.account(), shop.coupon(most_uses=3)
    shop.price(bolt, "10.00")
    shop.price(None, "5", access="account", account_id=acme, condition_type="DISC", calculation="percent", currency="")
    uses = [CouponUse(spring, acme, 1, "order", 1, TODAY)]
    lock_and_use_coupons(uses=uses, actor=shop.keeper)
    return shop


def test_a_healthy_catalog_is_silent(filled: Shop) -> None:
    assert broken() == []


@pytest.mark.parametrize(
    ("faults", "view"),
    [
        (
            [
                "ALTER TABLE catalog_conditionrecord DROP CONSTRAINT condition_record_does_not_overlap",
                COPY_A_PRICE,
            ],
            "catalog_i12_conditions_do_not_overlap",
        ),
        (
            [
                "ALTER TABLE catalog_taxrate DROP CONSTRAINT tax_rate_does_not_overlap",
                "UPDATE catalog_taxrate SET tax_category = 'standard'",
            ],
            "catalog_i12_tax_rates_do_not_overlap",
        ),
        (["UPDATE catalog_coupon SET most_uses = 7"], "catalog_i1_coupon_uses"),
        (["UPDATE catalog_coupontotal SET uses = 2 WHERE account_id = 0"], "catalog_i1_coupon_accounts"),
    ],
)
def test_each_fault_is_named(filled: Shop, faults: list[str], view: str) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE", *faults)

    assert view in broken()


def test_a_key_that_does_not_spell_its_columns_is_refused(filled: Shop) -> None:
    for fault in ("key = key || 'X'", "currency = 'USD'", "account_id = NULL, access = 'everybody'"):
        with pytest.raises(IntegrityError, match="condition_key_is_canonical"), transaction.atomic():
            execute(f"UPDATE catalog_conditionrecord SET {fault}")
