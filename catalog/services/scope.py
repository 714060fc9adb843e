"""Whose company is it? Master data of a company is kept by its members only."""

from collections.abc import Collection

from core.errors import NotFound
from core.models import CompanyMembership, User


def require_member(actor: User, company_ids: Collection[int]) -> None:
    """Refuse companies of which the actor is no member, as if they did not exist.

    One query, none for the system itself.
    """
    wanted = set(company_ids)
    if actor.is_system or not wanted:
        return
    if CompanyMembership.objects.filter(user=actor, company_id__in=wanted).count() != len(wanted):
        raise NotFound("This company does not exist.")
