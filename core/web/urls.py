"""Addresses of the frame itself: the stylesheet and the script."""

from django.urls import path

from core.web.access import public
from core.web.assets import asset

urlpatterns = [
    path("assets/<str:digest>.<str:kind>", public("stylesheet and script")(asset), name="asset"),
]
