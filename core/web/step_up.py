"""Dangerous verbs ask again who it is when the last proof is older than ten minutes; what was typed waits meanwhile."""

from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

from core.web.access import P, View
from core.web.sessions import is_fresh


def confirmed(view: View[P]) -> View[P]:
    """Carry a POST out only for who proved within ten minutes who it is; goes below ``requires``.

    Everybody else is asked first. The posted form is kept in the session and carried out after the answer, as if it
    had been posted then: rights and versions are checked anew.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method != "POST" or is_fresh(request):
            return view(request, *args, **kwargs)
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        if not methods:  # a person without a password: the system itself
            return view(request, *args, **kwargs)
        answer = suspend_request(request, methods[0]["url"])
        return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer

    return guarded
