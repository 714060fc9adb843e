"""The Jinja2 environment of every page: escaped, strict about names, numbers and dates only through filters."""

import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from core.access import may
from core.web import cells, figures, formats, forms, shell
from core.web.assets import asset_url
from core.web.parts import Tag


@lru_cache(maxsize=256)
def icon(name: str) -> Markup:
    """A 16 px icon of the sprite, silent to screen readers: its meaning stands beside it or in a label."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(static("icons.svg"), name)


def csrf_field(request: HttpRequest) -> Markup:
    """The hidden token of a POST form."""
    return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request))


def idempotency_input() -> Markup:
    """The hidden key that makes a second press of the same button harmless."""
    return Markup('<input type="hidden" name="idempotency_key" value="{}">').format(uuid.uuid4())


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


FILTERS: dict[str, Callable[..., Any]] = {
    "money": formats.money,
    "quantity": formats.quantity,
    "percent": formats.percent,
    "count": formats.count,
    "day": formats.day,
    "weekday": formats.weekday,
    "stamp": formats.stamp,
    "time_day": formats.time_day,
    "time_stamp": formats.time_stamp,
    "age": formats.age,
    "or_absent": formats.or_absent,
    "lines": formats.lines,
}

GLOBALS: dict[str, Any] = {
    "static": static,
    "url": url,
    "icon": icon,
    "csrf_field": csrf_field,
    "csrf_input": csrf_field,
    "idempotency_input": idempotency_input,
    "asset_url": asset_url,
    "get_messages": get_messages,
    "may": may,
    "plural": formats.plural,
    "is_negative": formats.is_negative,
    "tag_html": cells.tag,
    "Tag": Tag,
    "bar_html": lambda share: Markup(cells.micro_bar(share)),  # noqa: S704 - numbers only
    "field_view": forms.field_view,
    "problems": forms.problems,
    "draw_chart": figures.draw,
    "shell": shell,
}


def environment(**options: Any) -> Environment:
    """Build the environment for Django's Jinja2 backend."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701 - autoescape is on
    made.filters.update(FILTERS)
    made.globals.update(GLOBALS)
    return made
