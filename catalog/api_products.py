"""Products kept by programs: enter, change, kits, what goes with what, units and categories."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path
from pydantic import Field

from catalog.api import ProductDetail, read_product
from catalog.api_finding import AddedAllOut, AddedOut, key_of_code, product_key
from catalog.drafts import (
    ZERO,
    CategoryDraft,
    KitPart,
    ProductDraft,
    RelationDraft,
    UnitDraft,
    UnitOfMeasureDraft,
)
from catalog.models import Category, Product
from catalog.selectors import cards_named
from catalog.services import (
    change_product,
    create_categories,
    create_product,
    create_relations,
    create_units,
    end_relation,
    set_kit,
)
from core.api.finding import given_values, person_of
from core.api.routes import Routes, key_of
from core.api.schemas import Code, Count, Day, In, Line, LongName, Note, Out, Quantity, RowId, Short

SEE, MAINTAIN = "catalog.view_product", "catalog.maintain_product"
routes = Routes(tags=["Products"], sees=SEE)


class UnitIn(In):
    """A further unit: ``numerator / denominator`` stock units make one of it."""

    unit: Code
    numerator: Count
    denominator: Count = 1
    barcode: Short = ""
    is_sales_unit: bool = False


class ProductIn(In):
    """A new product. Kind and stock unit never change."""

    sku: Code
    name: LongName
    kind: Literal["stocked", "service", "kit"] = "stocked"
    stock_unit: Code = Field(default="PCE", description="Stock is counted in it, for good")
    status: Literal["active", "phase_out", "discontinued"] = "active"
    description: Note = ""
    category: Short = ""
    tax_category: Short = "standard"
    posting_group: Short = "goods"
    barcode: Short = ""
    weight_kg: Quantity = ZERO
    minimum_quantity: Quantity = ZERO
    multiple_quantity: Quantity = ZERO
    replaced_by: Short = Field(default="", description="SKU of the successor")
    units: list[UnitIn] = Field(default=[], max_length=50)


class ProductPatch(In):
    """What changes. ``units`` is the whole set; an empty category, barcode or successor is none."""

    sku: Code | None = None
    name: LongName | None = None
    status: Literal["active", "phase_out", "discontinued"] | None = None
    description: Note | None = None
    category: Short | None = None
    tax_category: Short | None = None
    posting_group: Short | None = None
    barcode: Short | None = None
    weight_kg: Quantity | None = None
    minimum_quantity: Quantity | None = None
    multiple_quantity: Quantity | None = None
    replaced_by: Short | None = None
    units: list[UnitIn] | None = Field(default=None, max_length=50)


class PartIn(In):
    """So many stock units of a component in one kit."""

    sku: Code
    quantity: Quantity


class KitIn(In):
    """What a kit consists of: all of it."""

    sku: Code
    parts: list[PartIn] = Field(min_length=1, max_length=200)


class RelationIn(In):
    """A product that goes with or stands in for another, from its first day until before ``valid_until``."""

    sku: Code
    related: Code
    kind: Literal["complement", "supplement", "substitute", "upsell"]
    valid_from: Day
    valid_until: Day | None = None
    reason: Line = ""
    rank: int = Field(default=1, ge=0, le=32_767)


class EndIn(In):
    """From which day on it does not hold any more."""

    on: Day


class EndedOut(Out):
    """What does not hold from this day on."""

    id: int
    on: date


class UnitOfMeasureIn(In):
    """A unit in which things are counted, weighed or sold."""

    code: Code
    name: LongName
    is_whole: bool = True


class CategoryIn(In):
    """A node of the product tree."""

    code: Code
    name: LongName
    parent: Short = Field(default="", description="Code of the category above")


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """The values of a draft: codes become keys. Raises CallRefused."""
    if "category" in given:
        given["category_id"] = key_of_code(Category, given.pop("category"), "category")
    if "replaced_by" in given:
        given["replaced_by_id"] = product_key(given.pop("replaced_by"), "replaced_by")
    if "units" in given:
        given["units"] = tuple(UnitDraft(**dict(unit)) for unit in given["units"])
    return given


def _shown(request: HttpRequest, product_id: int) -> dict[str, Any]:
    sku = Product.objects.values_list("sku", flat=True).get(pk=product_id)
    found: dict[str, Any] = read_product(request, sku)
    return found


def _product(sku: str) -> Product:
    found = Product.objects.select_related("stock_unit").filter(sku__iexact=sku).first()
    if found is None:
        raise Http404
    return found


@routes.act("/products", right=MAINTAIN, answer=ProductDetail, status=201)
def add_product(request: HttpRequest, wanted: ProductIn) -> dict[str, Any]:
    """Enter a product."""
    draft = ProductDraft(**_values(dict(wanted)))
    return _shown(request, create_product.once(key_of(request))(draft=draft, actor=person_of(request)))


@routes.amend("/products/{path:sku}", right=MAINTAIN, answer=ProductDetail)
def amend_product(request: HttpRequest, wanted: ProductPatch, sku: Path[Code]) -> dict[str, Any]:
    """Change what the body names of a product; what it leaves out stays."""
    product = _product(sku)
    given = _values(given_values(wanted))
    if "units" not in given:
        rows = product.units.order_by("pk").values_list(
            "unit__code", "numerator", "denominator", "barcode", "is_sales_unit"
        )
        given["units"] = tuple(UnitDraft(*row) for row in rows)
    names = (
        "sku", "name", "kind", "status", "description", "category_id", "tax_category", "posting_group", "barcode",
        "weight_kg", "minimum_quantity", "multiple_quantity", "replaced_by_id",
    )  # fmt: skip
    kept = {name: getattr(product, name) for name in names}
    draft = ProductDraft(**{**kept, "stock_unit": product.stock_unit.code, **given})
    change_product.once(key_of(request))(product_id=product.pk, draft=draft, actor=person_of(request))
    return _shown(request, product.pk)


@routes.act("/kits", right=MAINTAIN, answer=ProductDetail)
def set_parts_of_kit(request: HttpRequest, wanted: KitIn) -> dict[str, Any]:
    """Say what a kit consists of. Confirmed orders keep the parts they were confirmed with."""
    kit_id = product_key(wanted.sku)
    cards = cards_named([part.sku for part in wanted.parts], account_id=None, part="parts")
    parts = [KitPart(card.id, part.quantity) for card, part in zip(cards, wanted.parts, strict=True)]
    assert kit_id is not None
    set_kit.once(key_of(request))(product_id=kit_id, parts=parts, actor=person_of(request))
    return _shown(request, kit_id)


@routes.act("/relations", right=MAINTAIN, answer=ProductDetail, status=201)
def relate_products(request: HttpRequest, wanted: RelationIn) -> dict[str, Any]:
    """Relate a product to another. A relation that is known is left alone."""
    product_id, related_id = product_key(wanted.sku), product_key(wanted.related, "related")
    assert product_id is not None
    assert related_id is not None
    values = wanted.model_dump(exclude={"sku", "related"})
    draft = RelationDraft(product_id=product_id, related_id=related_id, **values)
    create_relations.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return _shown(request, product_id)


@routes.act("/relations/{id}/end", right=MAINTAIN, answer=EndedOut)
def end_product_relation(request: HttpRequest, wanted: EndIn, id: Path[RowId]) -> dict[str, Any]:
    """Let a relation not hold any more; one that has not begun by then is taken out."""
    end_relation.once(key_of(request))(relation_id=id, on=wanted.on, actor=person_of(request))
    return {"id": id, "on": wanted.on}


@routes.act("/units", right=MAINTAIN, answer=AddedAllOut, status=201)
def add_unit(request: HttpRequest, wanted: UnitOfMeasureIn) -> dict[str, Any]:
    """Enter a unit of measure."""
    draft = UnitOfMeasureDraft(**dict(wanted))
    create_units.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return {"codes": [wanted.code]}


@routes.act("/categories", right=MAINTAIN, answer=AddedOut, status=201)
def add_category(request: HttpRequest, wanted: CategoryIn) -> dict[str, Any]:
    """Enter a category below another, or at the top."""
    draft = CategoryDraft(wanted.code, wanted.name, key_of_code(Category, wanted.parent, "parent"))
    (made,) = create_categories.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return {"id": made}
