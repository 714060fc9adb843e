"""Addresses of the exceptions inbox. Included under ``exceptions/``."""

from django.urls import path

from orders_site.exceptions import views

app_name = "exceptions"
urlpatterns = [
    path("", views.inbox, name="list"),
    path("<int:case_id>/resolve/", views.resolve, name="resolve"),
]
