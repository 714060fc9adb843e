"""The life of a quantity contract."""

from catalog.models import Account, AccountInCompany, Product
from core import bulk
from core.access import company_ids
from core.commands import command
from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import sequence_numbers
from core.timeline import TimelineEntry, record
from core.transitions import advance
from quotes.drafts import ContractDraft
from quotes.errors import ContractRefused
from quotes.models import Contract, ContractLine, ContractTotal
from quotes.states import ContractStatus


def lock_contract(contract_id: int) -> Contract:
    """Lock a contract's header (rank CONTRACT)."""
    return lock_rows(Contract, [contract_id], Rank.CONTRACT)[0]


@command(permission="quotes.maintain_contract")
def create_contract(*, draft: ContractDraft, actor: User) -> int:
    """Write a draft contract: products, target quantities in the stock unit, agreed prices. Returns its id.

    Raises ContractRefused with the sentence at its field, NotFound.
    """
    company = Company.objects.filter(pk__in={draft.company_id} & company_ids(actor)).first()
    account = Account.objects.filter(pk=draft.account_id, is_customer=True).first()
    agreed = AccountInCompany.objects.filter(account_id=draft.account_id, company_id=draft.company_id).exists()
    if company is None or account is None or not agreed:
        raise NotFound("This account does not exist in this company.")
    _require_sound(draft)
    contract = Contract.objects.create(
        company=company,
        number=sequence_numbers(Contract, [draft.business_date])[0],
        account=account,
        title_text=draft.title.strip()[:120],
        currency=draft.currency or account.currency,
        business_date=draft.business_date,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        overrun=draft.overrun,
        created_by=actor,
        changed_by=actor,
    )
    bulk.insert(
        ContractLine,
        {
            "position": list(range(1, len(draft.lines) + 1)),
            "product_id": [line.product_id for line in draft.lines],
            "target_quantity": [line.target_quantity for line in draft.lines],
            "unit_price": [line.unit_price for line in draft.lines],
            "price_unit": [line.price_unit for line in draft.lines],
        },
        same={"contract_id": contract.pk, "company_id": company.pk, "currency": contract.currency},
    )
    record([TimelineEntry.about(contract, "create", to_status=ContractStatus.DRAFT)], actor=actor)
    return contract.pk


def _require_sound(draft: ContractDraft) -> None:
    wrong: dict[str, str] = {}
    if not draft.title.strip():
        wrong["title"] = "Enter a title."
    if draft.valid_until < draft.valid_from:
        wrong["valid_until"] = "A contract must end after it starts."
    if not draft.lines:
        wrong["lines"] = "A contract needs at least one line."
    known = Product.objects.in_bulk({line.product_id for line in draft.lines})
    seen: set[int] = set()
    for index, line in enumerate(draft.lines):
        if line.product_id not in known:
            wrong[f"lines-{index}-product"] = f"Line {index + 1}: this product does not exist."
        elif line.product_id in seen:
            wrong[f"lines-{index}-product"] = f"Line {index + 1}: this product stands in the contract already."
        if not line.target_quantity.is_finite() or line.target_quantity <= 0:
            wrong[f"lines-{index}-quantity"] = f"Line {index + 1}: enter a quantity greater than zero."
        if not line.unit_price.is_finite() or line.unit_price < 0 or line.price_unit < 1:
            wrong[f"lines-{index}-price"] = f"Line {index + 1}: enter a price that is not negative."
        seen.add(line.product_id)
    if wrong:
        raise ContractRefused(" ".join(list(wrong.values())[:10]), fields=wrong)


@command(permission="quotes.maintain_contract")
def activate_contract(*, contract_id: int, actor: User) -> None:
    """Let orders call off: each line gets its guarded total, with the target as ceiling when overruns are refused."""
    contract = lock_contract(contract_id)
    advance([contract], "activate", actor=actor)
    lines = list(ContractLine.objects.filter(contract=contract).order_by("pk"))
    blocks = contract.overrun == Contract.Overrun.BLOCK
    bulk.insert(
        ContractTotal,
        {
            "contract_line_id": [line.pk for line in lines],
            "ceiling": [line.target_quantity if blocks else None for line in lines],
        },
        same={"company_id": contract.company_id},
    )


@command(permission="quotes.maintain_contract")
def close_contract(*, contract_id: int, reason: str, actor: User) -> None:
    """End a contract before its last day; what was called off stays."""
    contract = lock_contract(contract_id)
    if not reason.strip():
        raise ContractRefused("Enter why the contract is closed.", fields={"reason": "Enter a reason."})
    advance([contract], "close", actor=actor, reason=reason.strip()[:500])
