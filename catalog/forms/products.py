"""Input shapes of products, kits and relations."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from catalog.drafts import ZERO, KitPart, ProductDraft, RelationDraft, UnitDraft
from catalog.forms.fields import ProductCodeField, QuantityInput
from catalog.forms.rows import EditPage, RowForm, first_day_after, rows_of, typed
from catalog.models import Category, KitComponent, Product, ProductRelation, TaxRate, UnitOfMeasure
from core.web.fields import DayField

_STRAIGHT = ("sku", "name", "kind", "status", "description", "tax_category", "posting_group", "barcode")


class ProductForm(forms.Form):
    """What a product is. Kind and stock unit are chosen once."""

    sku = forms.CharField(label="SKU", max_length=40)
    name = forms.CharField(max_length=160)
    kind = forms.ChoiceField(choices=Product.Kind.choices)
    stock_unit = forms.ModelChoiceField(
        UnitOfMeasure.objects.order_by("code"), to_field_name="code", help_text="Stock is counted in it, for good"
    )
    status = forms.ChoiceField(choices=Product.Status.choices)
    category = forms.ModelChoiceField(Category.objects.order_by("name"), required=False)
    tax_category = forms.ChoiceField(label="Tax category")
    posting_group = forms.CharField(label="Posting group", max_length=12, initial="goods")
    barcode = forms.CharField(max_length=14, required=False, help_text="GTIN with its check digit")
    weight_kg = forms.DecimalField(label="Weight, kg", max_digits=12, decimal_places=4, min_value=0, required=False)
    minimum_quantity = QuantityInput(label="Minimum order quantity", required=False)
    multiple_quantity = QuantityInput(label="Order in multiples of", required=False)
    replaced_by = ProductCodeField(label="Replaced by", required=False, help_text="SKU of the successor")
    description = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = set(TaxRate.objects.values_list("tax_category", flat=True).distinct()) | {"standard"}
        known |= {str(self.initial["tax_category"])} if "tax_category" in self.initial else set()
        self.fields["tax_category"].choices = [(name, name.capitalize()) for name in sorted(known)]  # type: ignore[attr-defined]
        for name in ("kind", "stock_unit"):
            self.fields[name].disabled = not is_new

    def draft(self, units: tuple[UnitDraft, ...]) -> ProductDraft:
        """The product as it was typed."""
        given = self.cleaned_data
        return ProductDraft(
            **{name: given[name] for name in _STRAIGHT},
            stock_unit=given["stock_unit"].code,
            category_id=given["category"].pk if given["category"] else None,
            weight_kg=given["weight_kg"] or ZERO,
            minimum_quantity=given["minimum_quantity"] or ZERO,
            multiple_quantity=given["multiple_quantity"] or ZERO,
            replaced_by_id=given["replaced_by"],
            units=units,
        )


class UnitRow(RowForm):
    """A further unit of a product."""

    unit = forms.ModelChoiceField(UnitOfMeasure.objects.order_by("code"), to_field_name="code", empty_label="")
    numerator = forms.IntegerField(label="Is so many stock units", min_value=1, max_value=2**31 - 1)
    denominator = forms.IntegerField(
        label="Divided by", min_value=1, max_value=2**31 - 1, required=False, help_text="1 if empty"
    )
    barcode = forms.CharField(max_length=14, required=False)
    is_sales_unit = forms.BooleanField(label="Sold by this", required=False)

    def draft(self) -> UnitDraft:
        """The unit as it was typed."""
        given = self.cleaned_data
        return UnitDraft(
            unit=given["unit"].code,
            numerator=given["numerator"],
            denominator=given["denominator"] or 1,
            barcode=given["barcode"],
            is_sales_unit=given["is_sales_unit"],
        )


UnitRows = rows_of(UnitRow, spare=2)


def product_page(data: QueryDict | None, product: Product | None = None) -> EditPage:
    """The form of a new product, or of one that is there."""
    initial, units = _initial(product) if product else ({}, [])
    return EditPage(
        ProductForm(data, initial=initial, is_new=product is None), units=UnitRows(data, prefix="units", initial=units)
    )


def product_draft(page: EditPage) -> ProductDraft:
    """The product of a checked page."""
    assert isinstance(page.main, ProductForm)
    return page.main.draft(tuple(row.draft() for row in page.parts["units"].filled if isinstance(row, UnitRow)))


def _initial(product: Product) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    initial: dict[str, Any] = {name: getattr(product, name) for name in _STRAIGHT}
    initial |= {name: typed(getattr(product, name)) for name in ("weight_kg", "minimum_quantity", "multiple_quantity")}
    initial |= {"stock_unit": product.stock_unit.code, "category": product.category_id}
    initial["replaced_by"] = product.replaced_by.sku if product.replaced_by else ""
    rows = product.units.select_related("unit").order_by("pk")
    return initial, [
        {
            "unit": row.unit.code,
            "numerator": row.numerator,
            "denominator": row.denominator,
            "barcode": row.barcode,
            "is_sales_unit": row.is_sales_unit,
        }
        for row in rows
    ]


class KitPartRow(RowForm):
    """One part of a kit."""

    component = ProductCodeField(label="Component SKU")
    quantity = QuantityInput(label="Quantity in one kit")


KitRows = rows_of(KitPartRow)


def kit_page(data: QueryDict | None, product: Product) -> EditPage:
    """The parts of a kit."""
    rows = KitComponent.objects.filter(kit=product).select_related("component").order_by("pk")
    initial = [{"component": row.component.sku, "quantity": typed(row.quantity)} for row in rows]
    return EditPage(forms.Form(data), parts=KitRows(data, prefix="parts", initial=initial))


def kit_parts(page: EditPage) -> list[KitPart]:
    """The parts of a checked page."""
    rows = [row.cleaned_data for row in page.parts["parts"].filled]
    return [KitPart(row["component"], row["quantity"]) for row in rows]


class RelationForm(forms.Form):
    """A product that goes with or stands in for another."""

    related = ProductCodeField(label="Product", help_text="SKU")
    kind = forms.ChoiceField(label="How it is related", choices=ProductRelation.Kind.choices)
    reason = forms.CharField(max_length=120, required=False, help_text="Shown where it is proposed")
    rank = forms.IntegerField(min_value=0, max_value=32_767, initial=1, help_text="Lower ones are proposed first")
    valid_from = DayField(label="First day")
    last_day = DayField(label="Last day", latest=date.max, required=False)

    def draft(self, product_id: int) -> RelationDraft:
        """The relation as it was typed."""
        given = self.cleaned_data
        return RelationDraft(
            product_id=product_id,
            related_id=given["related"],
            kind=given["kind"],
            valid_from=given["valid_from"],
            valid_until=first_day_after(given["last_day"]),
            reason=given["reason"],
            rank=given["rank"],
        )
