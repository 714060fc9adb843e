"""What people type in billing: credits and charges for value only."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser

from accounting.models import PostingRule
from billing.drafts import ValueLineDraft
from catalog.models import Account, TaxRate
from core.access import company_ids
from core.errors import DomainError
from core.models import Company, User

ROWS = 5
PLAIN_NAMES = {"goods": "Goods", "services": "Services", "freight": "Freight", "fees": "Fees"}


class ValueForm(forms.Form):
    """Reason and lines of a credit or charge. Empty rows are left out; a half-filled one is complained about."""

    reason = forms.CharField(max_length=200, label="Reason", help_text="Printed on the document")

    def __init__(self, data: Any = None, *, company_ids: Iterable[int]) -> None:
        super().__init__(data)
        companies = sorted(company_ids)
        categories = TaxRate.objects.filter(company__in=companies).values_list("tax_category", flat=True)
        groups = PostingRule.objects.filter(company__in=companies, purpose="revenue").exclude(group="")
        names = sorted(set(groups.values_list("group", flat=True)) | {"goods"})
        taxes = [(code, code.capitalize()) for code in sorted(set(categories), key=lambda code: code != "standard")]
        accounts = [(name, PLAIN_NAMES.get(name, name.capitalize())) for name in names]
        for row in range(ROWS):
            self.fields[f"lines-{row}-description"] = forms.CharField(max_length=200, required=False, label="What for")
            self.fields[f"lines-{row}-net"] = forms.DecimalField(
                required=False, max_digits=16, decimal_places=4, min_value=Decimal(0), label="Net amount"
            )
            self.fields[f"lines-{row}-tax"] = forms.ChoiceField(choices=taxes, required=False, label="Tax")
            self.fields[f"lines-{row}-group"] = forms.ChoiceField(
                choices=accounts, required=False, label="Revenue of", initial="goods"
            )

    def clean(self) -> dict[str, Any]:
        """At least one row, and each with both its text and its amount."""
        found = super().clean() or {}
        filled = [row for row in range(ROWS) if self._is_filled(found, row)]
        if not filled and not self.errors:
            self.add_error("lines-0-net", "Enter an amount")
        for row in filled:
            if not found.get(f"lines-{row}-description"):
                self.add_error(f"lines-{row}-description", "Enter what it is for")
            if found.get(f"lines-{row}-net") is None and f"lines-{row}-net" not in self.errors:
                self.add_error(f"lines-{row}-net", "Enter an amount")
        return found

    @staticmethod
    def _is_filled(found: dict[str, Any], row: int) -> bool:
        return bool(found.get(f"lines-{row}-description")) or found.get(f"lines-{row}-net") is not None

    def lines(self) -> tuple[ValueLineDraft, ...]:
        """The filled rows."""
        found = self.cleaned_data
        return tuple(
            ValueLineDraft(
                found[f"lines-{row}-description"],
                found[f"lines-{row}-net"],
                found[f"lines-{row}-tax"] or "standard",
                found[f"lines-{row}-group"] or "goods",
            )
            for row in range(ROWS)
            if self._is_filled(found, row)
        )

    def rows(self) -> list[list[forms.BoundField]]:
        """The boxes, a row per line."""
        return [[self[f"lines-{row}-{name}"] for name in ("description", "net", "tax", "group")] for row in range(ROWS)]

    def refuse(self, refusal: DomainError) -> str:
        """Put a refusal at its fields; what has none is returned to be said on top."""
        known = {name: sentence for name, sentence in refusal.fields.items() if name in self.fields}
        for name, sentence in known.items():
            self.add_error(name, sentence)
        return "" if known else refusal.sentence


class AccountValueForm(ValueForm):
    """A credit or charge without an invoice: whose, and in which company."""

    account = forms.CharField(max_length=24, label="Customer no.")

    def __init__(self, data: Any = None, *, user: User | AnonymousUser) -> None:
        own = company_ids(user)
        super().__init__(data, company_ids=own)
        self.fields["company"] = forms.ModelChoiceField(
            Company.objects.filter(pk__in=own).order_by("code"),
            label="Company",
            empty_label=None,
            widget=forms.HiddenInput if len(own) == 1 else forms.Select,
            initial=next(iter(own)) if len(own) == 1 else None,
        )
        self.order_fields(["company", "account", "reason"])

    def clean_account(self) -> Account:
        """The account with this number."""
        account = Account.objects.filter(code__iexact=self.cleaned_data["account"].strip()).first()
        if account is None:
            raise forms.ValidationError("There is no customer with this number")
        return account
