"""Addresses of imports."""

from django.urls import path

from orders_site.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.run_list, name="list"),
    path("new/", views.upload, name="new"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/mapping/", views.mapping, name="mapping"),
    path("<int:pk>/rows/", views.rows, name="rows"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("<int:pk>/bad-rows/", views.bad, name="bad-rows"),
    path("<int:pk>/file/", views.original, name="file"),
]
