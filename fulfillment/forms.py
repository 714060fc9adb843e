"""What people type in fulfilment: what was found, how it is packed, what comes back."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser

from catalog.models import Account
from catalog.selectors import resolve_codes
from core.models import User
from core.web.formats import quantity
from fulfillment.drafts import LARGEST_CREDIT, TOO_MUCH, PackageDraft, ReturnLineDraft
from fulfillment.loading import LoadedLine
from fulfillment.models import ReturnLine
from fulfillment.selectors import ReturnableLine, warehouses_visible_to
from inventory.models import Warehouse

MOST_PACKAGES = 20
EMPTY_ROWS = 5


class QuantityInput(forms.DecimalField):
    """A quantity in the stock unit: at most six places, never NaN or infinite."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 6, "min_value": 0, **facts})


class ScanForm(forms.Form):
    """One scan. The device makes the uuid, so that a scan that is sent twice counts once."""

    code = forms.CharField(max_length=80, strip=True, label="Scan or type a code")
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    quantity = QuantityInput(required=False)

    @classmethod
    def fresh(cls) -> "ScanForm":
        """An empty form with a uuid of its own, for pages without script."""
        return cls(initial={"client_uuid": uuid.uuid4()})


class ShortForm(forms.Form):
    """Less was found than planned."""

    picked = QuantityInput(label="Found")
    cause = forms.ChoiceField(
        label="The rest",
        widget=forms.RadioSelect,
        initial="missing",
        choices=[
            ("missing", "Is not there: take it out of stock"),
            ("damaged", "Is damaged: take it out of stock"),
            ("later", "Is left for a later delivery"),
        ],
    )


class PackForm(forms.Form):
    """How much of each line goes into which package, and what each package weighs."""

    def __init__(self, data: Any = None, *, lines: Sequence[LoadedLine], packages: int) -> None:
        super().__init__(data)
        self.lines = [line for line in lines if line.picked or not line.is_picked]
        self.numbers = range(1, min(max(packages, 1), MOST_PACKAGES) + 1)
        for number in self.numbers:
            for line in self.lines:
                held = line.picked if line.is_picked else line.quantity
                self.fields[f"p{number}-{line.id}"] = QuantityInput(
                    required=False,
                    label=f"{line.sku} in package {number}",
                    initial=f"{held.normalize():f}" if number == 1 else None,
                )
            self.fields[f"w{number}"] = forms.DecimalField(
                required=False,
                label=f"Weight of package {number}, kg",
                min_value=0,
                max_digits=12,
                decimal_places=4,
                help_text="Empty: what its products weigh",
            )

    def rows(self) -> list[tuple[LoadedLine, list[forms.BoundField]]]:
        """One row per line with its box per package."""
        return [(line, [self[f"p{number}-{line.id}"] for number in self.numbers]) for line in self.lines]

    def weights(self) -> list[forms.BoundField]:
        """The weight of each package."""
        return [self[f"w{number}"] for number in self.numbers]

    def drafts(self) -> list[PackageDraft]:
        """The packages that hold something."""
        drafts = []
        for number in self.numbers:
            held = [(line.id, self.cleaned_data[f"p{number}-{line.id}"] or Decimal(0)) for line in self.lines]
            contents = tuple((line_id, count) for line_id, count in held if count)
            if contents:
                drafts.append(PackageDraft(contents, self.cleaned_data[f"w{number}"]))
        return drafts


