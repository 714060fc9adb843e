"""Input of webhooks, and narrowing the list of deliveries."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.forms.fields import CompanyField
from core.models import User
from core.web.filters import ListFilterSet
from orders_site.webhooks.kinds import EVENTS
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.selectors import subscriptions_visible_to
from orders_site.webhooks.services import SubscriptionDraft


class SubscriptionForm(forms.Form):
    """Who is told, where, and of what."""

    name = forms.CharField(max_length=60, help_text="What people call the other system, such as “Shop” or “Carrier”")
    address = forms.CharField(
        max_length=500,
        help_text="Public, and starting with https://",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        choices=[(name, f"{name}: {kind.meaning}") for name, kind in EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        label="Events",
    )

    def __init__(self, *args: object, user: User, found: WebhookSubscription | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._company_id = found.company_id if found else 0
        if not found:
            self.fields["company"] = CompanyField(user)
            self.order_fields(["company", *self.fields])

    def draft(self) -> SubscriptionDraft:
        """The subscription as it was typed."""
        typed = self.cleaned_data
        company_id = self._company_id or typed["company"].pk
        return SubscriptionDraft(company_id, typed["name"], typed["address"], tuple(typed["events"]))


def _own_subscriptions(request: HttpRequest) -> "QuerySet[WebhookSubscription]":
    assert isinstance(request.user, User)
    return subscriptions_visible_to(request.user).order_by("name")


class DeliveryFilter(ListFilterSet):
    """Narrow deliveries by webhook, event, state and day."""

    search_paths = ("event", "answer")
    search_hint = "Event or answer"

    subscription = django_filters.ModelChoiceFilter(queryset=_own_subscriptions, label="Webhook")
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices, label="State")
    event = django_filters.ChoiceFilter(choices=[(name, name) for name in EVENTS], label="Event")
    happened_at = django_filters.DateFromToRangeFilter(
        label="Happened", widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    )

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = ()
