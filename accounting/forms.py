"""What the pages of accounting ask for: the range of a report, and an entry written by hand."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounting.drafts import ZERO
from accounting.models import LedgerAccount
from accounting.services import ManualLine
from core.dates import business_date
from core.errors import DomainError
from core.models import Company
from core.numbering import fiscal_year
from core.web.companies import companies_of, company_of
from core.web.fields import DayField

BLANK_LINES = 6
MOST_LINES = 200


def today_of(company: Company) -> date:
    """The company's own calendar day."""
    return business_date(company.time_zone, at=timezone.now())


def day_field(label: str) -> forms.DateField:
    """A day of a report, as browsers ask for it: any day may be asked for."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "d"}),
        error_messages={"invalid": f"{label} must be a date, like 2026-03-31"},
    )


class ReportForm(forms.Form):
    """The company of a report. Always bound: what the address leaves out takes its default."""

    company = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest) -> None:
        self.chosen = company_of(request)
        given = {name: value for name, value in request.GET.items() if value}
        super().__init__(self.defaults() | {"company": self.chosen.code} | given, auto_id="report-%s")
        companies = companies_of(request)
        field = self.fields["company"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(company.code, company.name) for company in companies]
        if len(companies) == 1:
            field.widget = forms.HiddenInput()

    def defaults(self) -> dict[str, Any]:
        """What is shown before anybody chose."""
        return {}


class RangeForm(ReportForm):
    """The days of a report; this fiscal year until today by default."""

    since = day_field("From")
    until = day_field("To")

    def defaults(self) -> dict[str, Any]:
        """This fiscal year so far."""
        today = today_of(self.chosen)
        start = date(fiscal_year(self.chosen, today), self.chosen.fiscal_year_start_month, 1)
        return {"since": start.isoformat(), "until": today.isoformat()}

    def clean(self) -> dict[str, Any]:
        """The range goes forward."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "To must not be before From")
        return cleaned


class DayForm(ReportForm):
    """The day of a report; today by default."""

    on = day_field("As of")

    def defaults(self) -> dict[str, Any]:
        """Today."""
        return {"on": today_of(self.chosen).isoformat()}


class EntryForm(forms.Form):
    """The head of a manual entry."""

    business_date = DayField(
        label="Business date", error_messages={"invalid": "Business date must be a date, like 2026-03-31"}
    )
    description = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class EntryLineForm(forms.Form):
    """One line of a manual entry. Control accounts are not offered: they move with their documents."""

    account = forms.ModelChoiceField(queryset=LedgerAccount.objects.none())
    debit = forms.DecimalField(required=False, min_value=0, max_digits=19, decimal_places=4)
    credit = forms.DecimalField(required=False, min_value=0, max_digits=19, decimal_places=4)
    text = forms.CharField(required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = accounts


class EntryLineSet(forms.BaseFormSet):
    """The lines; empty ones are left out."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "missing_management_form": "The lines did not arrive whole. Nothing was posted; please reload and try again.",
        "too_many_forms": "An entry has at most %(num)d lines.",
    }

    def manual_lines(self) -> list[ManualLine]:
        """What was typed, without the empty lines."""
        return [
            ManualLine(
                form.cleaned_data["account"].pk,
                form.cleaned_data["debit"] or ZERO,
                form.cleaned_data["credit"] or ZERO,
                form.cleaned_data["text"],
            )
            for form in self.filled
        ]

    @property
    def filled(self) -> list[forms.BaseForm]:
        """The lines in which something was typed."""
        return [form for form in self.forms if form.has_changed()]

    def show(self, refusal: DomainError, head: forms.Form) -> bool:
        """Put the refusal's sentences to the lines and fields that they are about. False if it names none."""
        for name, sentence in refusal.fields.items():
            if name in head.fields:
                head.add_error(name, sentence)
                continue
            _, number, field = name.split("-")
            self.filled[int(number)].add_error(field, sentence)
        return bool(refusal.fields)


EntryLines: type[EntryLineSet] = forms.formset_factory(  # type: ignore[assignment]
    EntryLineForm, formset=EntryLineSet, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def postable_accounts(company: Company) -> Any:
    """The accounts that a person may post to."""
    return LedgerAccount.objects.filter(company=company, control="", is_active=True).order_by("code")
