"""Customers and suppliers kept by programs: enter, change, their places and people, terms, part numbers."""

from collections.abc import Sequence
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path
from pydantic import Field

from catalog.api import AccountDetail, read_account
from catalog.api_finding import AddedOut, account_key, key_of_code, keys_of_codes
from catalog.drafts import (
    ZERO,
    AccountDraft,
    AddressDraft,
    AgreedTerms,
    ContactDraft,
    PartNumberDraft,
    TermsDraft,
)
from catalog.models import Account, CustomerPartNumber, PaymentTerms, PriceGroup
from catalog.selectors import cards_named
from catalog.services import change_account, create_account, create_payment_terms, set_part_numbers
from core.access import company_ids
from core.api.finding import CallRefused, given_values, person_of
from core.api.routes import Routes, key_of
from core.api.schemas import Code, In, Line, LongName, Name, Out, Percent, RowId, Short
from core.models import Company, User

SEE, MAINTAIN = "catalog.view_account", "catalog.maintain_account"
routes = Routes(tags=["Accounts"], sees=SEE)


class AddressIn(In):
    """A place. With its id it stays that row; without, it is a new one."""

    id: RowId | None = None
    name: Name
    street: LongName
    town: Name
    country: Code
    postcode: Short = ""
    region: Short = ""
    is_default_ship_to: bool = False
    is_default_bill_to: bool = False


class ContactIn(In):
    """A person at the account. With its id it stays that row; without, it is a new one."""

    id: RowId | None = None
    name: Name
    email: Line = ""
    phone: Short = ""
    role: Short = ""


class AgreedIn(In):
    """What one company agrees with the account."""

    company: Code
    terms: Code
    ships_complete: bool = False
    accepts_substitutes: bool = False
    over_delivery_percent: Percent = ZERO
    salesperson: Short = Field(default="", description="User name")


class AccountIn(In):
    """A new customer or supplier. Without terms in a company no order of it can be entered there."""

    code: Code
    name: LongName
    currency: Code
    country: Code
    is_customer: bool = True
    is_supplier: bool = False
    status: Literal["active", "blocked", "closed"] = "active"
    parent: Short = Field(default="", description="Code of the account above")
    language: Short = "en"
    tax_number: Short = ""
    tax_class: Short = "domestic"
    price_group: Short = ""
    email: Line = ""
    phone: Short = ""
    addresses: list[AddressIn] = Field(default=[], max_length=200)
    contacts: list[ContactIn] = Field(default=[], max_length=200)
    companies: list[AgreedIn] = Field(default=[], max_length=50)


class AccountPatch(In):
    """What changes. ``addresses`` and ``contacts`` are the whole set; companies that are not named keep their terms."""

    code: Code | None = None
    name: LongName | None = None
    currency: Code | None = None
    country: Code | None = None
    is_customer: bool | None = None
    is_supplier: bool | None = None
    status: Literal["active", "blocked", "closed"] | None = None
    parent: Short | None = None
    language: Short | None = None
    tax_number: Short | None = None
    tax_class: Short | None = None
    price_group: Short | None = None
    email: Line | None = None
    phone: Short | None = None
    addresses: list[AddressIn] | None = Field(default=None, max_length=200)
    contacts: list[ContactIn] | None = Field(default=None, max_length=200)
    companies: list[AgreedIn] | None = Field(default=None, max_length=50)


class PartNumberIn(In):
    """How the account calls one of our products."""

    sku: Code
    number: Code
    description: Line = ""


class PartNumbersIn(In):
    """All part numbers of the account."""

    numbers: list[PartNumberIn] = Field(max_length=1000)


class PartNumberOut(Out):
    """How the account calls one of our products."""

    sku: str
    number: str
    description: str


class PartNumbersOut(Out):
    """All part numbers of an account."""

    numbers: list[PartNumberOut]


class TermsIn(In):
    """Payment terms. Days count from the invoice date."""

    code: Code
    name: Short
    net_days: int = Field(default=30, ge=0, le=32_767)
    discount_percent: Percent = ZERO
    discount_days: int = Field(default=0, ge=0, le=32_767)


def _agreed(request: HttpRequest, rows: Sequence[AgreedIn]) -> tuple[AgreedTerms, ...]:
    """What companies of the key agree. Three queries at most. Raises CallRefused."""
    if not rows:
        return ()
    mine = dict(Company.objects.filter(pk__in=company_ids(person_of(request))).values_list("code", "pk"))
    if unknown := sorted({row.company for row in rows} - set(mine)):
        sentence = f"There is no company {', '.join(unknown[:5])} for this key."
        raise CallRefused(sentence, fields={"body.companies": sentence})
    terms = keys_of_codes(PaymentTerms, [row.terms for row in rows], "terms")
    colleagues = User.objects.filter(is_active=True, is_system=False, memberships__company__in=mine.values())
    people = dict(colleagues.distinct().values_list("username", "pk"))
    if strangers := sorted({row.salesperson for row in rows if row.salesperson} - set(people)):
        sentence = f"There is no colleague {', '.join(strangers[:5])}."
        raise CallRefused(sentence, fields={"body.companies": sentence})
    return tuple(
        AgreedTerms(
            company_id=mine[row.company],
            terms_id=terms[row.terms],
            ships_complete=row.ships_complete,
            accepts_substitutes=row.accepts_substitutes,
            over_delivery_percent=row.over_delivery_percent,
            salesperson_id=people.get(row.salesperson),
        )
        for row in rows
    )


