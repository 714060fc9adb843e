"""What the pages of payments ask for: a payment, what it pays, a card payment from a provider."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from moneyed import Money

from accounting.models import OpenItem
from billing.models import Invoice
from catalog.models import Account
from core.access import company_ids, may
from core.dates import business_date
from core.models import Company, User
from core.rounding import UnknownCurrency, currency_exponent, round_amount
from core.web.fields import DayField
from payments.drafts import PaymentDraft, Settlement
from payments.models import Payment

APPLY_CHOICES = (
    ("invoice", "The invoice named below"),
    ("oldest", "The oldest open invoices"),
    ("", "Nothing yet: keep it on account"),
)


def _text(css: str = "") -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "class": css})


class PaymentForm(forms.Form):
    """Money that came in. The account is found by its code; the currency is the account's unless given."""

    company = forms.ModelChoiceField(queryset=Company.objects.none(), empty_label=None)
    account = forms.CharField(max_length=24, widget=_text("code"), help_text="Code of the account")
    amount = forms.DecimalField(max_digits=19, decimal_places=4)
    currency = forms.CharField(max_length=3, required=False, widget=_text("code"), help_text="Empty: the account's")
    business_date = DayField(label="Received on")
    method = forms.ChoiceField(choices=Payment.Method.choices)
    reference = forms.CharField(max_length=60, required=False, widget=_text(), help_text="What the payer wrote")
    apply = forms.ChoiceField(choices=APPLY_CHOICES, required=False, label="It pays", widget=forms.RadioSelect)
    invoice = forms.CharField(max_length=24, required=False, widget=_text("code"), help_text="Its number")

    def __init__(self, user: "User | AnonymousUser", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        companies = Company.objects.filter(pk__in=company_ids(user)).order_by("code")
        field = self.fields["company"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = companies
        first = companies.first()
        if first is not None:
            field.initial = first.pk
            self.fields["business_date"].initial = business_date(first.time_zone)
        if len(company_ids(user)) == 1:
            field.widget = forms.HiddenInput()
        self.fields["apply"].initial = "oldest"

    def clean(self) -> dict[str, Any]:
        """Find account and invoice in the company; hold the day against the right to back-date."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        company, code = cleaned.get("company"), (cleaned.get("account") or "").strip()
        if company is None:
            return cleaned
        if code:
            found = Account.objects.filter(code__iexact=code, in_companies__company=company).first()
            if found is None:
                self.add_error("account", f"There is no account {code} in {company.name}")
            cleaned["found_account"] = found
        self._clean_currency(cleaned)
        self._clean_day(cleaned, company)
        self._clean_invoice(cleaned, company)
        return cleaned

    def _clean_currency(self, cleaned: dict[str, Any]) -> None:
        account = cleaned.get("found_account")
        currency = (cleaned.get("currency") or "").strip().upper() or (account.currency if account else "")
        if not currency:
            return
        try:
            currency_exponent(currency)
        except UnknownCurrency:
            self.add_error("currency", "Enter a currency code of three letters, like EUR")
        cleaned["found_currency"] = currency

    def _clean_day(self, cleaned: dict[str, Any], company: Company) -> None:
        day, today = cleaned.get("business_date"), business_date(company.time_zone)
        if day and day > today:
            self.add_error("business_date", "The day must not lie in the future")
        if day and day < today and not may(self.user, "core.backdate"):
            self.add_error("business_date", "You may not enter a day in the past: the right to back-date is missing")

    def _clean_invoice(self, cleaned: dict[str, Any], company: Company) -> None:
        number, account = (cleaned.get("invoice") or "").strip(), cleaned.get("found_account")
        if cleaned.get("apply") != "invoice":
            return
        if not number:
            self.add_error("invoice", "Enter the number of the invoice, or choose what else is paid")
        elif account is not None:
            found = Invoice.objects.filter(
                company=company, account=account, number__iexact=number, direction=Invoice.Direction.INVOICE
            ).first()
            if found is None:
                self.add_error("invoice", f"{account.name} has no invoice {number}")
            cleaned["found_invoice"] = found

    def draft(self) -> PaymentDraft:
        """What is to be booked."""
        data = self.cleaned_data
        invoice = data.get("found_invoice")
        return PaymentDraft(
            company_id=data["company"].pk,
            account_id=data["found_account"].pk,
            amount=Money(data["amount"], data["found_currency"]),
            business_date=data["business_date"],
            method=data["method"],
            reference=data["reference"],
            invoice_id=invoice.pk if invoice else None,
            apply_oldest=data["apply"] == "oldest",
        )


class ApplyForm(forms.Form):
    """How much of one counter-claim pays which claim: one amount per claim, empty for none."""

    def __init__(
        self,
        credit: OpenItem,
        claims: Sequence[OpenItem],
        *args: Any,
        amounts: Mapping[int, Decimal] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.credit = credit
        self.claims = claims
        proposed = {pk: round_amount(amount, credit.currency) for pk, amount in (amounts or {}).items()}
        for claim in claims:
            self.fields[f"amount-{claim.pk}"] = forms.DecimalField(
                required=False,
                max_digits=19,
                decimal_places=4,
                label=f"Amount for {claim.reference}",
                initial=proposed.get(claim.pk),
            )

    def rows(self) -> list[tuple[OpenItem, forms.BoundField]]:
        """Each claim with its field."""
        return [(claim, self[f"amount-{claim.pk}"]) for claim in self.claims]

    def settlements(self) -> list[Settlement]:
        """What was typed, without the empty ones."""
        found: list[Settlement] = []
        for claim in self.claims:
            amount: Decimal | None = self.cleaned_data.get(f"amount-{claim.pk}")
            if amount:
                found.append(Settlement(claim.pk, self.credit.pk, amount))
        return found
