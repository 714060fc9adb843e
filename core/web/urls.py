"""Addresses of the frame itself: signing in and out, the stylesheet and the script."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from core.web.access import public
from core.web.assets import asset
from core.web.sign_in import SignIn

urlpatterns = [
    path("login/", public("people sign in here")(SignIn.as_view()), name="login"),
    path("logout/", public("ends the session, by POST only")(LogoutView.as_view()), name="logout"),
    path("assets/<str:digest>.<str:kind>", public("stylesheet and script")(asset), name="asset"),
]
