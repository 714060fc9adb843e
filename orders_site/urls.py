"""Every address of the system, one include per room."""

from django.urls import URLPattern, URLResolver, path

from orders_site.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
]
