"""What the pages of quotes and contracts ask for."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser

from catalog.models import Account
from catalog.selectors import resolve_codes
from core.access import company_ids
from core.models import User
from core.web.fields import DayField
from inventory.models import Warehouse
from quotes.drafts import ContractLineDraft, QuoteLineDraft
from quotes.models import QuoteLine

BLANK_LINES = 6
MOST_LINES = 200


class AccountField(forms.CharField):
    """A customer by code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": "code"}))
        super().__init__(max_length=24, help_text="Code of the customer", **kwargs)

    def clean(self, value: Any) -> Any:
        """The account behind the code."""
        code = super().clean(value).strip()
        found = Account.objects.filter(code__iexact=code, is_customer=True).first()
        if found is None:
            raise forms.ValidationError(f"There is no customer {code}")
        return found


class QuoteForm(forms.Form):
    """The head of a quote."""

    account = AccountField(label="Customer")
    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), empty_label=None)
    valid_until = DayField(label="Valid until")
    customer_reference = forms.CharField(max_length=60, required=False, label="Their reference")

    def __init__(self, user: "User | AnonymousUser", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Warehouse.objects.filter(company_id__in=company_ids(user), is_active=True).order_by("rank")


class ContractForm(forms.Form):
    """The head of a contract."""

    account = AccountField(label="Customer")
    title = forms.CharField(max_length=120)
    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), empty_label=None, label="For warehouse")
    valid_from = DayField(label="Valid from")
    valid_until = DayField(label="Valid until")
    overrun = forms.ChoiceField(choices=[("block", "Refuse"), ("warn", "Warn")], label="More than agreed")

    def __init__(self, user: "User | AnonymousUser", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Warehouse.objects.filter(company_id__in=company_ids(user), is_active=True).order_by("rank")


class _CodeLine(forms.Form):
    product = forms.CharField(
        max_length=40, label="SKU or barcode", widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"})
    )

    def clean_product(self) -> str:
        """Without blanks around."""
        return str(self.cleaned_data["product"]).strip()


class QuoteLineForm(_CodeLine):
    """One offered line. Price and discount by hand need their own right, which the command holds."""

    quantity = forms.DecimalField(max_digits=18, decimal_places=6)
    unit = forms.CharField(max_length=8, required=False)
    unit_price = forms.DecimalField(max_digits=19, decimal_places=6, min_value=0, required=False, label="Price by hand")
    discount_percent = forms.DecimalField(
        max_digits=7, decimal_places=4, min_value=0, max_value=100, required=False, label="Discount %"
    )
    kind = forms.ChoiceField(choices=QuoteLine.Kind.choices, required=False)

    def has_changed(self) -> bool:
        """A preset kind alone is not a line."""
        return any(name != "kind" for name in self.changed_data)


class ContractLineForm(_CodeLine):
    """One agreed line."""

    quantity = forms.DecimalField(max_digits=18, decimal_places=6, label="Target quantity")
    unit_price = forms.DecimalField(max_digits=19, decimal_places=6, min_value=0, label="Price")


class LineSet(forms.BaseFormSet):
    """Lines of products; empty ones are left out, unknown codes are told at their line."""

    @property
    def filled(self) -> list[Any]:
        """The lines in which something was typed."""
        return [form for form in self.forms if form.has_changed()]

    def clean(self) -> None:
        """Find every product in one query."""
        if not self.management_form.is_valid():
            return
        typed = [form for form in self.filled if "product" in getattr(form, "cleaned_data", {})]
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
        return bool(super().is_valid()) and not any(form.errors for form in self.forms)

    def quote_lines(self) -> tuple[QuoteLineDraft, ...]:
        """What was typed, as lines of a quote."""
        return tuple(
            QuoteLineDraft(
                product_id=data["product_id"],
                sales_quantity=data["quantity"],
                sales_unit=data["unit"].strip(),
                unit_price=data["unit_price"],
                discount_percent=data["discount_percent"],
                kind=data["kind"] or "offered",
            )
            for data in (form.cleaned_data for form in self.filled)
        )

    def contract_lines(self) -> tuple[ContractLineDraft, ...]:
        """What was typed, as lines of a contract."""
        return tuple(
            ContractLineDraft(data["product_id"], data["quantity"], data["unit_price"])
            for data in (form.cleaned_data for form in self.filled)
        )


QuoteLines: type[LineSet] = forms.formset_factory(  # type: ignore[assignment]
    QuoteLineForm, formset=LineSet, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)
ContractLines: type[LineSet] = forms.formset_factory(  # type: ignore[assignment]
    ContractLineForm, formset=LineSet, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)
