"""What quotes and contracts refuse."""

from core.errors import Conflict, DomainError


class QuoteNotEditable(DomainError):
    """Only a draft quote is edited; a sent one gets a new version."""

    code = "quote_not_editable"


class QuoteRefused(DomainError):
    """A quote cannot be written, sent or accepted as asked."""

    code = "quote_refused"


class ContractRefused(DomainError):
    """A contract cannot be written or activated as asked."""

    code = "contract_refused"


class QuoteEditedMeanwhile(Conflict):
    """Somebody else saved the quote since it was opened."""

    code = "stale_version"
