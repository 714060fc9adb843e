"""Creating and changing products: rules of master data, units, successors, kits, relations, what codes mean."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from catalog.drafts import KitPart, PartNumberDraft, ProductDraft, RelationDraft, UnitDraft
from catalog.errors import ProductNotFound, ProductRefused
from catalog.models import KitComponent, Product, ProductUnit
from catalog.selectors import kit_components, product_cards, relations_of, resolve_codes, search_products
from catalog.services import (
    change_product,
    create_product,
    create_products,
    create_relation,
    end_relation,
    set_kit,
    set_part_numbers,
)
from core.errors import ConstraintRefused, NotAllowed
from core.rounding import UnitRatio
from tests.catalog.conftest import LONG_AGO, TODAY, Shop

GTIN, OTHER_GTIN = "4006381333931", "5901234123457"


def draft(**given: Any) -> ProductDraft:
    return ProductDraft(**({"sku": "BOLT", "name": "Bolt M8"} | given))


def test_a_product_is_created_with_its_units(shop: Shop) -> None:
    units = (UnitDraft("CS", 12, barcode=OTHER_GTIN, is_sales_unit=True),)

    bolt = create_product(draft=draft(barcode=GTIN, units=units, weight_kg=Decimal("0.25")), actor=shop.keeper)

    card = product_cards(ids=[bolt])[bolt]
    assert (card.sku, card.stock_unit, card.sales_unit, card.is_whole) == ("BOLT", "PCE", "CS", True)
    assert card.units == {"PCE": UnitRatio(1, 1), "CS": UnitRatio(12, 1)}
    assert card.weight_kg == Decimal("0.25")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sku": "  "}, "sku"),
        ({"sku": "X" * 41}, "sku"),
        ({"name": "bell\x07"}, "name"),
        ({"barcode": "4006381333932"}, "barcode"),
        ({"barcode": "12345"}, "barcode"),
        ({"stock_unit": "YD"}, "stock_unit"),
        ({"kind": "ghost"}, "kind"),
        ({"status": "sold"}, "status"),
        ({"minimum_quantity": Decimal("0.5")}, "minimum_quantity"),
        ({"minimum_quantity": Decimal("NaN")}, "minimum_quantity"),
        ({"multiple_quantity": Decimal("1E+20")}, "multiple_quantity"),
        ({"weight_kg": Decimal("-1")}, "weight_kg"),
        ({"units": (UnitDraft("CS", 0),)}, "units-0-numerator"),
        ({"units": (UnitDraft("CS", 3, 2),)}, "units-0-numerator"),
        ({"units": (UnitDraft("PCE", 2),)}, "units-0-unit"),
        ({"units": (UnitDraft("CS", 12, barcode="1"),)}, "units-0-barcode"),
        ({"stock_unit": "KG", "units": (UnitDraft("G", 1, 3),)}, "units-0-numerator"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(shop: Shop, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ProductRefused) as refused:
        create_product(draft=draft(**given), actor=shop.keeper)

    assert field in refused.value.fields
    assert not Product.objects.exists()


def test_the_right_check_digit_is_told(shop: Shop) -> None:
    with pytest.raises(ProductRefused, match="check digit of 4006381333932 is wrong; it should be 1"):
        create_product(draft=draft(barcode="4006381333932"), actor=shop.keeper)


def test_a_sku_or_barcode_is_taken_once_in_any_case(shop: Shop) -> None:
    create_product(draft=draft(sku="Bolt", barcode=GTIN), actor=shop.keeper)

    with pytest.raises(ProductRefused, match="already a product with SKU Bolt"):
        create_product(draft=draft(sku="BOLT"), actor=shop.keeper)
    with pytest.raises(ProductRefused, match="Product Bolt has one of these barcodes"):
        create_product(draft=draft(sku="NUT", units=(UnitDraft("CS", 5, barcode=GTIN),)), actor=shop.keeper)
    with pytest.raises(ProductRefused, match="occurs more than once"):
        create_products(drafts=[draft(sku="A"), draft(sku="a")], actor=shop.keeper)


def test_without_the_right_nothing_is_created(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        create_product(draft=draft(), actor=shop.viewer)

    assert not Product.objects.exists()


def test_repeating_under_one_key_creates_once(shop: Shop) -> None:
    first = create_product.once("key-1")(draft=draft(), actor=shop.keeper)

    assert create_product.once("key-1")(draft=draft(), actor=shop.keeper) == first
    assert Product.objects.count() == 1


def test_statement_count_is_the_same_for_10_and_1000_products(shop: Shop, count_statements: Any) -> None:
    counts = []
    for size in (10, 1000):
        drafts = [draft(sku=f"{size}-{number}", units=(UnitDraft("CS", 6),)) for number in range(size)]
        with count_statements() as statements:
            create_products(drafts=drafts, actor=shop.keeper)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert ProductUnit.objects.count() == 1010


def test_kind_and_stock_unit_stay(shop: Shop) -> None:
    bolt = shop.product()

    with pytest.raises(ProductRefused) as refused:
        change_product(product_id=bolt, draft=draft(kind="kit", stock_unit="KG"), actor=shop.keeper)

    assert set(refused.value.fields) == {"kind", "stock_unit"}


def test_changing_writes_units_anew(shop: Shop) -> None:
    bolt = shop.product(units=(UnitDraft("CS", 12),))

    change_product(product_id=bolt, draft=draft(name="Bolt M8 long", units=(UnitDraft("CS", 10),)), actor=shop.keeper)

    card = product_cards(ids=[bolt])[bolt]
    assert (card.name, card.units["CS"]) == ("Bolt M8 long", UnitRatio(10, 1))


def test_successors_never_run_in_a_circle(shop: Shop) -> None:
    old, new, newest = (shop.product(sku) for sku in ("OLD", "NEW", "NEWEST"))
    change_product(product_id=old, draft=draft(sku="OLD", replaced_by_id=new), actor=shop.keeper)
    change_product(product_id=new, draft=draft(sku="NEW", replaced_by_id=newest), actor=shop.keeper)

    with pytest.raises(ProductRefused, match="cannot be replaced by one that it replaces"):
        change_product(product_id=newest, draft=draft(sku="NEWEST", replaced_by_id=old), actor=shop.keeper)
    with pytest.raises(ProductNotFound):
        change_product(product_id=newest, draft=draft(sku="NEWEST", replaced_by_id=10**9), actor=shop.keeper)

    assert [each.related_id for each in relations_of([old], TODAY)[old]] == [new]


def test_two_links_that_only_together_make_a_circle_cannot_both_pass(shop: Shop, run_together: Any) -> None:
    one, other = shop.product("ONE"), shop.product("OTHER")

    outcomes = run_together(
        [
            lambda: change_product(product_id=one, draft=draft(sku="ONE", replaced_by_id=other), actor=shop.keeper),
            lambda: change_product(product_id=other, draft=draft(sku="OTHER", replaced_by_id=one), actor=shop.keeper),
        ]
    )

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["NoneType", "ProductRefused"]
    assert Product.objects.filter(replaced_by__isnull=False).count() == 1


def test_a_kit_consists_of_stocked_products(shop: Shop) -> None:
    kit, bolt, nut, fee = (
        shop.product("KIT", kind="kit"),
        shop.product(),
        shop.product("NUT"),
        shop.product("FEE", kind="service"),
    )

    set_kit(product_id=kit, parts=[KitPart(bolt, Decimal(2)), KitPart(nut, Decimal(1))], actor=shop.keeper)
    set_kit(product_id=kit, parts=[KitPart(bolt, Decimal(4)), KitPart(nut, Decimal(1))], actor=shop.keeper)

    assert kit_components([kit, bolt]) == {kit: [(bolt, Decimal(4)), (nut, Decimal(1))]}
    for parts, sentence in (
        ([KitPart(kit, Decimal(1))], "not kept in stock"),
        ([KitPart(fee, Decimal(1))], "not kept in stock"),
        ([KitPart(bolt, Decimal(1)), KitPart(bolt, Decimal(1))], "there twice"),
        ([KitPart(bolt, Decimal("0.5"))], "no fractions"),
        ([KitPart(bolt, Decimal(0))], "greater than zero"),
        ([], "at least one part"),
    ):
        with pytest.raises(ProductRefused, match=sentence):
            set_kit(product_id=kit, parts=parts, actor=shop.keeper)
    with pytest.raises(ProductRefused, match="not a kit"):
        set_kit(product_id=bolt, parts=[KitPart(nut, Decimal(1))], actor=shop.keeper)
    assert KitComponent.objects.get(kit_id=kit, component_id=bolt).quantity == 4


def test_relations_hold_on_their_days(shop: Shop) -> None:
    bolt, nut, old = shop.product(), shop.product("NUT"), shop.product("OLD", status="discontinued")
    goes = RelationDraft(bolt, nut, "complement", LONG_AGO, date(2026, 4, 1), reason="fits")
    relation = create_relation(draft=goes, actor=shop.keeper)
    create_relation(draft=RelationDraft(bolt, old, "substitute", LONG_AGO), actor=shop.keeper)

    assert relation is not None
    assert create_relation(draft=goes, actor=shop.keeper) is None
    assert [(each.related_id, each.kind, each.reason) for each in relations_of([bolt], TODAY)[bolt]] == [
        (nut, "complement", "fits")
    ]
    assert relations_of([bolt], date(2026, 4, 1)) == {bolt: []}
    end_relation(relation_id=relation, on=TODAY, actor=shop.keeper)
    assert relations_of([bolt], TODAY) == {bolt: []}
    with pytest.raises(ProductRefused, match="not related to itself"):
        create_relation(draft=RelationDraft(bolt, bolt, "upsell", LONG_AGO), actor=shop.keeper)


def test_codes_mean_sku_then_barcode_then_unit_then_part_number(shop: Shop) -> None:
    bolt = shop.product("BOLT", barcode=GTIN)
    nut = shop.product("NUT", units=(UnitDraft("CS", 6, barcode=OTHER_GTIN),))
    acme, other = shop.account(), shop.account("OTHER")
    numbers = [PartNumberDraft(bolt, "a-77"), PartNumberDraft(nut, "BOLT")]
    set_part_numbers(account_id=acme, numbers=numbers, actor=shop.keeper)

    found = resolve_codes([" bolt ", GTIN, OTHER_GTIN, "A-77", "", "what\x00ever"], account_id=acme)

    assert found == {" bolt ": bolt, GTIN: bolt, OTHER_GTIN: nut, "A-77": bolt, "": None, "what\x00ever": None}
    assert resolve_codes(["A-77"], account_id=other) == {"A-77": None}
    assert product_cards(codes=["a-77"], account_id=acme)[bolt].part_number == "a-77"


def test_search_finds_the_exact_code_first_and_takes_signs_literally(shop: Shop) -> None:
    longer, bolt = shop.product("BOLT-10"), shop.product("BOLT")
    named = shop.product("X1", name="Stainless bolt 100%")
    shop.product("BOLT-OLD", status="discontinued")

    assert [card.id for card in search_products("bolt", account_id=None)] == [bolt, longer, named]
    assert [card.id for card in search_products("100%", account_id=None)] == [named]
    assert search_products("_", account_id=None) == []
    assert search_products(" ", account_id=None) == []


def test_the_database_refuses_what_the_check_did_not_see(shop: Shop, run_together: Any) -> None:
    outcomes = run_together([lambda: create_product(draft=draft(), actor=shop.keeper) for _ in range(4)])

    assert sum(outcome.error is None for outcome in outcomes) == 1
    assert {type(outcome.error) for outcome in outcomes if outcome.error} <= {ProductRefused, ConstraintRefused}
    assert Product.objects.count() == 1
