"""What inventory refuses, in sentences that name the product and the place."""

from core.errors import Conflict, DomainError


class NotEnoughStock(DomainError):
    """Goods were to leave that are not there, or that others were promised."""

    code = "not_enough_stock"


class PlaceUnknown(DomainError):
    """A warehouse or bin that does not exist here, is not active, or cannot hold sellable stock."""

    code = "place_unknown"


class QuantityRefused(DomainError):
    """A quantity or cost that makes no sense: zero, below zero, not a number, finer than six places."""

    code = "quantity_refused"


class SupplyRefused(DomainError):
    """An inbound order or one of its lines cannot be created, received or changed in this way."""

    code = "supply_refused"


class PromiseChanged(Conflict):
    """A promise that was to be given back or shipped is not open any more, or holds less than that."""

    code = "promise_changed"


class SeveralCompanies(DomainError):
    """One call concerns documents of several companies; each has its own books."""

    code = "several_companies"
