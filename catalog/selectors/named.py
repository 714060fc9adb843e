"""Finding what a program names: products and accounts by their codes, each refusal beside its part of the call."""

from collections.abc import Sequence

from catalog.models import Account
from catalog.selectors.products import ProductCard, cards_by_code
from core.api.finding import CallRefused
from core.models import Company


def cards_named(codes: Sequence[str], *, account_id: int | None, part: str = "lines") -> list[ProductCard]:
    """The product that each SKU, barcode or part number means, in the order given. One query.

    Raises CallRefused naming every code that means none, or more than one.
    """
    cards = cards_by_code(codes, account_id=account_id)
    faults = {
        f"body.{part}.{number}.sku": f"No single product is meant by {code}."
        for number, code in enumerate(codes)
        if code not in cards
    }
    if faults:
        raise CallRefused(" ".join(list(faults.values())[:5]), fields=faults)
    return [cards[code] for code in codes]


def account_named(code: str, company: Company) -> Account:
    """The account with this code in the company. One query. Raises CallRefused."""
    found = Account.objects.filter(code__iexact=code, in_companies__company=company).first()
    if found is None:
        sentence = f"There is no account {code} in {company.name}."
        raise CallRefused(sentence, fields={"body.account": sentence})
    return found
