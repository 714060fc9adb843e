"""Dangerous verbs ask again who it is when the last proof is older than ten minutes; what was typed waits meanwhile."""

from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseRedirect
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
        suspend_request(request, methods[0]["url"])
        # By its path alone the library finds it again; the query waits with the form.
        ask = f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"
        return HttpResponseClientRedirect(ask) if request.headers.get("HX-Request") else HttpResponseRedirect(ask)

    return guarded
