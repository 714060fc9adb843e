"""What billing refuses, in sentences for people."""

from core.errors import Conflict, DomainError


class NothingToBill(Conflict):
    """Nothing of the documents is left to bill: not shipped, returned, or billed already."""

    code = "nothing_to_bill"


class NothingToCredit(Conflict):
    """Nothing of the returns is left to credit: not received, never billed, or credited already."""

    code = "nothing_to_credit"


class NotBillable(DomainError):
    """A line cannot be billed as it is: no tax rate, no shipped delivery, or more than may be billed."""

    code = "not_billable"


class NotCreditable(DomainError):
    """A credit or charge cannot be written as asked."""

    code = "not_creditable"


class NotReversible(Conflict):
    """The document is settled, credited or reversed, so it cannot be reversed."""

    code = "not_reversible"


class SeveralCompanies(DomainError):
    """Documents of one call belong to one company."""

    code = "mixed_companies"
