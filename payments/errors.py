"""What payments refuse, in sentences for people."""

from core.errors import Conflict, DomainError


class PaymentRefused(DomainError):
    """A payment cannot be entered as given; ``fields`` names what is wrong where one field is to blame."""

    code = "payment_refused"


class NothingToApply(DomainError):
    """An application names no open items, or more than the payment or the invoice has open."""

    code = "nothing_to_apply"


class PaymentChanged(Conflict):
    """Something was applied to the payment at this moment by somebody else."""

    code = "payment_changed"


class WebhookRefused(DomainError):
    """A message at the webhook's door is not from the provider, too old, too large, or not readable."""

    status = 400
    code = "webhook_refused"


class UnknownGateway(DomainError):
    """No provider of this name is connected."""

    status = 404
    code = "unknown_gateway"
