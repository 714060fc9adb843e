"""Questions about accounts."""

from django.db.models import QuerySet

from catalog.models import Account


def accounts() -> QuerySet[Account]:
    """Every account with its price group, for lists. Accounts belong to the whole group: there is no row filter."""
    return Account.objects.select_related("price_group")
