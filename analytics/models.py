"""Rights of sales performance; facts and rollups stand beside them."""

from typing import ClassVar

from django.db import models


class PerformanceRights(models.Model):
    """No rows: the carrier of the rights of sales performance."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions: ClassVar = [
            ("see_performance", "See sales performance"),
            ("set_targets", "Set sales targets"),
        ]

    def __str__(self) -> str:
        return "rights"
