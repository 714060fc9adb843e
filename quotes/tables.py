"""Columns of the lists and tables of quotes and contracts."""

from core.web.columns import Column
from core.web.parts import Tag
from quotes.states import ContractStatus, QuoteStatus

QUOTE_TAGS: dict[str, Tag] = {
    QuoteStatus.DRAFT: Tag("Draft"),
    QuoteStatus.SENT: Tag("Sent", "info"),
    QuoteStatus.ACCEPTED: Tag("Accepted", "ok"),
    QuoteStatus.DECLINED: Tag("Declined"),
    QuoteStatus.EXPIRED: Tag("Expired", "warn"),
}
CONTRACT_TAGS: dict[str, Tag] = {
    ContractStatus.DRAFT: Tag("Draft"),
    ContractStatus.ACTIVE: Tag("Active", "ok"),
    ContractStatus.CLOSED: Tag("Closed"),
}

QUOTES = (
    Column("number", "No.", "code", sort="number", url="quotes:detail", url_key="pk", card="k1"),
    Column("account__name", "Customer", sort="account__name", width="clip", card="k3"),
    Column("customer_reference", "Their reference", hide="not-s"),
    Column("business_date", "Date", "date", sort="business_date", hide="not-s"),
    Column("valid_until", "Valid until", "date", sort="valid_until", card="k5"),
    Column("status", "Status", "tag", tags=QUOTE_TAGS, card="k2"),
)
CONTRACTS = (
    Column("number", "No.", "code", sort="number", url="quotes:contract", url_key="pk", card="k1"),
    Column("title_text", "Title", width="clip", card="k3"),
    Column("account__name", "Customer", sort="account__name", width="clip", card="kw"),
    Column("valid_from", "From", "date", sort="valid_from", hide="not-s"),
    Column("valid_until", "Until", "date", sort="valid_until", card="k5"),
    Column("status", "Status", "tag", tags=CONTRACT_TAGS, card="k2"),
)
