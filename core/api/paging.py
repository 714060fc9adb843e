"""Pages of rows by key, as lists of pages are turned: a program that reads on loses no row and repeats none."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.api.problems import NotRead
from core.api.schemas import no_controls
from core.web.cells import Row
from core.web.keyset import Ordering, read_place, turn_to, write_place

MOST, USUAL = 200, 50


class Turn(BaseModel):
    """Which page, and how long."""

    model_config = ConfigDict(extra="ignore")

    after: Annotated[str, Field(max_length=500), AfterValidator(no_controls)] = Field(
        default="", description="Where the page starts: taken from the “next” of the page before, never made up"
    )
    limit: int = Field(default=USUAL, ge=1, le=MOST, description="Rows of a page")


def listed(
    request: HttpRequest,
    queryset: "QuerySet[Any, Any]",
    turn: Turn,
    *,
    reads: Sequence[str],
    row: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """One page of the rows, the newest first, in one statement, and the address of the next one.

    Raises NotRead for a place that another list has given.
    """
    ordering = Ordering("pk", is_descending=True, of=request.path)
    place = read_place(turn.after, ordering) if turn.after else None
    if turn.after and place is None:
        raise NotRead("The place in “after” is not of this list. Start again without it.")
    values = queryset.values(*dict.fromkeys(["pk", ordering.path, *reads]))
    page = turn_to(values, ordering, turn.limit, after=place, before=None)
    following = None
    if page.has_later:
        query = request.GET.dict() | {"after": write_place(ordering, page.rows[-1], page.first + len(page.rows))}
        following = f"{request.path}?{urlencode(query)}"
    return {"items": [row(each) for each in page.rows], "next": following}
