"""Signing in, proving it again, passwords and second factors: django-allauth's views with our limits and answers.

A refused form answers 422, too many tries 429 with ``Retry-After``; where tries cannot be counted nobody gets in.
"""

from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django import forms
from django.http import HttpRequest, HttpResponse

from core.models import User
from core.web.limits import Limit, take
from core.web.posted import actor_of, text_of
from core.web.sessions import confirm, keep_visit
from core.web.visitors import visitor_address
from orders_site.people.selectors import account_named
from orders_site.people.services.sessions import end_sessions_after_password
from orders_site.people.sign_in_forms import (
    ChangePasswordForm,
    CodeForm,
    ConfirmCodeForm,
    ConfirmForm,
    NewPasswordForm,
    ResetForm,
    SetUpForm,
    SignInForm,
)

SIGN_IN = Limit("sign-in-account", 5, 60)
FROM_ADDRESS = Limit("sign-in-address", 20, 60)
RESET = Limit("password-reset", 5, 60)
PASSWORD = Limit("password", 5, 60)
CODE = Limit("second-factor", 5, 300)
LONGEST_LOGIN = 254


def count_address(request: HttpRequest) -> None:
    """Count a try against the visitor's address. Raises TooMany, Busy."""
    take(FROM_ADDRESS, visitor_address(request) or "unknown")


class Refusing:
    """A form that is refused answers 422 and keeps what was typed."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the form again with what is wrong."""
        page = cast(Any, self)
        return cast(HttpResponse, page.render_to_response(page.get_context_data(form=form), status=422))


class SignIn(Refusing, account.LoginView):
    """The sign-in page."""

    form_class = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try for its address and its account, then sign in."""
        count_address(request)
        take(SIGN_IN, account_named(text_of(request.POST, "login", LONGEST_LOGIN)))
        return cast(HttpResponse, super().post(request, *args, **kwargs))


class SecondFactor(factor.AuthenticateView):
    """The second step of signing in."""

    form_class = CodeForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try for its person, then look at the code."""
        count_address(request)
        take(CODE, str(self.stage.login.user.pk))
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the form again with what is wrong."""
        return self.render_to_response(self.get_context_data(), status=422)


class Confirm(Refusing, account.ReauthenticateView):
    """Prove by the password who it is, once more."""

    form_class = ConfirmForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try, then look at the password."""
        take(PASSWORD, str(actor_of(request).pk))
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Go on with what waited."""
        confirm(self.request)
        return cast(HttpResponse, super().form_valid(form))


class ConfirmByCode(Refusing, factor.ReauthenticateView):
    """Prove by the second factor who it is, once more."""

    form_class = ConfirmCodeForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try, then look at the code."""
        take(CODE, str(actor_of(request).pk))
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Go on with what waited."""
        confirm(self.request)
        return cast(HttpResponse, super().form_valid(form))


class Reset(Refusing, account.PasswordResetView):
    """Ask for a link to a new password."""

    form_class = ResetForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try for its visitor and its address of e-mail."""
        count_address(request)
        take(RESET, request.POST.get("email", "").strip())
        return cast(HttpResponse, super().post(request, *args, **kwargs))


class NewPassword(Refusing, account.PasswordResetFromKeyView):
    """Set a new password by the link that was sent."""

    form_class = NewPasswordForm

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> Any:
        """Count every use of a link: a key must not be guessed."""
        count_address(request)
        return super().dispatch(request, uidb36, key, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep the password; whoever was signed in with the old one is out."""
        answer = cast(HttpResponse, super().form_valid(form))
        end_sessions_after_password(cast(User, self.reset_user), keep="")
        return answer


class ChangePassword(Refusing, account.PasswordChangeView):
    """Change one's own password."""

    form_class = ChangePasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try: the present password is asked for."""
        take(PASSWORD, str(actor_of(request).pk))
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep the password; one's other sessions end."""
        before = self.request.session.session_key
        answer = cast(HttpResponse, super().form_valid(form))
        keep_visit(before, self.request.session)
        end_sessions_after_password(actor_of(self.request), keep=self.request.session.session_key or "")
        return answer


class SetUpApp(Refusing, totp.ActivateTOTPView):
    """Set up an authenticator app."""

    form_class = SetUpForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the try, then look at the code."""
        take(CODE, str(actor_of(request).pk))
        return cast(HttpResponse, super().post(request, *args, **kwargs))


class RemoveApp(Refusing, totp.DeactivateTOTPView):
    """Take the authenticator app away, where none is demanded."""


class NewCodes(Refusing, codes.GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones are void."""
