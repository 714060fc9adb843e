"""With nobody known but the system, every address leads to the set-up; an unfinished one is taken up at the door."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.models import User
from orders_site.first_run.progress import has_people, is_unfinished_for

OPEN = ("/first-run/", "/assets/", "/static/", "/healthz")  # what the wizard's own pages need, and who watches over us


class FirstRunMiddleware:
    """Lead visitors of an empty system to the wizard. Costs nothing as soon as anybody is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_over = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.KEPT_FIRST_RUN and not request.path.startswith(OPEN) and self._leads_there(request):
            return HttpResponseRedirect(reverse("first-run:begin"))
        return self.get_response(request)

    def _leads_there(self, request: HttpRequest) -> bool:
        if not self.is_over:
            self.is_over = has_people()
            if not self.is_over:
                return True
        user = request.user
        return request.path == "/" and isinstance(user, User) and is_unfinished_for(user)
