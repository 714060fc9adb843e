"""Setting, replacing, ending and withdrawing prices; tax rates; what overlaps is refused, by the database too."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.range import Range

from catalog.drafts import ConditionDraft, PriceListDraft, ProductDraft, ScaleDraft, TaxRateDraft
from catalog.errors import PriceOverlaps, PriceRefused, TaxRateRefused
from catalog.models import ConditionRecord, ConditionScale, TaxRate
from catalog.services import create_price_list, create_products, end_conditions, set_conditions, set_tax_rates
from core.errors import ConstraintRefused, NotAllowed, NotFound
from core.models import Company
from tests.catalog.conftest import LONG_AGO, TODAY, Shop

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def draft(shop: Shop, product_id: int | None, **given: Any) -> ConditionDraft:
    values = {"company_id": shop.company.pk, "rate": Decimal("10.00"), "currency": "GBP", "valid_from": LONG_AGO}
    return ConditionDraft(**(values | {"product_id": product_id} | given))


def put(shop: Shop, *drafts: ConditionDraft, **given: Any) -> list[int]:
    return set_conditions(drafts=list(drafts), actor=shop.keeper, **given)


def days(record_id: int) -> tuple[date | None, date | None]:
    valid = ConditionRecord.objects.get(pk=record_id).valid
    return (valid.lower, valid.upper)


def test_a_price_keeps_its_scale_and_its_canonical_key(shop: Shop) -> None:
    bolt = shop.product()

    (record_id,) = put(shop, draft(shop, bolt, scale=(ScaleDraft(Decimal(100), Decimal("9.00")),)))

    record = ConditionRecord.objects.get(pk=record_id)
    assert record.key == f"PRICE|product|{shop.company.pk}|{bolt}|GBP|PCE"
    assert (record.key_values, record.unit, days(record_id)) == ([bolt], "PCE", (LONG_AGO, None))
    assert list(ConditionScale.objects.values_list("start", "rate")) == [(Decimal(100), Decimal(9))]


def test_an_overlap_is_refused_with_a_sentence_and_by_the_database(shop: Shop) -> None:
    bolt = shop.product()
    (first,) = put(shop, draft(shop, bolt, valid_until=APRIL))

    with pytest.raises(PriceOverlaps, match="BOLT: there is already a figure for this key from 1 Jan 2020"):
        put(shop, draft(shop, bolt, valid_from=MARCH))
    with pytest.raises(PriceOverlaps, match="two rows for the same key overlap"):
        put(shop, draft(shop, bolt, valid_from=APRIL), draft(shop, bolt, valid_from=APRIL))
    other_unit_or_currency = put(shop, draft(shop, bolt, currency="EUR"))

    assert ConditionRecord.objects.count() == 2
    assert other_unit_or_currency != [first]
    assert put(shop, draft(shop, bolt, valid_from=APRIL))


def test_two_people_entering_the_same_price_cannot_both_pass(shop: Shop, run_together: Any) -> None:
    bolt = shop.product()

    outcomes = run_together([lambda: put(shop, draft(shop, bolt)) for _ in range(4)])

    assert sum(outcome.error is None for outcome in outcomes) == 1
    assert {type(outcome.error) for outcome in outcomes if outcome.error} <= {PriceOverlaps, ConstraintRefused}
    assert ConditionRecord.objects.count() == 1


def test_replacing_ends_what_is_in_force(shop: Shop) -> None:
    bolt = shop.product()
    (old,) = put(shop, draft(shop, bolt))

    new, later = put(
        shop,
        draft(shop, bolt, valid_from=MARCH, valid_until=APRIL),
        draft(shop, bolt, valid_from=APRIL),
        replace=True,
    )

    assert [days(each) for each in (old, new, later)] == [(LONG_AGO, MARCH), (MARCH, APRIL), (APRIL, None)]
    with pytest.raises(PriceOverlaps, match="withdraw it first"):
        put(shop, draft(shop, bolt, valid_from=MARCH), replace=True)


def test_ending_and_withdrawing(shop: Shop) -> None:
    bolt, nut = shop.product(), shop.product("NUT")
    running, coming = put(shop, draft(shop, bolt), draft(shop, nut, valid_from=APRIL))

    end_conditions(record_ids=[running, coming], on=MARCH, actor=shop.keeper)

    assert days(running) == (LONG_AGO, MARCH)
    assert ConditionRecord.objects.get(pk=coming).valid.isempty
    assert put(shop, draft(shop, nut, valid_from=APRIL))
    with pytest.raises(PriceRefused, match="ended already"):
        end_conditions(record_ids=[running], on=APRIL, actor=shop.keeper)
    with pytest.raises(NotFound):
        end_conditions(record_ids=[10**9], on=APRIL, actor=shop.keeper)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"condition_type": "GIFT"}, "condition_type"),
        ({"access": "moon"}, "access"),
        ({"product_id": None}, "product"),
        ({"account_id": 1}, "account"),
        ({"calculation": "percent"}, "calculation"),
        ({"rate": Decimal("-1")}, "rate"),
        ({"rate": Decimal("NaN")}, "rate"),
        ({"rate": Decimal("1E+999")}, "rate"),
        ({"rate": Decimal("0.0000001")}, "rate"),
        ({"currency": ""}, "currency"),
        ({"currency": "POUND"}, "currency"),
        ({"unit": "CS"}, "unit"),
        ({"price_unit": 0}, "price_unit"),
        ({"valid_until": LONG_AGO}, "valid_until"),
        ({"scale": (ScaleDraft(Decimal(0), Decimal(1)),)}, "scale-0-start"),
        ({"scale": (ScaleDraft(Decimal(5), Decimal(-1)),)}, "scale-0-rate"),
        ({"scale": (ScaleDraft(Decimal(5), Decimal(1)), ScaleDraft(Decimal(5), Decimal(2)))}, "scale-1-start"),
        ({"condition_type": "DISC", "calculation": "percent", "rate": Decimal("100.5")}, "rate"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(shop: Shop, given: dict[str, Any], field: str) -> None:
    bolt = shop.product()
    if "account_id" in given:
        given = given | {"account_id": shop.account()}

    with pytest.raises(PriceRefused) as refused:
        put(shop, draft(shop, **({"product_id": bolt} | given)))

    assert field in refused.value.fields
    assert not ConditionRecord.objects.exists()


def test_other_peoples_companies_products_and_lists_are_refused(shop: Shop, other_company: Company) -> None:
    bolt = shop.product()
    price_list = create_price_list(
        draft=PriceListDraft(shop.company.pk, "PL-26", "List 2026", "EUR"), actor=shop.keeper
    )

    with pytest.raises(NotFound):
        put(shop, draft(shop, bolt, company_id=other_company.pk))
    with pytest.raises(PriceRefused, match="product does not exist"):
        put(shop, draft(shop, bolt + 999))
    with pytest.raises(PriceRefused, match="Prices of this list are in EUR"):
        put(shop, draft(shop, bolt, price_list_id=price_list))
    with pytest.raises(PriceRefused, match="already a price list"):
        create_price_list(draft=PriceListDraft(shop.company.pk, "PL-26", "Again", "GBP"), actor=shop.keeper)
    assert put(shop, draft(shop, bolt, price_list_id=price_list, currency="EUR"))


def test_without_the_right_nothing_changes(shop: Shop) -> None:
    bolt = shop.product()
    (record_id,) = put(shop, draft(shop, bolt))

    with pytest.raises(NotAllowed):
        set_conditions(drafts=[draft(shop, bolt, valid_from=MARCH)], actor=shop.viewer, replace=True)
    with pytest.raises(NotAllowed):
        end_conditions(record_ids=[record_id], on=MARCH, actor=shop.viewer)
    with pytest.raises(NotAllowed):
        set_tax_rates(drafts=[], actor=shop.viewer)

    assert days(record_id) == (LONG_AGO, None)


def test_statement_count_is_the_same_for_10_and_1000_prices(shop: Shop, count_statements: Any) -> None:
    products = [ProductDraft(sku=f"P{number}", name="P") for number in range(1000)]
    ids = create_products(drafts=products, actor=shop.keeper)
    scale = (ScaleDraft(Decimal(10), Decimal(9)),)
    put(shop, draft(shop, ids[0], valid_from=LONG_AGO), draft(shop, ids[10], valid_from=LONG_AGO))

    counts = []
    for some in (ids[:10], ids[10:]):
        with count_statements() as statements:
            put(shop, *[draft(shop, each, scale=scale, valid_from=MARCH) for each in some], replace=True)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert ConditionScale.objects.count() == 1000


def test_a_new_tax_rate_ends_the_one_before(shop: Shop) -> None:
    first = TaxRate.objects.get(code="S20")
    shop.tax("S21", "21", valid_from=APRIL, replace=True)

    first.refresh_from_db()
    assert first.valid == Range(LONG_AGO, APRIL)
    with pytest.raises(TaxRateRefused, match="already a tax rate for standard and domestic"):
        shop.tax("S22", "22", valid_from=TODAY)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": Decimal(101)}, "percent"),
        ({"percent": Decimal("NaN")}, "percent"),
        ({"kind": "E", "percent": Decimal(5), "reason": "why"}, "percent"),
        ({"kind": "E", "percent": Decimal(0)}, "reason"),
        ({"kind": "?"}, "kind"),
        ({"code": ""}, "code"),
        ({"valid_until": LONG_AGO}, "valid_until"),
    ],
)
def test_tax_rates_that_contradict_themselves_are_refused(shop: Shop, given: dict[str, Any], field: str) -> None:
    values = {"company_id": shop.company.pk, "code": "X", "name": "X", "tax_category": "books", "tax_class": "domestic"}
    rate = TaxRateDraft(**(values | {"percent": Decimal(5), "valid_from": LONG_AGO} | given))

    with pytest.raises(TaxRateRefused) as refused:
        set_tax_rates(drafts=[rate], actor=shop.keeper)

    assert field in refused.value.fields
