"""Exchange rates, as they were published."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.money import CurrencyCodeField


@row_history()
class FxRate(models.Model):
    """One unit of ``from_currency`` is worth ``rate`` units of ``to_currency`` from ``valid_from`` on, until a later
    row.
    """

    from_currency = CurrencyCodeField()
    to_currency = CurrencyCodeField()
    rate_type = models.CharField(max_length=12, default="spot")
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=24, decimal_places=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_currency", "to_currency", "rate_type", "valid_from"],
                name="fx_rate_once_per_day",
                violation_error_message="There is already a rate for this pair of currencies and day.",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="fx_rate_positive"),
            models.CheckConstraint(condition=~Q(from_currency=F("to_currency")), name="fx_rate_between_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"1 {self.from_currency} = {self.rate} {self.to_currency} from {self.valid_from}"
