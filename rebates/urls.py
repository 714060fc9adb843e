"""Addresses of rebates, under ``rebates/``."""

from django.urls import path

from rebates.views import agreements, statement

app_name = "rebates"
urlpatterns = [
    path("", agreements.agreement_list, name="agreements"),
    path("new/", agreements.agreement_new, name="new"),
    path("<int:pk>/", statement.agreement, name="agreement"),
    path("<int:pk>/edit/", agreements.agreement_edit, name="edit"),
    path("<int:pk>/activate/", statement.activate, name="activate"),
    path("<int:pk>/settle/", statement.settle, name="settle"),
    path("<int:pk>/rate/", statement.change_rate, name="rate"),
]
