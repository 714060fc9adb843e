"""What inventory's pages ask for: a wish, an inbound order, a receipt, new days, a correction."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser

from catalog.models import Account
from catalog.selectors import resolve_codes
from core.access import may
from core.dates import business_date
from core.models import User
from core.web.fields import DayField
from inventory.drafts import AdjustmentLineDraft, ReceiptLineDraft, SupplyLineDraft
from inventory.limits import TOO_MUCH, is_too_much
from inventory.models import Bin, SupplyLine, Warehouse
from inventory.selectors import warehouses_visible_to

BLANK_LINES = 6
MOST_LINES = 200


def _text(css: str = "") -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "class": css})


class WarehouseForm(forms.Form):
    """The head of a document of one warehouse. A business date in the past needs the right to back-date."""

    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), empty_label=None)
    business_date = DayField(label="Business date")

    def __init__(self, user: "User | AnonymousUser", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        places = warehouses_visible_to(user).filter(is_active=True).select_related("company")
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        first = places.first()
        if first is not None:
            field.initial = first.pk
            self.fields["business_date"].initial = business_date(first.company.time_zone)

    def clean(self) -> dict[str, Any]:
        """The date against the warehouse's company and the user's rights."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        place, day = cleaned.get("warehouse"), cleaned.get("business_date")
        if place and day:
            problem = date_problem(self.user, day, business_date(place.company.time_zone))
            if problem:
                self.add_error("business_date", problem)
        return cleaned


def date_problem(user: "User | AnonymousUser", day: date, today: date) -> str:
    """Why this business date cannot be taken, or nothing."""
    if day > today:
        return "The business date must not lie in the future"
    if day < today and not may(user, "core.backdate"):
        return "You may not enter a date in the past: the right to back-date is missing"
    return ""


class SupplyOrderForm(WarehouseForm):
    """The head of an inbound order. Its currency is the supplier's."""

    supplier = forms.CharField(max_length=24, widget=_text("code"), label="Supplier code")
    reference = forms.CharField(max_length=40, required=False, label="Their reference", widget=_text())

    field_order = ("supplier", "warehouse", "business_date", "reference")

    def clean_supplier(self) -> Account:
        """The supplier behind the code."""
        code = self.cleaned_data["supplier"].strip()
        found = Account.objects.filter(code__iexact=code, is_supplier=True).first()
        if found is None:
            raise forms.ValidationError(f"There is no supplier {code}")
        return found


class AdjustmentForm(WarehouseForm):
    """The head of a correction of stock."""

    reason = forms.CharField(max_length=200, widget=_text())


class CodeLineForm(forms.Form):
    """A line that names a product by SKU or barcode."""

    product = forms.CharField(max_length=40, widget=_text("code"), label="SKU or barcode")

    def clean_product(self) -> str:
        """Without blanks around; the set of lines finds the products, in one query for all of them."""
        return str(self.cleaned_data["product"]).strip()

    def clean(self) -> dict[str, Any]:
        """What the line is worth can be written."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if is_too_much(cleaned.get("quantity"), cleaned.get("unit_cost")):
            self.add_error("unit_cost", TOO_MUCH)
        return cleaned


class SupplyLineForm(CodeLineForm):
    """One line of an inbound order."""

    quantity = forms.DecimalField(max_digits=18, decimal_places=6)
    expected_on = DayField(label="Expected")
    unit_cost = forms.DecimalField(max_digits=19, decimal_places=6, min_value=0)


class AdjustmentLineForm(CodeLineForm):
    """One line of a correction: more above zero, less below."""

    quantity = forms.DecimalField(max_digits=18, decimal_places=6, label="More or less")
    bin = forms.CharField(max_length=16, required=False, widget=_text("code"))
    unit_cost = forms.DecimalField(max_digits=19, decimal_places=6, min_value=0, required=False)


class CodeLineSet(forms.BaseFormSet):
    """Lines of products; empty ones are left out."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "missing_management_form": "The lines did not arrive whole. Nothing was saved; please reload and try again.",
        "too_many_forms": "There may be at most %(num)d lines.",
    }

    @property
    def filled(self) -> list[forms.BaseForm]:
        """The lines in which something was typed."""
        return [form for form in self.forms if form.has_changed()]

    def clean(self) -> None:
        """Find every product in one query, and say at its line which code is unknown."""
        if not self.management_form.is_valid():
            return
        typed = [form for form in self.filled if "product" in form.cleaned_data]
        found = resolve_codes({form.cleaned_data["product"] for form in typed}, account_id=None)
        for form in typed:
            code = form.cleaned_data["product"]
            if found[code] is None:
                form.add_error("product", f"There is no product {code}")
            form.cleaned_data["product_id"] = found[code]
        if not self.filled:
            raise forms.ValidationError("Enter at least one line.")

    def is_valid(self) -> bool:
        """As every set, and with what ``clean`` put to the lines."""
        return bool(super().is_valid()) and not self.has_problem

    @property
    def has_problem(self) -> bool:
        """Whether something was put to a line after it was found valid."""
        return any(form.errors for form in self.forms)

    def supply_lines(self) -> tuple[SupplyLineDraft, ...]:
        """What was typed, as lines of an inbound order."""
        return tuple(
            SupplyLineDraft(data["product_id"], data["quantity"], data["expected_on"], data["unit_cost"])
            for data in (form.cleaned_data for form in self.filled)
        )

    def adjustment_lines(self, bins: Mapping[str, int]) -> tuple[AdjustmentLineDraft, ...]:
        """What was typed, as lines of a correction; ``bins`` by code."""
        return tuple(
            AdjustmentLineDraft(
                data["product_id"],
                bins[data["bin"].upper()] if data["bin"] else None,
                data["quantity"],
                data["unit_cost"],
            )
            for data in (form.cleaned_data for form in self.filled)
        )

    def bins_in(self, warehouse: Warehouse) -> dict[str, int]:
        """The ids of the bins that were typed, by code; an unknown one is put to its line."""
        found = dict(Bin.objects.filter(warehouse=warehouse, is_sellable=True).values_list("code", "pk"))
        for form in self.filled:
            code = form.cleaned_data["bin"].upper()
            if code and code not in found:
                form.add_error("bin", f"{warehouse.name} has no bin {code}")
        return found


