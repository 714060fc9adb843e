"""What orders refuses, in sentences for people."""

from core.errors import Conflict, DomainError


class OrderNotConfirmable(DomainError):
    """The order is not a draft or on hold, is incomplete, or its policy cannot be met."""

    code = "order_not_confirmable"


class OrderNotEditable(DomainError):
    """Only drafts are edited; a confirmed order is changed by an order change."""

    code = "order_not_editable"


class OrderLineRefused(DomainError):
    """A line cannot be written as asked: unknown product or unit, wrong quantity, no right to set the price."""

    code = "order_line_refused"


class ChangeRefused(DomainError):
    """The change would go below what was already delivered or is being delivered."""

    code = "order_change_refused"


class HoldRefused(DomainError):
    """The hold cannot be placed or released as asked."""

    code = "hold_refused"


class MixedCompanies(DomainError):
    """Documents of one call belong to one company."""

    code = "mixed_companies"


class OrderEditedMeanwhile(Conflict):
    """Somebody else saved the order since it was opened."""

    code = "stale_version"
