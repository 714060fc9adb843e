"""What the list of payments can be narrowed by."""

import django_filters
from django.db.models import Q, QuerySet

from core.access import SEE_BANK
from core.web.filters import ListFilterSet
from payments.models import Payment
from payments.states import PaymentStatus


class PaymentFilter(ListFilterSet):
    """Narrow the payments."""

    search_paths = ("number", "account__name", "account__code")
    search_hint = "No. or customer"

    state = django_filters.ChoiceFilter(
        label="Status",
        method="narrow",
        empty_label="All",
        choices=[
            ("unapplied", "Unapplied"),
            ("applied", "Applied"),
            ("pending", "Pending"),
            ("failed", "Failed"),
            ("reversed", "Reversed"),
        ],
    )
    method = django_filters.ChoiceFilter(choices=Payment.Method.choices, label="Method", empty_label="All")
    reference = django_filters.CharFilter(lookup_expr="icontains", label="Reference")
    day = django_filters.DateFromToRangeFilter(
        field_name="business_date",
        label="Received",
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )

    class Meta:
        model = Payment
        fields: tuple[str, ...] = ()

    permissions = {"reference": SEE_BANK}

    def narrow(self, rows: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        """By the word that the list shows."""
        received = Q(status=PaymentStatus.RECEIVED)
        words = {"unapplied": received & ~Q(left=0), "applied": received & Q(left=0)}
        return rows.filter(words.get(value, Q(status=value)))
