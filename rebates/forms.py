"""What the pages of rebates ask for: the terms of an agreement, its tiers, a settlement, another expected rate."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser

from catalog.models import Account, Category
from core.access import company_ids
from core.dates import business_date
from core.errors import DomainError
from core.models import Company, User
from core.web.fields import DayField
from rebates.drafts import AgreementDraft, TierDraft
from rebates.models import RebateAgreement

BLANK_TIERS = 4
MOST_TIERS = 20


def _text(css: str = "") -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "class": css})


class AgreementForm(forms.Form):
    """The terms of an agreement, all but the tiers."""

    company = forms.ModelChoiceField(queryset=Company.objects.none(), empty_label=None)
    account = forms.CharField(max_length=24, widget=_text("code"), help_text="Code of the account")
    name = forms.CharField(max_length=120, widget=_text())
    valid_from = DayField(label="From")
    valid_until = DayField(label="Until")
    method = forms.ChoiceField(choices=RebateAgreement.Method.choices, label="Tiers count")
    category = forms.ModelChoiceField(
        queryset=Category.objects.order_by("name"), required=False, empty_label="Everything"
    )
    expected_percent = forms.DecimalField(
        max_digits=7, decimal_places=4, label="Expected rebate", help_text="Percent, accrued with every invoice"
    )
    currency = forms.CharField(max_length=3, required=False, widget=_text("code"), help_text="Empty: the account's")

    def __init__(self, user: "User | AnonymousUser", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = Company.objects.filter(pk__in=company_ids(user)).order_by("code")
        field = self.fields["company"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = companies
        if (first := companies.first()) is not None and not field.initial:
            field.initial = first.pk
        if len(company_ids(user)) == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Find the account in the company."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        company, code = cleaned.get("company"), (cleaned.get("account") or "").strip()
        if company is not None and code:
            found = Account.objects.filter(code__iexact=code, in_companies__company=company).first()
            if found is None:
                self.add_error("account", f"There is no account {code} in {company.name}")
            cleaned["found_account"] = found
        return cleaned

    def draft(self, tiers: tuple[TierDraft, ...]) -> AgreementDraft:
        """What is to be agreed, entered today."""
        data = self.cleaned_data
        return AgreementDraft(
            company_id=data["company"].pk,
            account_id=data["found_account"].pk,
            name=data["name"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            expected_percent=data["expected_percent"],
            tiers=tiers,
            business_date=business_date(data["company"].time_zone),
            currency=data["currency"].strip().upper(),
            method=data["method"],
            category_id=data["category"].pk if data["category"] else None,
        )


class TierForm(forms.Form):
    """One tier: from this value on, this percentage."""

    starts_at = forms.DecimalField(max_digits=19, decimal_places=4, label="From value")
    percent = forms.DecimalField(max_digits=7, decimal_places=4, label="Rebate, %")


class TierSet(forms.BaseFormSet):
    """The tiers; empty ones are left out."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "missing_management_form": "The tiers did not arrive whole. Nothing was saved; please reload and try again.",
        "too_many_forms": "An agreement has at most %(num)d tiers.",
    }

    @property
    def filled(self) -> list[forms.BaseForm]:
        """The tiers in which something was typed: those that ``drafts`` gives and refusals number."""
        return [form for form in self.forms if form.has_changed() or form.initial]

    def drafts(self) -> tuple[TierDraft, ...]:
        """What was typed, without the empty ones."""
        return tuple(TierDraft(form.cleaned_data["starts_at"], form.cleaned_data["percent"]) for form in self.filled)

    def show(self, refusal: DomainError, form: forms.Form) -> str:
        """Put the refusal's sentences to the fields that they are about; what belongs to none is returned."""
        rest = [] if refusal.fields else [refusal.sentence]
        for name, sentence in refusal.fields.items():
            if name.startswith("tiers-"):
                _, number, field = name.split("-")
                self.filled[int(number)].add_error(field, sentence)
            elif name in form.fields:
                form.add_error(name, sentence)
            else:
                rest.append(sentence)
        return " ".join(rest)


Tiers: type[TierSet] = forms.formset_factory(  # type: ignore[assignment]
    TierForm, formset=TierSet, extra=BLANK_TIERS, max_num=MOST_TIERS, absolute_max=MOST_TIERS
)


class SettleForm(forms.Form):
    """Until when, and whether that is the end."""

    until = DayField(label="Earned until")
    final = forms.BooleanField(required=False, label="This is the final settlement")


class RateForm(forms.Form):
    """Another expected rate, and why."""

    expected_percent = forms.DecimalField(max_digits=7, decimal_places=4, label="Expected rebate, %")
    reason = forms.CharField(max_length=200, widget=_text())
