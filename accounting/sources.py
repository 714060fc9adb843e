"""Where the document behind a posting is shown. Accounting knows no invoices: the roof tells it the pages."""

from collections.abc import Mapping

from django.urls import reverse

_pages: dict[str, str] = {}


def register_source_pages(pages: Mapping[str, str]) -> None:
    """Name the page of each source type (``{"invoice": "billing:invoice"}``); it takes the source's id."""
    _pages.update(pages)


def source_url(source_type: str, source_id: int) -> str:
    """The page of the document behind a posting, or nothing where there is none."""
    name = _pages.get(source_type)
    return reverse(name, args=[source_id]) if name else ""


def source_words(source_type: str, source_id: int) -> str:
    """What a posting was made from: ``Invoice 12``, ``Manual entry``."""
    if source_type == "manual":
        return "Manual entry"
    return f"{source_type.replace('_', ' ').capitalize()} {source_id}"
