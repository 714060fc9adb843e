"""May this user? Which companies' rows? The two questions of every door, answered once."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Q

from core.errors import NotAllowed

if TYPE_CHECKING:
    from core.models import User

Actor = "User"

SEE_COST = "core.see_cost"
SEE_MARGIN = "core.see_margin"
SEE_CREDIT = "core.see_credit"
SEE_BANK = "core.see_bank"


def know(user: "User", *, rights: Iterable[str], companies: Iterable[int]) -> None:
    """Keep on the instance what a door has read together with the user, so that nobody asks again."""
    user._kept_permissions = frozenset(rights)  # type: ignore[attr-defined]
    user._kept_companies = frozenset(companies)  # type: ignore[attr-defined]


def permissions_of(user: "User | AnonymousUser") -> frozenset[str]:
    """Every permission (``"orders.confirm_order"``) of the user through roles; one query, kept on the instance."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    known: frozenset[str] | None = getattr(user, "_kept_permissions", None)
    if known is None:
        rows = Permission.objects.filter(Q(group__user=user) | Q(user=user)).values_list(
            "content_type__app_label", "codename"
        )
        known = frozenset(f"{app}.{codename}" for app, codename in rows)
        user._kept_permissions = known  # type: ignore[attr-defined]
    return known


def may(user: "User | AnonymousUser", permission: str) -> bool:
    """Whether the user holds the permission. The system actor (workers, imports at setup) holds all."""
    if getattr(user, "is_system", False):
        return user.is_active
    return permission in permissions_of(user)


def require(user: "User | AnonymousUser", permission: str) -> None:
    """Refuse with the missing right's name. Raises NotAllowed."""
    if not may(user, permission):
        raise NotAllowed(f"You may not do this: the right “{permission}” is missing. An administrator can grant it.")


def day_problem(user: "User | AnonymousUser", day: date, today: date) -> str:
    """Why this person may not enter something on this day, or nothing. ``today`` is of the company or warehouse.

    The system itself (set-up, past trade played again) dates what it does as it is told.
    """
    if getattr(user, "is_system", False):
        return ""
    if day > today:
        return "The day must not lie in the future."
    if day < today and not may(user, "core.backdate"):
        return "You may not enter a day in the past: the right to back-date is missing."
    return ""


def company_ids(user: "User | AnonymousUser") -> frozenset[int]:
    """The companies whose documents the user may see at all; one query, kept on the instance."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    known: frozenset[int] | None = getattr(user, "_kept_companies", None)
    if known is None:
        if user.is_system:
            from_db: Iterable[int] = user.companies.model.objects.values_list("pk", flat=True)
        else:
            from_db = user.companies.values_list("pk", flat=True)
        known = frozenset(from_db)
        user._kept_companies = known  # type: ignore[attr-defined]
    return known
