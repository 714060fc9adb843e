"""Input shapes of people: who is asked in, and what somebody may."""

from typing import Any

from allauth.account.fields import SetPasswordField
from django import forms
from django.contrib.auth.models import Group

from core.models import Company, User
from orders_site.people.drafts import PersonDraft
from orders_site.people.selectors import companies_within_reach, roles_within_reach
from orders_site.people.sign_in_forms import PASSWORD_HINT


class AccessForm(forms.Form):
    """Roles and companies of a person, as far as the actor may give them."""

    roles = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple, help_text="A person may have several"
    )
    companies = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple, help_text="Whose papers the person sees"
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach: list[Group] = roles_within_reach(actor)
        self.fields["roles"].choices = [(role.pk, role.name) for role in reach]  # type: ignore[attr-defined]
        companies: list[Company] = list(companies_within_reach(actor))
        self.fields["companies"].choices = [(company.pk, company.name) for company in companies]  # type: ignore[attr-defined]
        self.order_fields([*(name for name in self.fields if name not in ("roles", "companies")), "roles", "companies"])

    def within_reach(self, name: str) -> set[int]:
        """The keys that this form could have shown as picked."""
        return {key for key, _ in self.fields[name].choices}  # type: ignore[attr-defined]


class ChangeAccessForm(AccessForm):
    """The same of somebody who has some already; ``seen`` says which, so that nobody undoes what he has not seen."""

    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)


class InviteForm(AccessForm):
    """Somebody new."""

    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    email = forms.EmailField(label="E-mail address", help_text="The invitation goes there")
    username = forms.CharField(label="User name", max_length=150, help_text="Short, for signing in: ana, or a.petrie")

    def draft(self) -> PersonDraft:
        """The person as it was typed."""
        typed = self.cleaned_data
        names = ("username", "email", "first_name", "last_name")
        return PersonDraft(
            role_ids=tuple(typed["roles"]),
            company_ids=tuple(typed["companies"]),
            **{name: typed[name] for name in names},
        )


class FirstPasswordForm(forms.Form):
    """The invited person's password, twice."""

    password1 = SetPasswordField(label="Password", help_text=PASSWORD_HINT)
    password2 = forms.CharField(
        label="The same again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = person  # type: ignore[attr-defined]
        self.fields["password1"].widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        typed: dict[str, Any] = super().clean() or {}
        if "password1" in typed and typed.get("password2") not in (None, typed["password1"]):
            self.add_error("password2", "The two passwords differ")
        return typed
