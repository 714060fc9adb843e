"""What the pages of the first run ask for."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from catalog.forms.fields import PercentInput, UpperField, currency_field
from core.models import Company, User
from core.web.fields import DayField
from orders_site.first_run.proposals import PROPOSALS
from orders_site.first_run.services import CompanyDraft, PersonDraft, TaxDraft

MONTHS = [(number, f"{date(2026, number, 1):%B}") for number in range(1, 13)]


class AdministratorForm(forms.Form):
    """The first person, and the code that proves who set this up."""

    code = forms.CharField(
        label="Set-up code", max_length=40, help_text="Printed by manage.py setup, where the program runs",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    first_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    username = forms.CharField(
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="Password again", strip=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, and against its repetition."""
        typed = super().clean() or {}
        password = typed.get("password", "")
        if not password:
            return typed
        if typed.get("again") and typed["again"] != password:
            self.add_error("again", "The two passwords are not the same")
        person = User(**{name: typed.get(name, "") for name in ("username", "first_name", "last_name", "email")})
        try:
            validate_password(password, person)
        except forms.ValidationError as refused:
            self.add_error("password", refused)
        return typed

    def draft(self) -> PersonDraft:
        """The person as typed."""
        typed = self.cleaned_data
        return PersonDraft(**{name: typed[name] for name in ("username", "first_name", "last_name", "email")})


class CompanyForm(forms.Form):
    """The company whose books are kept."""

    name = forms.CharField(max_length=120)
    code = UpperField(max_length=12, help_text="A short word for lists, such as HP")
    country = forms.ChoiceField(choices=[(code, each.name) for code, each in PROPOSALS.items()])
    currency = currency_field(required=False, help_text="Three letters; empty: that of the country")
    time_zone = forms.CharField(max_length=64, required=False, label="Time zone", help_text="Empty: as in the country")
    fiscal_year_start_month = forms.TypedChoiceField(
        choices=MONTHS, coerce=int, initial=1, label="The fiscal year begins in"
    )
    address = forms.CharField(
        required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text="As it stands on invoices"
    )
    vat_number = forms.CharField(required=False, max_length=20, label="Tax number")

    def clean_time_zone(self) -> str:
        """Refuse zones that nobody knows."""
        zone = str(self.cleaned_data["time_zone"])
        if zone and zone not in available_timezones():
            raise forms.ValidationError("Enter a time zone like Europe/London")
        return zone

    def clean_code(self) -> str:
        """Refuse a code that is taken."""
        code = str(self.cleaned_data["code"])
        if Company.objects.filter(code=code).exists():
            raise forms.ValidationError("There is already a company with this code")
        return code

    def draft(self) -> CompanyDraft:
        """The company as typed; what was left empty is as usual in the country."""
        typed = self.cleaned_data
        usual = PROPOSALS[typed["country"]]
        return CompanyDraft(
            **{name: typed[name] for name in ("code", "name", "country", "fiscal_year_start_month", "address")},
            vat_number=typed["vat_number"],
            currency=typed["currency"] or usual.currency,
            time_zone=typed["time_zone"] or usual.time_zone,
        )


class TaxForm(forms.Form):
    """The rates of the company's own country."""

    name = forms.CharField(max_length=20, label="Name of the tax")
    standard = PercentInput(label="Standard rate, %")
    reduced = PercentInput(label="Reduced rate, %", required=False, help_text="Empty: there is none")
    valid_from = DayField(label="In force from")

    def draft(self) -> TaxDraft:
        """The rates as typed."""
        return TaxDraft(**self.cleaned_data)


class WarehouseForm(forms.Form):
    """The first place that goods leave from."""

    name = forms.CharField(max_length=80)
    code = UpperField(max_length=12, initial="MAIN")
    address = forms.CharField(required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
