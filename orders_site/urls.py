"""Every address of the system, one include per room."""

from django.urls import URLPattern, URLResolver, include, path

from orders_site.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("core.web.urls")),
    path("", include("orders_site.people.door_urls")),
    path("", include("orders_site.home.urls")),
    path("", include("catalog.urls")),
    path("ledger/", include("accounting.urls")),
    path("stock/", include("inventory.urls")),
    path("work/", include("core.urls")),
    path("integrity/", include("orders_site.integrity.urls")),
    path("quotes/", include("quotes.urls")),
    path("orders/", include("orders.urls")),
    path("fulfil/", include("fulfillment.urls")),
    path("invoices/", include("billing.urls")),
    path("payments/", include("payments.urls")),
    path("rebates/", include("rebates.urls")),
    path("insight/", include("analytics.urls")),
    path("people/", include("orders_site.people.urls")),
    path("exceptions/", include("orders_site.exceptions.urls")),
    path("imports/", include("orders_site.imports.urls")),
    path("first-run/", include("orders_site.first_run.urls")),
    path("webhooks/", include("orders_site.webhooks.urls")),
    path("design/", include("orders_site.design.urls")),
    path("keys/", include("core.api.urls")),
    path("api/v1/", include("orders_site.api.urls")),
]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
