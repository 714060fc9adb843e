from django.apps import AppConfig

from orders_site.celery import app as celery_app


class OrdersSiteConfig(AppConfig):
    name = "orders_site"

    def ready(self) -> None:
        """Wire subscriptions, checks and registries once, from the roof: the only place that knows every room."""
        from orders_site import wiring

        wiring.wire()


__all__ = ["OrdersSiteConfig", "celery_app"]
