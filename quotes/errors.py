"""What quotes and contracts refuse."""

from core.errors import DomainError


class CallOffRefused(DomainError):
    """A contract does not cover the quantity, the product or the date."""

    code = "call_off_refused"


class QuoteNotEditable(DomainError):
    """Only a draft quote is edited; a sent one gets a new version."""

    code = "quote_not_editable"
