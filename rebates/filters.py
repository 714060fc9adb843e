"""What the list of rebate agreements can be narrowed by."""

import django_filters

from core.web.filters import ListFilterSet
from rebates.models import RebateAgreement
from rebates.states import AgreementStatus


class AgreementFilter(ListFilterSet):
    """Narrow the agreements."""

    search_paths = ("number", "name", "account__name", "account__code")
    search_hint = "No., name, customer"

    status = django_filters.ChoiceFilter(choices=AgreementStatus.choices, label="Status", empty_label="All")
    ends = django_filters.DateFromToRangeFilter(
        field_name="valid_until",
        label="Ends",
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )

    class Meta:
        model = RebateAgreement
        fields: tuple[str, ...] = ()
