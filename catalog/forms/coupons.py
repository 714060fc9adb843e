"""Input shapes of coupons."""

from datetime import date
from typing import Any

from django import forms

from catalog.drafts import ZERO, CouponDraft
from catalog.forms.fields import CompanyField, PercentInput, currency_field
from catalog.forms.rows import first_day_after
from core.models import User
from core.web.fields import DayField


class CouponLimitsForm(forms.Form):
    """What of a coupon can be changed: its name, how long and how often it can be used."""

    name = forms.CharField(max_length=80)
    last_day = DayField(label="Last day", latest=date.max, required=False)
    most_uses = forms.IntegerField(
        label="Uses in all", min_value=1, max_value=2**31 - 1, required=False, help_text="Empty means no limit"
    )
    most_uses_per_account = forms.IntegerField(
        label="Uses per account", min_value=1, max_value=2**31 - 1, required=False, help_text="Empty means no limit"
    )

    def limits(self) -> dict[str, Any]:
        """The limits as the command takes them."""
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "valid_until": first_day_after(typed["last_day"]),
            "most_uses": typed["most_uses"],
            "most_uses_per_account": typed["most_uses_per_account"],
        }


class CouponForm(CouponLimitsForm):
    """A new coupon: a percentage or an amount, from an order value on."""

    code = forms.CharField(max_length=24)
    percent_off = PercentInput(label="Percent off", required=False)
    amount_off = forms.DecimalField(
        label="Amount off", max_digits=19, decimal_places=4, min_value=0, required=False, help_text="Instead of percent"
    )
    currency = currency_field()
    minimum_order_net = forms.DecimalField(
        label="From order value", max_digits=19, decimal_places=4, min_value=0, required=False
    )
    valid_from = DayField(label="First day")
    field_order = (
        "company",
        "code",
        "name",
        "percent_off",
        "amount_off",
        "currency",
        "minimum_order_net",
        "valid_from",
        "last_day",
        "most_uses",
        "most_uses_per_account",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"] = CompanyField(user)
        self.order_fields(self.field_order)

    def draft(self) -> CouponDraft:
        """The coupon as it was typed."""
        typed = self.cleaned_data
        return CouponDraft(
            company_id=typed["company"].pk,
            code=typed["code"],
            currency=typed["currency"],
            percent_off=typed["percent_off"],
            amount_off=typed["amount_off"],
            minimum_order_net=typed["minimum_order_net"] or ZERO,
            valid_from=typed["valid_from"],
            **self.limits(),
        )
