"""Life cycle of a rebate agreement."""

from django.db.models import TextChoices

from core.states import Transition


class AgreementStatus(TextChoices):
    """Lifecycle of an agreement."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    SETTLED = "settled", "Settled"


AGREEMENT_TRANSITIONS: dict[str, Transition] = {
    "activate": Transition(
        frozenset({AgreementStatus.DRAFT}),
        AgreementStatus.ACTIVE,
        "rebates.maintain_agreement",
        "Activate",
        stamp="activated",
    ),
    "settle": Transition(
        frozenset({AgreementStatus.ACTIVE}),
        AgreementStatus.SETTLED,
        "rebates.settle_agreement",
        "Settle finally",
        stamp="settled",
        is_dangerous=True,
    ),
}

SETTLEMENT_TRANSITIONS: dict[str, Transition] = {
    "post": Transition(frozenset({"draft"}), "posted", "rebates.settle_agreement", "Post", stamp="posted"),
}
