"""What rebates refuse, in sentences for people."""

from core.errors import Conflict, DomainError


class AgreementRefused(DomainError):
    """An agreement cannot be written as given; ``fields`` names what is wrong."""

    code = "rebate_agreement_refused"


class NothingToSettle(Conflict):
    """Nothing was earned beyond what was settled."""

    code = "nothing_to_settle"


class NotSettleable(DomainError):
    """The settlement asked for does not fit the agreement's period."""

    code = "not_settleable"
