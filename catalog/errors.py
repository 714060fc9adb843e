"""What the catalog refuses, each with the sentence that a user reads."""

from core.errors import Conflict, DomainError, NotFound


class ProductNotFound(NotFound):
    """A line names a product that does not exist."""

    code = "product_not_found"


class AccountNotFound(NotFound):
    """A document or a draft names an account that does not exist."""

    code = "account_not_found"


class LineNotPriceable(DomainError):
    """A line's unit or quantity is not one of its product's, so there is nothing to price."""

    code = "line_not_priceable"


class ProductRefused(DomainError):
    """A product, unit, kit or relation breaks a rule of master data."""

    code = "product_refused"


class AccountRefused(DomainError):
    """An account breaks a rule of master data: wrong tax number, circular hierarchy, unknown terms."""

    code = "account_refused"


class PriceRefused(DomainError):
    """A price or discount cannot be kept as it was entered."""

    code = "price_refused"


class PriceOverlaps(Conflict):
    """There is already a price or discount for the same key in the same period."""

    code = "price_overlaps"


class TaxRateRefused(DomainError):
    """A tax rate contradicts its kind or another rate."""

    code = "tax_rate_refused"


class CouponRefused(DomainError):
    """A coupon cannot be created, changed or used as asked; the sentence names it."""

    code = "coupon_refused"
