"""The contract ledger: what was called off each contract line."""

from collections.abc import Mapping
from decimal import Decimal

from core.ledger import Guard, Ledger, Total
from core.locks import Rank
from quotes.models import ContractMovement, ContractTotal


def _check_contract(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    """Refuse a call-off beyond the target when the contract blocks overruns; giving back always passes."""
    ceiling, before, now = total.facts["ceiling"], total.balances["called_off"], after["called_off"]
    if now < 0:
        return "More would be given back than was called off."
    if guard is Guard.BLOCK and ceiling is not None and now > ceiling and now > before:
        return f"Only {(ceiling - before).normalize():f} of the contract quantity is left."
    return None


CONTRACTS = Ledger(
    name="contract",
    total=ContractTotal,
    movement=ContractMovement,
    key=("company_id", "contract_line_id"),
    balances=("called_off",),
    facts=("ceiling",),
    rank=Rank.CONTRACT_TOTAL,
    check=_check_contract,
)
