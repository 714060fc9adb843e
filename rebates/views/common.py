"""What the pages of rebates share."""

from decimal import Decimal

from django.urls import reverse
from markupsafe import Markup

WORDS = {"rebate_agreement": "New expected rate", "rebate_settlement": "Settlement"}


def typed(number: Decimal) -> str:
    """A stored number as a person would type it: without idle zeros."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def source_link(source_type: str, source_id: int, number: str) -> Markup:
    """The document behind a movement."""
    if source_type != "invoice":
        return Markup("{}").format(WORDS.get(source_type, source_type))
    return Markup('<a href="{}">{}</a>').format(reverse("billing:invoice", args=[source_id]), number or "Invoice")
