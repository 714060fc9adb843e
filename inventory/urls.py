"""Addresses of inventory, under ``stock/``."""

from django.urls import path

from inventory.views import adjustments, availability, receiving, stock, supply

app_name = "inventory"
urlpatterns = [
    path("", stock.on_hand, name="on-hand"),
    path("moves/", stock.moves, name="moves"),
    path("availability/", availability.explorer, name="availability"),
    path("availability/<int:pk>/", availability.of_product, name="availability-of"),
    path("supply/", supply.supply_list, name="supply"),
    path("supply/new/", supply.supply_new, name="supply-new"),
    path("supply/<int:pk>/", supply.supply_order, name="supply-order"),
    path("supply/<int:pk>/dates/", supply.supply_dates, name="supply-dates"),
    path("supply/<int:pk>/receive/", receiving.receive, name="supply-receive"),
    path("supply/<int:pk>/<slug:verb>/", supply.supply_verb, name="supply-verb"),
    path("receipts/<int:pk>/", receiving.receipt, name="receipt"),
    path("adjustments/", adjustments.adjustment_list, name="adjustments"),
    path("adjustments/new/", adjustments.adjustment_new, name="adjustment-new"),
    path("adjustments/<int:pk>/", adjustments.adjustment, name="adjustment"),
]
