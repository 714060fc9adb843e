"""Addresses of billing. Included under ``invoices/``."""

from django.urls import path

from billing.views import invoices, values, worklist

app_name = "billing"
urlpatterns = [
    path("", invoices.invoice_list, name="invoices"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/deliveries/", worklist.post_deliveries, name="post-deliveries"),
    path("worklist/orders/", worklist.post_orders, name="post-orders"),
    path("worklist/returns/", worklist.post_returns, name="post-returns"),
    path("credit/", values.credit_new, name="credit-new"),
    path("charge/", values.fee_new, name="fee-new"),
    path("<int:invoice_id>/", invoices.detail, name="invoice"),
    path("<int:invoice_id>/credit/", values.credit, name="credit"),
    path("<int:invoice_id>/reverse/", invoices.reverse_it, name="reverse"),
    path("<int:invoice_id>/pdf/", invoices.pdf, name="pdf"),
    path("<int:invoice_id>/print/", invoices.print_it, name="print"),
]