SupplyLines: type[CodeLineSet] = forms.formset_factory(  # type: ignore[assignment]
    SupplyLineForm, formset=CodeLineSet, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)
AdjustmentLines: type[CodeLineSet] = forms.formset_factory(  # type: ignore[assignment]
    AdjustmentLineForm, formset=CodeLineSet, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class ReceiveForm(forms.Form):
    """A receipt: a quantity and a bin for each line that is still to come."""

    business_date = DayField(label="Business date")

    def __init__(
        self, user: "User | AnonymousUser", lines: list[SupplyLine], today: date, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.lines, self.today = user, lines, today
        self.fields["business_date"].initial = today
        places = Bin.objects.filter(warehouse__in={line.warehouse_id for line in lines}, is_sellable=True)
        choices = [(row.pk, row.code) for row in places.order_by("-is_default", "path", "code")]
        for line in lines:
            left = line.ordered - line.received - line.cancelled
            self.fields[f"quantity_{line.pk}"] = forms.DecimalField(
                max_digits=18, decimal_places=6, min_value=0, required=False, initial=f"{left.normalize():f}",
                label=f"Quantity of {line.product.sku}",
            )  # fmt: skip
            self.fields[f"bin_{line.pk}"] = forms.TypedChoiceField(
                choices=choices, coerce=int, required=False, empty_value=None, label=f"Bin of {line.product.sku}"
            )

    def clean(self) -> dict[str, Any]:
        """The date, and something to receive."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day = cleaned.get("business_date")
        if day and (problem := date_problem(self.user, day, self.today)):
            self.add_error("business_date", problem)
        for line in self.lines:
            if is_too_much(cleaned.get(f"quantity_{line.pk}"), line.unit_cost):
                self.add_error(f"quantity_{line.pk}", TOO_MUCH)
        if not self.errors and not any(cleaned.get(f"quantity_{line.pk}") for line in self.lines):
            raise forms.ValidationError("Enter at least one quantity that arrived.")
        return cleaned

    def receipt_lines(self) -> tuple[ReceiptLineDraft, ...]:
        """What arrived."""
        data = self.cleaned_data
        return tuple(
            ReceiptLineDraft(line.pk, data[f"quantity_{line.pk}"], data[f"bin_{line.pk}"])
            for line in self.lines
            if data[f"quantity_{line.pk}"]
        )


class DatesForm(forms.Form):
    """New expected days of the lines that are still to come."""

    reason = forms.CharField(max_length=200, widget=_text())

    def __init__(self, lines: list[SupplyLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"day_{line.pk}"] = DayField(label=f"Expected {line.product.sku}", initial=line.expected_on)
        self.order_fields([*(f"day_{line.pk}" for line in lines), "reason"])

    def changes(self) -> dict[int, date]:
        """The days by line."""
        return {line.pk: self.cleaned_data[f"day_{line.pk}"] for line in self.lines}


class WishForm(forms.Form):
    """A question to availability: a product, and perhaps how many by when."""

    product = forms.CharField(max_length=40, widget=_text("code"), label="SKU or barcode")
    quantity = forms.DecimalField(max_digits=18, decimal_places=6, required=False)
    wanted_on = DayField(label="Wanted by", required=False)

    def clean_product(self) -> int:
        """The product behind the code."""
        code = self.cleaned_data["product"]
        found = resolve_codes([code], account_id=None)[code]
        if found is None:
            raise forms.ValidationError(f"There is no product {code}")
        return found

    def clean_quantity(self) -> Any:
        """Above zero."""
        quantity = self.cleaned_data["quantity"]
        if quantity is not None and quantity <= 0:
            raise forms.ValidationError("Enter a quantity above zero")
        return quantity
