"""Every route declares its policy: the permission it needs, that it needs only a person, or why it is public.

A route without a declaration fails ``tests/test_architecture.py``; the permission matrix of the tests is generated from
these.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.access import require

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(permission: str) -> Callable[[View[P]], View[P]]:
    """Let only people with the permission in;

    Others are told which right is missing (403), visitors are sent to log in.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.access_policy = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """Let every signed-in person in: pages about oneself."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.access_policy = "signed in"  # type: ignore[attr-defined]
    return guarded


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in, for a stated reason (a tokenised page, a webhook with a signature)."""

    def decorate(view: View[P]) -> View[P]:
        view.access_policy = f"public: {reason}"  # type: ignore[attr-defined]
        return view

    return decorate
