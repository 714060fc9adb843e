"""Addresses of the first page, the jump box and a person's settings."""

from django.urls import path

from orders_site.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("search/palette/", views.palette, name="palette"),
    path("settings/company/", views.choose_company, name="choose-company"),
    path("settings/", views.settings_page, name="settings"),
    path("settings/appearance/", views.appearance, name="appearance"),
]
