"""Products with their units and barcodes: one row each, and one more for every further unit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db.models.functions import Upper

from catalog import checks
from catalog.drafts import ProductDraft, UnitDraft
from catalog.models import Category, Product, ProductUnit, UnitOfMeasure
from catalog.services import change_product, create_products
from orders_site.imports.kinds.base import Change, Field, Group, Kind, Scope, changed, create_or_change, lost_zeros

OWN = (
    "name", "description", "kind", "status", "stock_unit", "tax_category", "posting_group", "barcode", "weight_kg",
    "minimum_quantity", "multiple_quantity",
)  # fmt: skip
UNIT = {
    "unit": "unit", "unit_holds": "numerator", "unit_divisor": "denominator", "unit_barcode": "barcode",
    "is_sales_unit": "is_sales_unit",
}  # fmt: skip
FIELDS = (
    Field("sku", "SKU", "code", ("sku", "article", "articleno", "item", "itemno", "itemnumber", "product",
          "productcode", "code"), is_required=True),
    Field("name", "Name", guesses=("name", "productname", "title")),
    Field("description", "Description", guesses=("description", "text")),
    Field("stock_unit", "Stock unit", "code", ("stockunit", "baseunit", "uom"), "Set once: stock is counted in it"),
    Field("kind", "Kind", "choice", ("kind", "type"), words=dict(Product.Kind.choices)),
    Field("status", "Status", "choice", ("status",), words=dict(Product.Status.choices)),
    Field("category", "Category", "code", ("category", "categorycode"), "The code of a known category"),
    Field("tax_category", "Tax category", guesses=("taxcategory", "tax")),
    Field("posting_group", "Posting group", guesses=("postinggroup",)),
    Field("barcode", "Barcode", "code", ("barcode", "ean", "gtin", "upc")),
    Field("weight_kg", "Weight, kg", "number", ("weight", "weightkg", "kg")),
    Field("minimum_quantity", "Least quantity", "number", ("minimum", "minimumquantity", "moq")),
    Field("multiple_quantity", "In multiples of", "number", ("multiple", "multiplequantity")),
    Field("replaced_by", "Replaced by", "code", ("replacedby", "successor"), "The SKU of a known product"),
    Field("unit", "Further unit", "code", ("unit", "salesunit", "furtherunit", "packunit"), is_part=True),
    Field("unit_holds", "One of it holds", "count", ("unitholds", "packsize", "factor", "perunit"),
          "How many stock units", is_part=True),
    Field("unit_divisor", "Divided by", "count", ("unitdivisor", "divisor"), is_part=True),
    Field("unit_barcode", "Barcode of the unit", "code", ("unitbarcode", "packbarcode"), is_part=True),
    Field("is_sales_unit", "Sold by this unit", "flag", ("issalesunit",), "Yes or no", is_part=True),
)  # fmt: skip
LABELS = {each.name: each.label for each in FIELDS}


def check(groups: Sequence[Group], scope: Scope) -> None:
    """Nine queries at most for any number of groups."""
    skus = {group.value("sku", "").upper() for group in groups}
    successors = {str(group.value("replaced_by")).upper() for group in groups if group.value("replaced_by")}
    known = {product.sku.upper(): product for product in _products(skus | successors)}
    before = _drafts([product for sku, product in known.items() if sku in skus])
    whole = dict(UnitOfMeasure.objects.values_list("code", "is_whole"))
    categories = {code.upper(): pk for code, pk in Category.objects.values_list("code", "pk")}
    for group in groups:
        product = known.get(group.value("sku", "").upper())
        old = before[product.pk] if product else None
        group.target_id = product.pk if product else None
        group.draft = _draft(group, old, known, categories, scope)
        for name, sentence in checks.product(group.draft, whole).items():
            _note(group, name, sentence)
        group.changes = _changes(old, group.draft)
        group.outcome = "new" if old is None else "changed" if group.changes else "same"
    _note_barcodes(groups)
    lost_zeros(groups, "sku", Product.objects.all())


def _products(skus: set[str]) -> list[Product]:
    return list(
        Product.objects.select_related("stock_unit").annotate(upper_sku=Upper("sku")).filter(upper_sku__in=skus)
    )


def _drafts(products: Sequence[Product]) -> dict[int, ProductDraft]:
    """The products as they are, ready to be changed. One query."""
    units: defaultdict[int, list[UnitDraft]] = defaultdict(list)
    rows = ProductUnit.objects.filter(product__in=[product.pk for product in products]).order_by("pk")
    names = ("product_id", "unit__code", "numerator", "denominator", "barcode", "is_sales_unit")
    for product_id, *facts in rows.values_list(*names):
        units[product_id].append(UnitDraft(*facts))
    return {
        product.pk: ProductDraft(
            sku=product.sku,
            stock_unit=product.stock_unit.code,
            units=tuple(units[product.pk]),
            **{
                name: getattr(product, name)
                for name in (*OWN, "category_id", "replaced_by_id", "created_on")
                if name != "stock_unit"
            },
        )
        for product in products
    }


def _draft(
    group: Group,
    before: ProductDraft | None,
    known: Mapping[str, Product],
    categories: Mapping[str, int],
    scope: Scope,
) -> ProductDraft:
    """The product as the rows want it."""
    said = {name: value for name in OWN if (value := group.value(name)) is not None}
    if before is not None:
        for name in ("stock_unit", "kind"):
            if said.get(name, getattr(before, name)) != getattr(before, name):
                group.wrong(name, "This does not change after the product was created; create another product.")
                del said[name]
    if category := group.value("category"):
        said["category_id"] = categories.get(str(category).upper())
        if said["category_id"] is None:
            group.wrong("category", f"There is no category with code {category}.")
    if successor := group.value("replaced_by"):
        found = known.get(str(successor).upper())
        said["replaced_by_id"] = found.pk if found else None
        if found is None or found.sku.upper() == group.value("sku", "").upper():
            group.wrong("replaced_by", f"There is no other product with SKU {successor} yet.")
    if before is None:
        before = ProductDraft(sku=group.value("sku", ""), name="", stock_unit="", created_on=scope.today)
    return replace(before, **said, units=_units(group, before))


def _units(group: Group, before: ProductDraft) -> tuple[UnitDraft, ...]:
    """The units it has, those of the rows changed or added. The sales unit of the file takes the place of the old."""
    units = list(before.units)
    for row in group.rows:
        said = {inner: row.values[name] for name, inner in UNIT.items() if name in row.values}
        if not said:
            continue
        if "unit" not in said:
            group.wrong(next(name for name in UNIT if name in row.values), "Name the unit that this is about.", row)
            continue
        at = next((index for index, unit in enumerate(units) if unit.unit == said["unit"]), None)
        if at is None:
            units.append(UnitDraft(**({"numerator": 0} | said)))
            at = len(units) - 1
        else:
            units[at] = replace(units[at], **said)
        if said.get("is_sales_unit"):
            units = [replace(unit, is_sales_unit=index == at) for index, unit in enumerate(units)]
        row.values["_unit"] = at
    return tuple(units)


def _note(group: Group, name: str, sentence: str) -> None:
    """Put a sentence of the room's check at its column: ``units-2-numerator`` at the row that named the third unit."""
    prefix, _, rest = name.partition("-")
    if prefix != "units" or not rest:
        group.wrong(name if name in LABELS else "sku", sentence)
        return
    index, inner = rest.split("-")
    row = next((each for each in group.rows if each.values.get("_unit") == int(index)), None)
    column = next(outer for outer, own in UNIT.items() if own == inner)
    group.wrong(column, sentence, row)


