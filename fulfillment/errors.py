"""What fulfilment refuses, in sentences for people."""

from core.errors import DomainError


class NothingToDeliver(DomainError):
    """No quantity of the orders is due and on hand, or their policy says to wait."""

    code = "nothing_to_deliver"


class DeliveryNotReady(DomainError):
    """The delivery cannot leave yet: a line is not picked, or nothing was."""

    code = "delivery_not_ready"


class OrderHeld(DomainError):
    """The order has an open hold: nothing of it goes on a delivery or leaves until somebody releases it."""

    code = "order_held"


class PickRefused(DomainError):
    """The pick cannot be recorded as asked."""

    code = "pick_refused"


class PackingRefused(DomainError):
    """The packages do not hold exactly what was picked."""

    code = "packing_refused"


class ReturnRefused(DomainError):
    """The goods cannot come back as asked: more than was shipped, or without what a return needs."""

    code = "return_refused"


class SeveralCompanies(DomainError):
    """Documents of one call belong to one company."""

    code = "mixed_companies"
