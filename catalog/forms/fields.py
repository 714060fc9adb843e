"""Fields that name products and accounts by what people call them, and amounts as they are stored."""

from typing import Any

from django import forms

from catalog.models import Account
from catalog.selectors import resolve_codes
from core.access import company_ids
from core.models import Company, User


class ProductCodeField(forms.CharField):
    """A product by SKU or barcode; its value is the product's id."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": "code"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        """Resolve the code, in one query."""
        code = str(super().clean(value))
        if not code:
            return None
        found = resolve_codes([code], account_id=None)[code]
        if found is None:
            raise forms.ValidationError(f"There is no product {code}.")
        return found


class AccountCodeField(forms.CharField):
    """An account by its code in any case; its value is the account's id."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": "code"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        """Find the account, in one query."""
        code = str(super().clean(value))
        if not code:
            return None
        found = Account.objects.filter(code__iexact=code).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(f"There is no account {code}.")
        return int(found)


class QuantityInput(forms.DecimalField):
    """A quantity: numeric(18,6)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_digits": 18, "decimal_places": 6, "min_value": 0} | kwargs))


class RateInput(forms.DecimalField):
    """A unit price or percentage: numeric(19,6)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_digits": 19, "decimal_places": 6, "min_value": 0} | kwargs))


class PercentInput(forms.DecimalField):
    """A percentage from 0 to 100 with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_digits": 5, "decimal_places": 2, "min_value": 0, "max_value": 100} | kwargs))


class CompanyField(forms.ModelChoiceField):
    """One of the user's companies; with only one there is nothing to choose and nothing to see."""

    def __init__(self, user: User, **kwargs: Any) -> None:
        mine = Company.objects.filter(pk__in=company_ids(user)).order_by("name")
        only = list(mine[:2])
        if len(only) == 1:
            kwargs |= {"widget": forms.HiddenInput()}
        kwargs.setdefault("initial", only[0] if only else None)
        super().__init__(mine, empty_label=None, **kwargs)


def currency_field(**given: Any) -> forms.CharField:
    """A currency code; capitals are made of what was typed."""
    return UpperField(max_length=3, min_length=3, **given)


def country_field(**given: Any) -> forms.CharField:
    """A country code of two letters."""
    return UpperField(max_length=2, min_length=2, **given)


class UpperField(forms.CharField):
    """Text in capitals."""

    def to_python(self, value: Any) -> str:
        """Make capitals."""
        return str(super().to_python(value)).upper()
