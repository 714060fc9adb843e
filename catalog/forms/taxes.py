"""Input shape of a tax rate."""

from datetime import date
from typing import Any

from django import forms

from catalog.drafts import TaxRateDraft
from catalog.forms.fields import CompanyField
from catalog.forms.rows import first_day_after
from catalog.tax.types import TaxTreatment
from core.models import User
from core.web.fields import DayField

KINDS = {
    TaxTreatment.STANDARD: "Standard or reduced",
    TaxTreatment.ZERO: "Zero rate",
    TaxTreatment.EXEMPT: "Exempt",
    TaxTreatment.REVERSE_CHARGE: "Reverse charge",
    TaxTreatment.INTRA_COMMUNITY: "Intra-community supply",
    TaxTreatment.EXPORT: "Export",
}


class TaxRateForm(forms.Form):
    """A tax rate; what holds for its category and class ends when it begins."""

    code = forms.CharField(max_length=12, help_text="Shown on invoices")
    name = forms.CharField(max_length=60)
    tax_category = forms.CharField(label="Tax category", max_length=12, help_text="Of goods: standard, reduced, zero")
    tax_class = forms.CharField(label="Tax class", max_length=12, help_text="Of accounts: domestic, export")
    kind = forms.ChoiceField(choices=[(kind.value, label) for kind, label in KINDS.items()])
    percent = forms.DecimalField(label="Rate, %", max_digits=7, decimal_places=4, min_value=0, max_value=100)
    reason = forms.CharField(max_length=160, required=False, help_text="Printed where no tax is charged")
    valid_from = DayField(label="First day")
    last_day = DayField(label="Last day", latest=date.max, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"] = CompanyField(user)

    def draft(self) -> TaxRateDraft:
        """The rate as it was typed."""
        typed = self.cleaned_data
        names = ("code", "name", "tax_category", "tax_class", "kind", "percent", "reason", "valid_from")
        return TaxRateDraft(
            company_id=typed["company"].pk,
            valid_until=first_day_after(typed["last_day"]),
            **{name: typed[name] for name in names},
        )