def _values(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """The values of a draft: codes become keys. Raises CallRefused."""
    if "parent" in given:
        given["parent_id"] = account_key(given.pop("parent"), "parent")
    if "price_group" in given:
        given["price_group_id"] = key_of_code(PriceGroup, given.pop("price_group"), "price_group")
    if "addresses" in given:
        given["addresses"] = tuple(AddressDraft(**dict(row)) for row in given["addresses"])
    if "contacts" in given:
        given["contacts"] = tuple(ContactDraft(**dict(row)) for row in given["contacts"])
    if "companies" in given:
        given["agreed"] = _agreed(request, given.pop("companies"))
    return given


def _present(account: Account) -> dict[str, Any]:
    """The account as it is, as values of a draft. Two queries."""
    names = (
        "code", "name", "currency", "country", "is_customer", "is_supplier", "status", "parent_id", "language",
        "tax_number", "tax_class", "price_group_id", "email", "phone",
    )  # fmt: skip
    places = account.addresses.order_by("pk").values(
        "id", "name", "street", "town", "country", "postcode", "region", "is_default_ship_to", "is_default_bill_to"
    )
    people = account.contacts.order_by("pk").values("id", "name", "email", "phone", "role")
    return {
        **{name: getattr(account, name) for name in names},
        "addresses": tuple(AddressDraft(**row) for row in places),
        "contacts": tuple(ContactDraft(**row) for row in people),
    }


def _shown(request: HttpRequest, account_id: int) -> dict[str, Any]:
    found: dict[str, Any] = read_account(request, Account.objects.values_list("code", flat=True).get(pk=account_id))
    return found


def _account(code: str) -> Account:
    found = Account.objects.filter(code__iexact=code).first()
    if found is None:
        raise Http404
    return found


@routes.act("/accounts", right=MAINTAIN, answer=AccountDetail, status=201)
def add_account(request: HttpRequest, wanted: AccountIn) -> dict[str, Any]:
    """Enter a customer or supplier, with places, people and terms."""
    draft = AccountDraft(**_values(request, dict(wanted)))
    return _shown(request, create_account.once(key_of(request))(draft=draft, actor=person_of(request)))


@routes.amend("/accounts/{code}", right=MAINTAIN, answer=AccountDetail)
def amend_account(request: HttpRequest, wanted: AccountPatch, code: Path[Code]) -> dict[str, Any]:
    """Change what the body names of an account; what it leaves out stays."""
    account = _account(code)
    draft = AccountDraft(**{**_present(account), **_values(request, given_values(wanted))})
    change_account.once(key_of(request))(account_id=account.pk, draft=draft, actor=person_of(request))
    return _shown(request, account.pk)


def _numbers(account: Account) -> dict[str, Any]:
    rows = CustomerPartNumber.objects.filter(account=account).order_by("product__sku")
    names = ("product__sku", "number", "description")
    return {"numbers": [dict(zip(PartNumberOut.model_fields, row, strict=True)) for row in rows.values_list(*names)]}


@routes.read("/accounts/{code}/part-numbers", right=SEE, answer=PartNumbersOut)
def read_part_numbers(request: HttpRequest, code: Path[Code]) -> dict[str, Any]:
    """How an account calls our products."""
    return _numbers(_account(code))


@routes.act("/accounts/{code}/part-numbers", right="catalog.maintain_product", answer=PartNumbersOut)
def replace_part_numbers(request: HttpRequest, wanted: PartNumbersIn, code: Path[Code]) -> dict[str, Any]:
    """Say how an account calls our products, in place of what was said before."""
    account = _account(code)
    cards = cards_named([row.sku for row in wanted.numbers], account_id=None, part="numbers")
    numbers = [
        PartNumberDraft(card.id, row.number, row.description) for card, row in zip(cards, wanted.numbers, strict=True)
    ]
    set_part_numbers.once(key_of(request))(account_id=account.pk, numbers=numbers, actor=person_of(request))
    return _numbers(account)


@routes.act("/payment-terms", right=MAINTAIN, answer=AddedOut, status=201)
def add_payment_terms(request: HttpRequest, wanted: TermsIn) -> dict[str, Any]:
    """Enter payment terms."""
    draft = TermsDraft(**dict(wanted))
    (made,) = create_payment_terms.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return {"id": made}
