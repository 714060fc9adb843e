"""From a posted list form to a verb's job: what every bulk verb of every room answers with."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.bulk_verbs import Verb, press
from core.web.companies import chosen_company
from core.web.lists import ALL_MATCHING, PICKED
from core.web.posted import actor_of, key_of, see_other


def carry_out(request: HttpRequest, verb: Verb, rows: "QuerySet[Any, Any]", **said: Any) -> HttpResponse:
    """Press a verb for the rows that the form means, and lead to what became of each (303).

    Raises DomainError: no row was picked, or too many.
    """
    asked = [*request.POST.getlist(PICKED), request.POST.get(ALL_MATCHING, ""), str(chosen_company(request) or "")]
    return see_other("work:bulk", press(verb, rows, asked=asked, key=key_of(request), actor=actor_of(request), **said))
