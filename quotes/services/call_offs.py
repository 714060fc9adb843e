"""Calling off contracts: what orders take from an agreed quantity, and give back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.commands import command
from core.ledger import Guard, Key, Movement
from core.models import User
from quotes.ledgers import CONTRACTS
from quotes.models import ContractLine


@dataclass(frozen=True, slots=True)
class CallOff:
    """So much (stock unit; below zero: given back) of a contract line, taken by one order line."""

    contract_line_id: int
    quantity: Decimal
    source_type: str
    source_id: int
    business_date: date
    purpose: str = "call_off"


@dataclass(frozen=True, slots=True)
class CallOffRefusal:
    """A call-off that the contract does not cover, and why."""

    contract_line_id: int
    source_id: int
    sentence: str


def refused_call_offs(*, company_id: int, call_offs: Sequence[CallOff]) -> list[CallOffRefusal]:
    """Lock the contract totals and say which of these call-offs, taken in order, would go beyond them. Writes nothing.

    The locks stay until the end of the transaction, so that what passes here passes in ``call_off``.
    """
    keys = [(company_id, each.contract_line_id) for each in call_offs]
    totals = CONTRACTS.lock(keys)
    names = {
        line.pk: line
        for line in ContractLine.objects.filter(pk__in={key[1] for key in keys}).select_related("contract", "product")
    }
    taken: defaultdict[Key, Decimal] = defaultdict(Decimal)
    refused = []
    for key, each in zip(keys, call_offs, strict=True):
        after = {"called_off": totals[key].balances["called_off"] + taken[key] + each.quantity}
        line = names[each.contract_line_id]
        sentence = CONTRACTS.check(totals[key], after, Guard.BLOCK)
        if (
            line.contract.status != "active"
            or not line.contract.valid_from <= each.business_date <= line.contract.valid_until
        ):
            sentence = f"It is not valid on {each.business_date:%d %b %Y}."
        if sentence:
            refused.append(
                CallOffRefusal(
                    each.contract_line_id, each.source_id, f"{line.contract.title}, {line.product.sku}: {sentence}"
                )
            )
        else:
            taken[key] += each.quantity
    return refused


@command(permission=None)
def call_off(*, company_id: int, call_offs: Sequence[CallOff], actor: User) -> None:
    """Take these quantities from their contract lines, or give them back, in one sorted posting (rank CONTRACT_TOTAL).

    Raises:
        LedgerRefused: a contract that blocks overruns would be overrun; nothing was taken.
    """
    CONTRACTS.post(
        [
            Movement(
                (company_id, each.contract_line_id),
                {"called_off": each.quantity},
                each.source_type,
                each.source_id,
                each.purpose,
                each.business_date,
            )
            for each in call_offs
        ]
    )
