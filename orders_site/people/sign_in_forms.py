"""django-allauth's forms in the words and shapes of our pages."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.http import HttpRequest, HttpResponse

from core.web.sessions import restart
from orders_site.people.services.mail import ask_for_password_reset

CODE_HINT = "Six digits of your authenticator app, or a recovery code"
PASSWORD_HINT = "At least 12 characters, no common word, not like your name"  # noqa: S105 - a hint


def _worded(form: forms.Form, words: dict[str, tuple[str, str]]) -> None:
    """Give fields our label and hint, and take the placeholders out: labels stay visible while one types."""
    for name, (label, hint) in words.items():
        field = form.fields[name]
        field.label, field.help_text = label, hint
        field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):
    """User name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, {"login": ("Username", "Or your e-mail address"), "password": ("Password", "")})
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["login"].max_length = 254

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, or on to the second factor; the session keeps its own time, not the library's."""
        answer: HttpResponse = super().login(request, redirect_url)
        restart(request.session)
        return answer


class ResetForm(account.ResetPasswordForm):
    """The e-mail address to which the link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, {"email": ("E-mail address", "")})

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have the link sent by a worker. Whether the address is known to us is told to nobody."""
        ask_for_password_reset([user.pk for user in self.users if user.has_usable_password()])
        return str(self.cleaned_data["email"])


class NewPasswordForm(account.ResetPasswordKeyForm):
    """The password twice, after the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, {"password1": ("New password", PASSWORD_HINT), "password2": ("The same again", "")})


class ChangePasswordForm(account.ChangePasswordForm):
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"oldpassword": ("Present password", ""), "password1": ("New password", PASSWORD_HINT)}
        _worded(self, words | {"password2": ("The same again", "")})


class ConfirmForm(account.ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, {"password": ("Password", "")})


def _code_field(form: forms.Form, hint: str) -> None:
    _worded(form, {"code": ("Code", hint)})
    form.fields["code"].widget.attrs |= {"inputmode": "numeric"}
    form.fields["code"].max_length = 20  # type: ignore[attr-defined]


class CodeForm(factor.AuthenticateForm):
    """The second factor at the sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, CODE_HINT)


class ConfirmCodeForm(factor.ReauthenticateForm):
    """The second factor once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, CODE_HINT)


class SetUpForm(totp.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, "The six digits that the app shows now")
