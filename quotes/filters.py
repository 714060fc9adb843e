"""What the lists of quotes and contracts can be narrowed by."""

import django_filters

from core.web.filters import ListFilterSet
from quotes.models import Contract, Quote
from quotes.states import ContractStatus, QuoteStatus


class QuoteFilter(ListFilterSet):
    """Narrow the quotes."""

    search_paths = ("number", "account__name", "customer_reference")
    search_hint = "No., customer, reference"
    status = django_filters.ChoiceFilter(choices=QuoteStatus.choices, label="Status", empty_label="All")

    class Meta:
        model = Quote
        fields: tuple[str, ...] = ()


class ContractFilter(ListFilterSet):
    """Narrow the contracts."""

    search_paths = ("number", "account__name", "title_text")
    search_hint = "No., customer, title"
    status = django_filters.ChoiceFilter(choices=ContractStatus.choices, label="Status", empty_label="All")

    class Meta:
        model = Contract
        fields: tuple[str, ...] = ()
