"""Life cycles of quotes and contracts."""

from django.db.models import TextChoices

from core.states import Transition


class QuoteStatus(TextChoices):
    """Lifecycle of a quote; the content lives in its versions."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"


QUOTE_TRANSITIONS: dict[str, Transition] = {
    "send": Transition(frozenset({QuoteStatus.DRAFT}), QuoteStatus.SENT, "quotes.send_quote", "Send", stamp="sent"),
    "revise": Transition(
        frozenset({QuoteStatus.SENT, QuoteStatus.DECLINED, QuoteStatus.EXPIRED}),
        QuoteStatus.DRAFT,
        "quotes.enter_quote",
        "New version",
    ),
    "accept": Transition(
        frozenset({QuoteStatus.SENT}), QuoteStatus.ACCEPTED, "quotes.accept_quote", "Accept", stamp="accepted"
    ),
    "decline": Transition(
        frozenset({QuoteStatus.DRAFT, QuoteStatus.SENT}),
        QuoteStatus.DECLINED,
        "quotes.enter_quote",
        "Decline",
        needs_reason=True,
    ),
    "expire": Transition(frozenset({QuoteStatus.SENT}), QuoteStatus.EXPIRED, "quotes.enter_quote", "Expire"),
}


class ContractStatus(TextChoices):
    """Lifecycle of a contract."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    CLOSED = "closed", "Closed"


CONTRACT_TRANSITIONS: dict[str, Transition] = {
    "activate": Transition(
        frozenset({ContractStatus.DRAFT}),
        ContractStatus.ACTIVE,
        "quotes.maintain_contract",
        "Activate",
        stamp="activated",
    ),
    "close": Transition(
        frozenset({ContractStatus.ACTIVE}),
        ContractStatus.CLOSED,
        "quotes.maintain_contract",
        "Close",
        needs_reason=True,
        is_dangerous=True,
    ),
}
