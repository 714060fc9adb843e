from quotes.models.contracts import Contract, ContractLine, ContractMovement, ContractTotal
from quotes.models.quotes import Quote, QuoteLine, QuoteVersion

__all__ = [
    "Contract",
    "ContractLine",
    "ContractMovement",
    "ContractTotal",
    "Quote",
    "QuoteLine",
    "QuoteVersion",
]
