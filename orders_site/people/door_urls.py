"""Addresses of the doors. The names are those that django-allauth asks for; ``login`` and ``logout`` are Django's."""

from allauth.account import views as account
from allauth.mfa.base.views import index
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from core.web.access import View, public, signed_in
from core.web.second_factor import open_without_factor
from orders_site.people.views import doors, own
from orders_site.people.views.inviting import invited

sign_in = public("people sign in here")(doors.SignIn.as_view())
reset = public("who forgot the password asks for a link")(doors.Reset.as_view())
reset_sent = public("says that the link was sent")(account.password_reset_done)
new_password = public("opened with the link that was sent")(doors.NewPassword.as_view())
new_password_set = public("says that the password was set")(account.password_reset_from_key_done)
second_step = public("the second step of signing in")(doors.SecondFactor.as_view())


def _own(view: View[...]) -> View[...]:
    """A page about one's own account, open to who has yet to set up a second factor."""
    return open_without_factor(signed_in(view))


urlpatterns = [
    path("login/", sign_in, name="account_login"),
    path("login/", sign_in, name="login"),
    path("logout/", public("ends the session, by POST only")(LogoutView.as_view()), name="logout"),
    path("login/code/", second_step, name="mfa_authenticate"),
    path("invited/<str:token>/", invited, name="invited"),
    path("login/confirm/", _own(doors.Confirm.as_view()), name="account_reauthenticate"),
    path("login/confirm/code/", _own(doors.ConfirmByCode.as_view()), name="mfa_reauthenticate"),
    path("login/reset/", reset, name="account_reset_password"),
    path("login/reset/sent/", reset_sent, name="account_reset_password_done"),
    path("login/reset/done/", new_password_set, name="account_reset_password_from_key_done"),
    re_path(
        r"^login/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", new_password, name="account_reset_password_from_key"
    ),
    path("settings/password/", _own(doors.ChangePassword.as_view()), name="account_change_password"),
    path("settings/second-factor/", _own(index), name="mfa_index"),
    path("settings/second-factor/app/", _own(doors.SetUpApp.as_view()), name="mfa_activate_totp"),
    path("settings/second-factor/app/remove/", _own(doors.RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path("settings/second-factor/codes/", _own(view_recovery_codes), name="mfa_view_recovery_codes"),
    path("settings/second-factor/codes/new/", _own(doors.NewCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("settings/sessions/", _own(own.session_list), name="sessions"),
    path("settings/sessions/end/", _own(own.end_picked), name="sessions-end"),
    path("settings/sessions/end-others/", _own(own.end_others), name="sessions-end-others"),
]
