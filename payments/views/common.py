"""What the pages of payments share."""

from django.urls import reverse
from markupsafe import Markup

PAGES = {"invoice": "billing:invoice", "payment": "payments:payment"}
WORDS = {"invoice": "Invoice", "payment": "Payment", "rebate_settlement": "Rebate"}


def document_link(source_type: str, source_id: int, reference: str) -> Markup:
    """A document behind an open item, by its number, as a link where it has a page."""
    label = reference or WORDS.get(source_type, source_type.replace("_", " ").capitalize())
    if source_type not in PAGES:
        return Markup("{}").format(label)
    return Markup('<a href="{}">{}</a>').format(reverse(PAGES[source_type], args=[source_id]), label)
