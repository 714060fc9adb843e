"""The forms of orders: header, reasons, changes, credit limits. Rows of lines are read by ``orders.typed``."""

from datetime import date, timedelta
from typing import Any

from django import forms

from catalog.models import Address, PaymentTerms
from core.web import formats
from core.web.fields import DayField
from inventory.models import Warehouse
from orders.models import CreditProfile, Order

FAR_DAYS = 3 * 366  # nobody means a delivery later than this; a typed 2206 is a slip
AS_AGREED = "agreed"


def require_near(on: date, today: date) -> None:
    """Refuse days that can only be slips of the hand."""
    if not today - timedelta(days=366) <= on <= today + timedelta(days=FAR_DAYS):
        raise forms.ValidationError(f"Enter a date between {formats.day(today)} and three years later")


class HeaderForm(forms.Form):
    """What stands above the lines of a draft."""

    customer_reference = forms.CharField(label="PO ref", required=False, max_length=60)
    requested_on = DayField(label="Requested")
    ship_to = forms.ChoiceField(label="Ship to")
    terms = forms.ModelChoiceField(PaymentTerms.objects.order_by("net_days"), label="Terms", empty_label=None)
    delivery = forms.ChoiceField(label="Delivery", choices=[("parts", "In parts"), ("whole", "Complete only")])
    warehouse = forms.ModelChoiceField(Warehouse.objects.none(), label="Ship from", empty_label=None)
    coupon_code = forms.CharField(label="Coupon", required=False, max_length=40)
    note = forms.CharField(label="Note", required=False, max_length=2000)

    def __init__(self, order: Order, today: date, data: Any = None) -> None:
        self.order, self.today = order, today
        self.addresses = {
            str(address.pk): address for address in Address.objects.filter(account_id=order.account_id).order_by("pk")
        }
        chosen = next(
            (key for key, each in self.addresses.items() if "\n".join(each.lines) == order.ship_to), AS_AGREED
        )
        super().__init__(data, initial=self._initial(order, chosen), auto_id="id_%s")
        choices = [(key, ", ".join(each.lines)) for key, each in self.addresses.items()]
        if chosen == AS_AGREED:
            choices.insert(0, (AS_AGREED, order.ship_to.replace("\n", ", ") or "No address yet"))
        self.fields["ship_to"].choices = choices  # type: ignore[attr-defined]
        places = Warehouse.objects.filter(company_id=order.company_id, is_active=True).order_by("rank", "code")
        self.fields["warehouse"].queryset = places  # type: ignore[attr-defined]

    @staticmethod
    def _initial(order: Order, chosen: str) -> dict[str, Any]:
        return {
            "customer_reference": order.customer_reference,
            "requested_on": order.requested_on,
            "ship_to": chosen,
            "terms": order.terms_id,
            "delivery": "whole" if order.complete_only else "parts",
            "warehouse": order.warehouse_id,
            "coupon_code": order.coupon.code if order.coupon else "",
            "note": order.note,
        }

    def clean_requested_on(self) -> date:
        """A day that somebody can mean."""
        on: date = self.cleaned_data["requested_on"]
        if on != self.order.requested_on:
            require_near(on, self.today)
        return on

    def values(self) -> dict[str, Any]:
        """What was typed, as the order's columns."""
        data = self.cleaned_data
        wanted: dict[str, Any] = {
            "customer_reference": data["customer_reference"].replace("\x00", "").strip(),
            "requested_on": data["requested_on"],
            "terms_id": data["terms"].pk,
            "complete_only": data["delivery"] == "whole",
            "warehouse_id": data["warehouse"].pk,
            "note": data["note"].replace("\x00", ""),
        }
        address = self.addresses.get(data["ship_to"])
        if address is not None:
            wanted |= {"ship_to": "\n".join(address.lines), "ship_to_country": address.country}
        return wanted

    def changes(self) -> dict[str, Any]:
        """Only the columns that differ from the order."""
        return {name: value for name, value in self.values().items() if getattr(self.order, name) != value}

    def coupon_change(self) -> str | None:
        """The coupon that was typed, None when it is the one the order has."""
        code: str = self.cleaned_data["coupon_code"].strip()
        return None if code == (self.order.coupon.code if self.order.coupon else "") else code


class ReasonForm(forms.Form):
    """A reason, for verbs that ask for one."""

    reason = forms.CharField(max_length=500, help_text="Kept on the timeline")


class CreditLimitForm(forms.ModelForm):
    """How much an account may owe one company, and how the check reacts."""

    reason = forms.CharField(max_length=500, help_text="Kept with the change")

    class Meta:
        model = CreditProfile
        fields = ("limit", "limit_reaction", "oldest_item_days")
        labels = {"limit_reaction": "Over the limit", "oldest_item_days": "Oldest overdue item, days"}
        help_texts = {"limit": "Empty means no limit", "oldest_item_days": "Empty means no such check"}
        error_messages = {"limit": {"invalid": "Enter an amount like 25000.00"}}
