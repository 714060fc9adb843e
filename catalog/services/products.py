"""Create and change products with their units; the rules of master data are held before anything is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper

from catalog import checks
from catalog.drafts import ProductDraft, UnitDraft
from catalog.errors import ProductNotFound, ProductRefused
from catalog.models import Product, ProductUnit, UnitOfMeasure
from catalog.services.locking import lock_with_chain
from core import bulk
from core.commands import command
from core.models import User

NOBODY = 0  # no row has this id
_CHANGEABLE = (
    "sku",
    "name",
    "description",
    "status",
    "category_id",
    "tax_category",
    "posting_group",
    "barcode",
    "weight_kg",
    "minimum_quantity",
    "multiple_quantity",
    "replaced_by_id",
)


@command(permission="catalog.maintain_product")
def create_products(*, drafts: Sequence[ProductDraft], actor: User) -> list[int]:
    """Create these products with their units and return their ids in the order given. The statement count is constant.

    Raises:
        ProductRefused: a draft breaks a rule (names it), or a SKU or barcode is taken; nothing is created then.
    """
    units = _units()
    _require_sound(drafts, {code: unit.is_whole for code, unit in units.items()})
    _require_free(drafts)
    ids = bulk.insert(
        Product,
        {
            **{name: [getattr(draft, name) for draft in drafts] for name in (*_CHANGEABLE, "kind", "created_on")},
            "stock_unit_id": [units[draft.stock_unit].pk for draft in drafts],
        },
    )
    _write_units({product_id: draft.units for product_id, draft in zip(ids, drafts, strict=True)}, units)
    return ids


@command(permission="catalog.maintain_product")
def create_product(*, draft: ProductDraft, actor: User) -> int:
    """Create one product. Raises ProductRefused with the sentence at its field."""
    return create_products(drafts=[draft], actor=actor)[0]


@command(permission="catalog.maintain_product")
def change_product(*, product_id: int, draft: ProductDraft, actor: User) -> None:
    """Make a product what the draft says, its units included. Kind and stock unit stay: stock is counted in them.

    Locks the product and its line of successors. Documents keep the unit conversion they were written with.

    Raises:
        ProductRefused: a rule is broken, a SKU or barcode is taken, or the successors would run in a circle.
    """
    if product_id in lock_with_chain(Product, product_id, draft.replaced_by_id):
        sentence = "A product cannot be replaced by one that it replaces itself."
        raise ProductRefused(sentence, fields={"replaced_by": sentence})
    units = _units()
    before = Product.objects.select_related("stock_unit").get(pk=product_id)
    _require_unchanged(before, draft)
    _require_sound([draft], {code: unit.is_whole for code, unit in units.items()})
    _require_free([draft], but=product_id)
    bulk.update(Product, [product_id], {name: [getattr(draft, name)] for name in _CHANGEABLE})
    ProductUnit.objects.filter(product_id=product_id).delete()
    _write_units({product_id: draft.units}, units)


def _units() -> dict[str, UnitOfMeasure]:
    return {unit.code: unit for unit in UnitOfMeasure.objects.all()}


def _require_sound(drafts: Sequence[ProductDraft], whole_by_unit: Mapping[str, bool]) -> None:
    """Check every draft by itself and all against each other. Raises ProductRefused for the first that is wrong."""
    for draft in drafts:
        wrong = checks.product(draft, whole_by_unit)
        if wrong:
            raise ProductRefused(checks.summary(draft.sku[:40] or "The product", wrong), fields=wrong)
    for sku in checks.repeated(draft.sku for draft in drafts):
        raise ProductRefused(f"SKU {sku} occurs more than once.", fields={"sku": "This SKU occurs more than once."})
    for barcode in checks.repeated(code for draft in drafts for code in _barcodes(draft)):
        raise ProductRefused(f"Barcode {barcode} occurs more than once.")
    successors = {draft.replaced_by_id for draft in drafts if draft.replaced_by_id is not None}
    if successors and Product.objects.filter(pk__in=successors).count() != len(successors):
        raise ProductNotFound("A product that shall replace another one does not exist.")


def _barcodes(draft: ProductDraft) -> list[str]:
    return [code for code in (draft.barcode, *(unit.barcode for unit in draft.units)) if code]


def _require_free(drafts: Sequence[ProductDraft], *, but: int = NOBODY) -> None:
    """Refuse SKUs and barcodes that other products have, by name; unique constraints stand behind it.

    Three queries at most.
    """
    skus = {draft.sku.upper() for draft in drafts}
    taken = Product.objects.annotate(upper_sku=Upper("sku")).filter(upper_sku__in=skus).exclude(pk=but)
    for sku in taken.values_list("sku", flat=True)[:1]:
        raise ProductRefused(
            f"There is already a product with SKU {sku}.", fields={"sku": "There is already a product with this SKU."}
        )
    codes = {code for draft in drafts for code in _barcodes(draft)}
    if not codes:
        return
    others = Product.objects.filter(Q(barcode__in=codes) | Q(units__barcode__in=codes)).exclude(pk=but)
    for sku in others.values_list("sku", flat=True)[:1]:
        raise ProductRefused(
            f"Product {sku} has one of these barcodes.", fields={"barcode": f"Product {sku} has this barcode."}
        )


def _require_unchanged(before: Product, draft: ProductDraft) -> None:
    fixed = {"kind": before.kind, "stock_unit": before.stock_unit.code}
    wrong = {
        name: "This does not change after the product was created; create another product."
        for name, value in fixed.items()
        if getattr(draft, name) != value
    }
    if wrong:
        raise ProductRefused(checks.summary(before.sku, wrong), fields=wrong)


def _write_units(by_product: Mapping[int, Sequence[UnitDraft]], units: Mapping[str, UnitOfMeasure]) -> None:
    rows = [(product_id, unit) for product_id, drafts in by_product.items() for unit in drafts]
    if not rows:
        return
    columns: dict[str, list[Any]] = {
        "product_id": [product_id for product_id, _ in rows],
        "unit_id": [units[unit.unit].pk for _, unit in rows],
    }
    for name in ("numerator", "denominator", "barcode", "is_sales_unit"):
        columns[name] = [getattr(unit, name) for _, unit in rows]
    bulk.insert(ProductUnit, columns)