class ReturnForm(forms.Form):
    """What comes back of shipped lines. A line without a quantity stays with the customer."""

    reason = forms.CharField(max_length=200, label="Reason", help_text="Printed on the credit note")

    def __init__(self, data: Any = None, *, lines: Sequence[ReturnableLine]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            self.fields[f"quantity-{line.id}"] = QuantityInput(
                required=False,
                label=f"{line.sku}, at most {quantity(line.left)}",
                max_value=line.left,
                error_messages={"max_value": f"{line.sku}: at most {quantity(line.left)} can come back"},
            )
            self.fields[f"disposition-{line.id}"] = forms.ChoiceField(
                choices=ReturnLine.Disposition.choices, required=False, label=f"{line.sku} goes to"
            )

    def rows(self) -> list[tuple[ReturnableLine, forms.BoundField, forms.BoundField]]:
        """One row per line."""
        return [(line, self[f"quantity-{line.id}"], self[f"disposition-{line.id}"]) for line in self.lines]

    def drafts(self) -> tuple[ReturnLineDraft, ...]:
        """The lines of which something comes back."""
        return tuple(
            ReturnLineDraft(count, line.id, disposition=self.cleaned_data[f"disposition-{line.id}"] or "restock")
            for line in self.lines
            if (count := self.cleaned_data[f"quantity-{line.id}"])
        )


class LooseReturnForm(forms.Form):
    """A return that refers to nothing: who, where, why. Its lines are rows of their own."""

    account = forms.CharField(max_length=24, label="Customer", help_text="Its code")
    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), label="Warehouse", empty_label=None)
    reason = forms.CharField(max_length=200, label="Reason", help_text="Printed on the credit note")

    def __init__(self, data: Any = None, *, user: User | AnonymousUser) -> None:
        super().__init__(data)
        self.fields["warehouse"].queryset = warehouses_visible_to(user).filter(is_active=True)  # type: ignore[attr-defined]

    def clean_account(self) -> Account:
        """The account behind the code."""
        found = Account.objects.filter(code__iexact=self.cleaned_data["account"].strip(), is_customer=True).first()
        if found is None:
            raise forms.ValidationError("There is no customer with this code")
        return found


class LooseLineForm(forms.Form):
    """One product that comes back without reference, and the price per stock unit to credit for it."""

    code = forms.CharField(max_length=80, required=False, label="SKU or barcode")
    quantity = QuantityInput(required=False, label="Quantity")
    unit_price = forms.DecimalField(
        required=False, label="Price to credit", min_value=0, max_digits=19, decimal_places=6
    )
    disposition = forms.ChoiceField(choices=ReturnLine.Disposition.choices, required=False, label="Goes to")

    @property
    def is_filled(self) -> bool:
        """Whether somebody typed something into the row."""
        return any(self.cleaned_data.get(name) not in (None, "") for name in ("code", "quantity", "unit_price"))

    def clean(self) -> dict[str, Any]:
        """A row that was begun is complete, and its product exists."""
        data = super().clean() or {}
        if not self.is_filled:
            return data
        for name, words in (("code", "a SKU or barcode"), ("quantity", "a quantity"), ("unit_price", "a price")):
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, f"Enter {words}")
        if data.get("code"):
            data["product_id"] = resolve_codes([data["code"]], account_id=None)[data["code"]]
            if data["product_id"] is None:
                self.add_error("code", "No product has this code")
        if not self.errors and self.draft().worth >= LARGEST_CREDIT:
            self.add_error("unit_price", TOO_MUCH)
        return data

    def draft(self) -> ReturnLineDraft:
        """The line as the command takes it."""
        data = self.cleaned_data
        return ReturnLineDraft(
            data["quantity"],
            product_id=data["product_id"],
            unit_price=data["unit_price"],
            disposition=data["disposition"] or "restock",
        )


LooseLines = forms.formset_factory(LooseLineForm, extra=EMPTY_ROWS, max_num=50, absolute_max=50)


class ReceiveForm(forms.Form):
    """How much of each expected line arrived."""

    def __init__(self, data: Any = None, *, lines: Sequence[ReturnLine]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            self.fields[f"received-{line.pk}"] = QuantityInput(
                label=line.product.sku,
                max_value=line.quantity,
                initial=f"{line.quantity.normalize():f}",
                error_messages={"max_value": f"{line.product.sku}: {quantity(line.quantity)} were expected"},
            )

    def rows(self) -> list[tuple[ReturnLine, forms.BoundField]]:
        """One row per line."""
        return [(line, self[f"received-{line.pk}"]) for line in self.lines]

    def received(self) -> dict[int, Decimal]:
        """By line."""
        return {line.pk: self.cleaned_data[f"received-{line.pk}"] for line in self.lines}