def _note_barcodes(groups: Sequence[Group]) -> None:
    """Refuse barcodes that another product has or that occur twice in these rows. Two queries."""
    wanted: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        for code in {group.draft.barcode, *(unit.barcode for unit in group.draft.units)} - {""}:
            wanted[code].append(group)
    owners: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for code, product_id, sku in Product.objects.filter(barcode__in=wanted).values_list("barcode", "pk", "sku"):
        owners[code].add((product_id, sku))
    units = ProductUnit.objects.filter(barcode__in=wanted).values_list("barcode", "product_id", "product__sku")
    for code, product_id, sku in units:
        owners[code].add((product_id, sku))
    for code, asking in wanted.items():
        for group in asking:
            others = [sku for product_id, sku in owners[code] if product_id != group.target_id]
            others += [each.value("sku") for each in asking if each is not group and not each.target_id]
            if others:
                named = {row.values.get("barcode") for row in group.rows}
                group.wrong("barcode" if code in named else "unit_barcode", f"Product {others[0]} has this barcode.")


def _changes(before: ProductDraft | None, after: ProductDraft) -> list[Change]:
    if before is None:
        return []
    found = changed(
        {name: LABELS[name] for name in OWN},
        {name: getattr(before, name) for name in OWN},
        {name: getattr(after, name) for name in OWN},
    )
    for name, label in (("category_id", "Category"), ("replaced_by_id", "Replaced by")):
        if getattr(before, name) != getattr(after, name):
            found.append((label, "another" if getattr(before, name) else "", "as in the file"))
    known = {unit.unit: unit for unit in before.units}
    found += [
        ("Unit", _line(known[unit.unit]) if unit.unit in known else "", _line(unit))
        for unit in after.units
        if known.get(unit.unit) != unit
    ]
    return found


def _line(unit: UnitDraft) -> str:
    size = f"{unit.numerator}/{unit.denominator}" if unit.denominator != 1 else str(unit.numerator)
    words = [f"{unit.unit} of {size}", unit.barcode, "sold by it" if unit.is_sales_unit else ""]
    return ", ".join(word for word in words if word)


def apply(groups: Sequence[Group], scope: Scope) -> list[int | None]:
    """New products in one set; changed ones one by one, because each locks its line of successors."""
    return create_or_change(
        groups,
        create=lambda drafts: create_products(drafts=drafts, actor=scope.actor),
        change=lambda pk, draft: change_product(product_id=pk, draft=draft, actor=scope.actor),
    )


PRODUCTS = Kind(
    name="products",
    label="Products",
    noun="products",
    right="catalog.maintain_product",
    key=("sku",),
    fields=FIELDS,
    check=check,
    apply=apply,
    url_name="catalog:product",
    about="What is sold. A further row with the same SKU adds another unit with its barcode.",
)
