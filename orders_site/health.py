"""What a supervisor or load balancer asks: does this process answer, and does its database?"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.web.access import public


@public("asked by machines without an account; says nothing but that the system answers")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when a query is answered; an unreachable database becomes a 500, which is what the asker needs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
