"""Addresses of the integrity page."""

from django.urls import path

from orders_site.integrity import views

app_name = "integrity"
urlpatterns = [
    path("", views.page, name="page"),
    path("run/", views.run_all, name="run"),
]
