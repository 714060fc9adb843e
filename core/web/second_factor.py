"""Who must have a second factor, and what the pages say to who has none: set one up, nothing else."""

from collections.abc import Callable, Collection, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from core.access import permissions_of
from core.models import User
from core.web.access import View
from core.web.errors import trouble_page

SET_UP = "mfa_activate_totp"
_rights: set[str] = set()


def declare_rights(rights: Collection[str]) -> None:
    """Say which rights are only for people with a second factor."""
    _rights.clear()
    _rights.update(rights)


def rights_that_need_it(user: User) -> frozenset[str]:
    """The rights of this person for which a second factor is demanded."""
    return permissions_of(user) & _rights


def must_set_up(user: User) -> bool:
    """Whether this person has such a right and no factor yet. Asks nothing: it was read with the person."""
    if not settings.SECOND_FACTOR_REQUIRED or user.is_system:
        return False
    return not getattr(user, "has_second_factor", False) and bool(rights_that_need_it(user))


def open_without_factor(view: View[...]) -> View[...]:
    """Mark a page that leads to the second factor: who has none yet may use it."""
    view.is_open_without_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """Let people who must have a second factor and have none go nowhere but where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: Collection[object], kwargs: Mapping[str, object]
    ) -> HttpResponse | None:
        """Send pages to the set-up; refuse everything that would change something."""
        policy = str(getattr(view, "access_policy", ""))
        if policy.startswith("public: ") or getattr(view, "is_open_without_factor", False):
            return None
        user = request.user
        if not isinstance(user, User) or not must_set_up(user):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(resolve_url(SET_UP))
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(resolve_url(SET_UP))
        return trouble_page(request, 403, "Set up your second factor first. Nothing was changed.")
