"""Addresses of the design pages."""

from django.urls import path

from orders_site.design import views

app_name = "design"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("list/", views.rights_list, name="list"),
    path("list/count/", views.count_rights, name="count"),
    path("list/<int:pk>/", views.right, name="right"),
    path("document/", views.document, name="document"),
    path("form/", views.sample_form, name="form"),
]
