"""Addresses of the pages for keys. The API's own addresses are in ``orders_site/api/urls.py``."""

from django.urls import path

from core.api import pages

app_name = "keys"
urlpatterns = [
    path("", pages.key_list, name="list"),
    path("new/", pages.new, name="new"),
    path("new/<int:person_id>/", pages.make, name="make"),
    path("<int:pk>/", pages.key, name="key"),
    path("<int:pk>/revoke/", pages.revoke, name="revoke"),
]
