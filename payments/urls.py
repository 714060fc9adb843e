"""Addresses of payments, under ``payments/``."""

from django.urls import path

from payments.views import applying, gateways, payments

app_name = "payments"
urlpatterns = [
    path("", payments.payment_list, name="payments"),
    path("new/", payments.payment_new, name="new"),
    path("apply/", applying.apply, name="apply"),
    path("webhooks/<slug:provider>/", gateways.webhook, name="webhook"),
    path("simulator/", gateways.simulator, name="simulator"),
    path("simulator/calls/<slug:event_id>/", gateways.simulator_deliver, name="simulator-deliver"),
    path("simulator/<slug:reference>/<slug:outcome>/", gateways.simulator_outcome, name="simulator-outcome"),
    path("<int:pk>/", payments.payment, name="payment"),
    path("<int:pk>/reverse/", payments.payment_reverse, name="reverse"),
]
