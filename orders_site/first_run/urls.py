"""Addresses of the first run. Included under ``first-run/``."""

from django.urls import path

from orders_site.first_run import views

app_name = "first-run"
urlpatterns = [
    path("", views.begin, name="begin"),
    path("administrator/", views.administrator, name="administrator"),
    path("company/", views.company, name="company"),
    path("taxes/", views.taxes, name="taxes"),
    path("warehouse/", views.warehouse, name="warehouse"),
    path("ready/", views.ready, name="ready"),
]
