"""Addresses of quotes and contracts."""

from django.urls import path

from quotes.views import contracts, quotes

app_name = "quotes"

urlpatterns = [
    path("", quotes.quote_list, name="list"),
    path("new/", quotes.new, name="new"),
    path("<int:pk>/", quotes.detail, name="detail"),
    path("<int:pk>/edit/", quotes.edit, name="edit"),
    path("<int:pk>/accept/<str:token>/", quotes.accept, name="accept"),
    path("<int:pk>/do/<slug:verb>/", quotes.verb, name="verb"),
    path("contracts/", contracts.contract_list, name="contracts"),
    path("contracts/new/", contracts.new, name="contract-new"),
    path("contracts/<int:pk>/", contracts.detail, name="contract"),
    path("contracts/<int:pk>/do/<slug:verb>/", contracts.verb, name="contract-verb"),
]
