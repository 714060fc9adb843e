"""Input shapes of prices, discounts and price lists, and of the price check."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from catalog.drafts import ConditionDraft, PriceListDraft, ScaleDraft
from catalog.forms.fields import (
    AccountCodeField,
    CompanyField,
    ProductCodeField,
    QuantityInput,
    RateInput,
    UpperField,
    currency_field,
)
from catalog.forms.rows import EditPage, RowForm, first_day_after, rows_of, typed
from catalog.models import ConditionRecord, PriceGroup, PriceList, UnitOfMeasure
from catalog.pricing.procedure import ACCESSES, CONDITION_TYPES, LINE_DISCOUNT, ORDER_DISCOUNT, PRICE
from catalog.pricing.types import KeyField
from catalog.trace import Calculation
from core.models import User
from core.web.fields import DayField

WHAT = {
    "price": (PRICE.code, Calculation.PER_UNIT, "Price"),
    "percent": (LINE_DISCOUNT.code, Calculation.PERCENT, "Discount in percent"),
    "amount": (LINE_DISCOUNT.code, Calculation.PER_UNIT, "Discount per unit"),
    "order_percent": (ORDER_DISCOUNT, Calculation.PERCENT, "Order discount in percent"),
    "order_amount": (ORDER_DISCOUNT, Calculation.AMOUNT, "Order discount as an amount"),
}


class PriceListForm(forms.Form):
    """An empty price list."""

    code = forms.CharField(max_length=24)
    name = forms.CharField(max_length=80)
    currency = currency_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"] = CompanyField(user)

    def draft(self) -> PriceListDraft:
        """The list as it was typed."""
        entered = self.cleaned_data
        return PriceListDraft(entered["company"].pk, entered["code"], entered["name"], entered["currency"])


class ScaleRow(RowForm):
    """From this quantity on, this rate."""

    start = QuantityInput(label="From quantity")
    rate = RateInput(label="Price or discount")


ScaleRows = rows_of(ScaleRow)


class PriceForm(forms.Form):
    """A price or discount. For whom and what it holds follows from what is filled in."""

    what = forms.ChoiceField(label="Kind", choices=[(key, label) for key, (_, _, label) in WHAT.items()])
    product = ProductCodeField(required=False, help_text="SKU; empty only for discounts on everything")
    account = AccountCodeField(required=False, help_text="Code; only for this account")
    price_group = forms.ModelChoiceField(
        PriceGroup.objects.order_by("name"), label="Price group", required=False, help_text="Only for this group"
    )
    rate = RateInput(label="Price or discount")
    currency = UpperField(max_length=3, required=False, help_text="Empty for a percentage")
    unit = forms.ModelChoiceField(
        UnitOfMeasure.objects.order_by("code"),
        to_field_name="code",
        required=False,
        help_text="The stock unit if empty",
    )
    price_unit = forms.IntegerField(label="Per how many", min_value=1, max_value=1_000_000, initial=1)
    valid_from = DayField(label="First day")
    last_day = DayField(label="Last day", latest=date.max, required=False)
    excludes_promotions = forms.BooleanField(label="Final: no coupon or order discount on top", required=False)

    def __init__(self, *args: Any, user: User, price_list: PriceList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price_list = price_list
        if price_list is None:
            self.fields["company"] = CompanyField(user)
        elif "currency" not in self.initial:
            self.initial["currency"] = price_list.currency

    def draft(self, scale: tuple[ScaleDraft, ...]) -> ConditionDraft:
        """The price as it was typed; its access is the one with exactly the keys that were filled in."""
        entered = self.cleaned_data
        condition_type, calculation, _ = WHAT[entered["what"]]
        group = entered["price_group"]
        given = {
            KeyField.ACCOUNT: entered["account"],
            KeyField.PRICE_GROUP: group.pk if group else None,
            KeyField.PRODUCT: entered["product"],
        }
        is_percent = calculation is Calculation.PERCENT
        return ConditionDraft(
            company_id=self.price_list.company_id if self.price_list else entered["company"].pk,
            price_list_id=self.price_list.pk if self.price_list else None,
            condition_type=condition_type,
            access=access_of(condition_type, {key for key, value in given.items() if value is not None}),
            product_id=given[KeyField.PRODUCT],
            account_id=given[KeyField.ACCOUNT],
            price_group_id=given[KeyField.PRICE_GROUP],
            calculation=calculation,
            rate=entered["rate"],
            currency="" if is_percent else entered["currency"],
            unit=entered["unit"].code if entered["unit"] else "",
            price_unit=entered["price_unit"],
            valid_from=entered["valid_from"],
            valid_until=first_day_after(entered["last_day"]),
            scale=scale,
            excludes_promotions=entered["excludes_promotions"],
        )


def access_of(condition_type: str, given: set[KeyField]) -> str:
    """The access with exactly these keys; an empty name, which the command refuses, when there is none."""
    for name, access in ACCESSES[condition_type].items():
        if set(access.fields) == given:
            return name
    return ""


def price_page(
    data: QueryDict | None, *, user: User, price_list: PriceList | None, initial: dict[str, Any] | None = None
) -> EditPage:
    """The form of a new price."""
    return EditPage(
        PriceForm(data, user=user, price_list=price_list, initial=initial or {}), scale=ScaleRows(data, prefix="scale")
    )


def price_draft(page: EditPage) -> ConditionDraft:
    """The price of a checked page."""
    assert isinstance(page.main, PriceForm)
    return page.main.draft(_scale(page))


def _scale(page: EditPage) -> tuple[ScaleDraft, ...]:
    rows = [row.cleaned_data for row in page.parts["scale"].filled]
    return tuple(ScaleDraft(row["start"], row["rate"]) for row in rows)


class ChangePriceForm(forms.Form):
    """A new figure for the key of a record, from a day on; the record ends there."""

    rate = RateInput(label="Price or discount")
    valid_from = DayField(label="From", help_text="What holds now ends the day before")
    last_day = DayField(label="Last day", latest=date.max, required=False)


def change_page(data: QueryDict | None, record: ConditionRecord, today: date) -> EditPage:
    """The form that changes a price."""
    rows = record.scale.order_by("start")
    scale = [{"start": typed(row.start), "rate": typed(row.rate) or "0"} for row in rows]
    begins = max(today, record.valid.lower) if record.valid.lower else today
    return EditPage(
        ChangePriceForm(data, initial={"rate": typed(record.rate) or "0", "valid_from": begins}),
        scale=ScaleRows(data, prefix="scale", initial=scale),
    )


def changed_draft(page: EditPage, record: ConditionRecord) -> ConditionDraft:
    """The record with the new figures of a checked page."""
    entered = page.main.cleaned_data
    same = ConditionDraft(
        company_id=record.company_id,
        price_list_id=record.price_list_id,
        condition_type=record.condition_type,
        access=record.access,
        product_id=record.product_id,
        account_id=record.account_id,
        price_group_id=record.price_group_id,
        agreement_line_id=record.agreement_line_id,
        calculation=record.calculation,
        rate=record.rate,
        currency=record.currency,
        unit=record.unit,
        price_unit=record.price_unit,
        valid_from=entered["valid_from"],
        excludes_promotions=record.excludes_promotions,
    )
    return replace(same, rate=entered["rate"], valid_until=first_day_after(entered["last_day"]), scale=_scale(page))


class EndPriceForm(forms.Form):
    """When a price ends."""

    last_day = DayField(label="Last day", help_text="Before its first day: the price is withdrawn and never holds")


class PriceCheckForm(forms.Form):
    """For whom, what, how many, when: what the price check answers."""

    account = AccountCodeField(help_text="Code")
    product = ProductCodeField(help_text="SKU or barcode")
    quantity = QuantityInput(initial=Decimal(1))
    unit = UpperField(max_length=8, required=False, help_text="The sales unit if empty")
    on = DayField(label="Price date")
    coupon = forms.CharField(max_length=24, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"] = CompanyField(user)


def kind_of(record: ConditionRecord) -> str:
    """What a record is, in a word."""
    return CONDITION_TYPES.get(record.condition_type, record.condition_type)
