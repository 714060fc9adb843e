"""Accounts with their addresses: one row each, and one more for every further address."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from django.db.models.functions import Upper

from catalog import checks
from catalog.drafts import AccountDraft, AddressDraft, AgreedTerms, ContactDraft
from catalog.models import Account, AccountInCompany, Address, Contact, PaymentTerms, PriceGroup
from catalog.services import change_account, create_accounts
from orders_site.imports.kinds.base import (
    Change,
    Field,
    Group,
    Kind,
    ReadRow,
    Scope,
    changed,
    create_or_change,
    lost_zeros,
)

OWN = (
    "name", "is_customer", "is_supplier", "status", "currency", "country", "language", "tax_number", "tax_class",
    "email", "phone",
)  # fmt: skip
PLACE = {
    "address_name": "name", "street": "street", "town": "town", "region": "region", "postcode": "postcode",
    "address_country": "country", "is_default_ship_to": "is_default_ship_to",
    "is_default_bill_to": "is_default_bill_to",
}  # fmt: skip
FIELDS = (
    Field("code", "Code", "code", ("code", "accountcode", "customer", "customerno", "customernumber", "account"),
          is_required=True),
    Field("name", "Name", guesses=("name", "customername", "accountname", "company")),
    Field("currency", "Currency", "upper", ("currency", "curr"), "Three letters, such as GBP"),
    Field("country", "Country", "upper", ("country", "countrycode"), "Two letters, such as GB"),
    Field("terms", "Payment terms", "code", ("terms", "paymentterms"), "The code of known terms"),
    Field("is_customer", "Customer", "flag", ("iscustomer",), "Yes or no"),
    Field("is_supplier", "Supplier", "flag", ("issupplier", "supplier"), "Yes or no"),
    Field("status", "Status", "choice", ("status",), words=dict(Account.Status.choices)),
    Field("parent", "Parent account", "code", ("parent", "parentaccount", "parentcode")),
    Field("price_group", "Price group", "code", ("pricegroup", "group")),
    Field("language", "Language", guesses=("language", "lang")),
    Field("tax_number", "Tax number", "code", ("taxnumber", "vat", "vatnumber", "vatid", "taxno")),
    Field("tax_class", "Tax class", guesses=("taxclass",)),
    Field("email", "E-mail", guesses=("email", "mail", "emailaddress")),
    Field("phone", "Phone", "code", ("phone", "telephone", "tel")),
    Field("address_name", "Address: name", guesses=("addressname", "shipto", "shiptoname"), is_part=True),
    Field("street", "Address: street", guesses=("street", "address", "address1"), is_part=True),
    Field("town", "Address: town", guesses=("town", "city"), is_part=True),
    Field("region", "Address: region", guesses=("region", "county", "state"), is_part=True),
    Field("postcode", "Address: postcode", "code", ("postcode", "zip", "zipcode", "postalcode"), is_part=True),
    Field("address_country", "Address: country", "upper", ("addresscountry",), "The account's if empty", is_part=True),
    Field("is_default_ship_to", "Deliveries go here", "flag", ("defaultshipto",), "Yes or no", is_part=True),
    Field("is_default_bill_to", "Invoices go here", "flag", ("defaultbillto",), "Yes or no", is_part=True),
)  # fmt: skip
LABELS = {each.name: each.label for each in FIELDS}


def check(groups: Sequence[Group], scope: Scope) -> None:
    """Nine queries at most for any number of groups."""
    codes = {group.value("code", "").upper() for group in groups}
    known = {account.code.upper(): account for account in _accounts(codes)}
    drafts = _drafts(known.values(), scope)
    named = _named(groups)
    for group in groups:
        account = known.get(group.value("code", "").upper())
        before = drafts[account.pk] if account else None
        group.target_id = account.pk if account else None
        group.draft = _draft(group, before, named, scope)
        _note_wrong(group)
        group.changes = _changes(before, group.draft, named["terms_names"])
        group.outcome = "new" if before is None else "changed" if group.changes else "same"
    lost_zeros(groups, "code", Account.objects.all())


def _accounts(codes: set[str]) -> list[Account]:
    return list(Account.objects.annotate(upper_code=Upper("code")).filter(upper_code__in=codes))


def _drafts(accounts: Any, scope: Scope) -> dict[int, AccountDraft]:
    """The accounts as they are, ready to be changed: what the file does not name stays. Four queries."""
    ids = [account.pk for account in accounts]
    places: dict[int, list[AddressDraft]] = {pk: [] for pk in ids}
    people: dict[int, list[ContactDraft]] = {pk: [] for pk in ids}
    agreed: dict[int, list[AgreedTerms]] = {pk: [] for pk in ids}
    for place in Address.objects.filter(account_id__in=ids).order_by("pk"):
        places[place.account_id].append(AddressDraft(**_facts(place, AddressDraft)))
    for person in Contact.objects.filter(account_id__in=ids).order_by("pk"):
        people[person.account_id].append(ContactDraft(**_facts(person, ContactDraft)))
    for terms in AccountInCompany.objects.filter(account_id__in=ids, company=scope.company):
        agreed[terms.account_id].append(AgreedTerms(**_facts(terms, AgreedTerms)))
    return {
        account.pk: AccountDraft(
            code=account.code,
            addresses=tuple(places[account.pk]),
            contacts=tuple(people[account.pk]),
            agreed=tuple(agreed[account.pk]),
            **{name: getattr(account, name) for name in (*OWN, "parent_id", "price_group_id", "created_on")},
        )
        for account in accounts
    }


def _facts(row: Any, draft: Any) -> dict[str, Any]:
    """What a draft takes over from its row: fields of the same names."""
    return {each.name: getattr(row, each.name) for each in fields(draft)}


def _named(groups: Sequence[Group]) -> dict[str, dict[Any, Any]]:
    """Terms, price groups and parents by the codes that the rows name."""
    parents = {str(group.value("parent")).upper() for group in groups if group.value("parent")}
    terms = dict(PaymentTerms.objects.values_list("code", "pk"))
    return {
        "terms": {code.upper(): pk for code, pk in terms.items()},
        "terms_names": {pk: code for code, pk in terms.items()},
        "price_group": {code.upper(): pk for code, pk in PriceGroup.objects.values_list("code", "pk")},
        "parent": {account.code.upper(): account.pk for account in _accounts(parents)} if parents else {},
    }


def _draft(group: Group, before: AccountDraft | None, named: Mapping[str, Any], scope: Scope) -> AccountDraft:
    """The account as the rows want it."""
    said = {name: value for name in OWN if (value := group.value(name)) is not None}
    for name in ("parent", "price_group"):
        code = group.value(name)
        if code:
            said[f"{name}_id"] = named[name].get(str(code).upper())
            if said[f"{name}_id"] is None:
                group.wrong(name, f"There is no {LABELS[name].lower()} with code {code}.")
    if before is None:
        code = group.value("code", "")
        before = AccountDraft(code=code, name="", currency="", country="", created_on=scope.today)
    draft = replace(before, **said)
    return replace(draft, addresses=_addresses(group, draft), agreed=_agreed(group, draft, named["terms"], scope))


def _agreed(group: Group, draft: AccountDraft, terms: Mapping[str, int], scope: Scope) -> tuple[AgreedTerms, ...]:
    """What the company agrees with it: known terms by code; without any the account cannot order here yet."""
    code = group.value("terms")
    if code is None:
        if not draft.agreed and draft.is_customer:
            group.wrong("terms", "A customer needs payment terms.")
        return draft.agreed
    found = terms.get(str(code).upper())
    if found is None:
        group.wrong("terms", f"There are no payment terms with code {code}. Known: {', '.join(sorted(terms)[:8])}.")
        return draft.agreed
    if draft.agreed:
        return (replace(draft.agreed[0], terms_id=found),)
    return (AgreedTerms(company_id=scope.company.pk, terms_id=found),)


def _addresses(group: Group, draft: AccountDraft) -> tuple[AddressDraft, ...]:
    """The places it has, those of the rows changed or added; one is known by its name.

    A default that a row gives to one place is taken from the others; the first place of all is the default.
    """
    places = list(draft.addresses)
    for row in group.rows:
        said = {inner: row.values[name] for name, inner in PLACE.items() if name in row.values}
        if not said:
            continue
        name = str(said.get("name") or draft.name)
        at = next((index for index, place in enumerate(places) if place.name.lower() == name.lower()), None)
        if at is None:
            first = {"is_default_ship_to": not places, "is_default_bill_to": not places}
            blank = {"street": "", "town": "", "country": draft.country}
            places.append(AddressDraft(**({"name": name} | blank | first | said)))
            at = len(places) - 1
        else:
            places[at] = replace(places[at], **{key: value for key, value in said.items() if key != "name"})
        for default in ("is_default_ship_to", "is_default_bill_to"):
            if said.get(default):
                places = [_with_default(one, default, is_on=index == at) for index, one in enumerate(places)]
        _note_wrong_address(group, row, places[at])
    return tuple(places)


def _with_default(place: AddressDraft, default: str, *, is_on: bool) -> AddressDraft:
    said: dict[str, Any] = {default: is_on}
    return replace(place, **said)


def _note_wrong_address(group: Group, row: ReadRow, place: AddressDraft) -> None:
    inner = {value: name for name, value in PLACE.items()}
    for name, sentence in checks.address(place).items():
        group.wrong(inner[name], sentence, row)


def _note_wrong(group: Group) -> None:
    """What the room's own check says, at the columns; addresses were told at their rows."""
    for name, sentence in checks.account(replace(group.draft, addresses=(), contacts=())).items():
        group.wrong(name if name in LABELS else "code", sentence)


def _changes(before: AccountDraft | None, after: AccountDraft, terms: Mapping[int, str]) -> list[Change]:
    if before is None:
        return []
    found = changed(
        {name: LABELS[name] for name in OWN},
        {name: getattr(before, name) for name in OWN},
        {name: getattr(after, name) for name in OWN},
    )
    for name, label in (("parent_id", "Parent account"), ("price_group_id", "Price group")):
        if getattr(before, name) != getattr(after, name):
            found.append((label, "another" if getattr(before, name) else "", "as in the file"))
    old = terms.get(before.agreed[0].terms_id, "") if before.agreed else ""
    new = terms.get(after.agreed[0].terms_id, "") if after.agreed else ""
    if old != new:
        found.append(("Payment terms", old, new))
    known = {place.id: place for place in before.addresses}
    for place in after.addresses:
        if place.id is None:
            found.append(("Address", "", _line(place)))
        elif place != known[place.id]:
            found.append(("Address", _line(known[place.id]), _line(place)))
    return found


def _line(place: AddressDraft) -> str:
    defaults = (("deliveries", place.is_default_ship_to), ("invoices", place.is_default_bill_to))
    marks = [word for word, is_on in defaults if is_on]
    parts = [place.name, place.street, f"{place.postcode} {place.town}".strip(), place.region, place.country]
    return ", ".join(part for part in parts if part) + (f" ({' and '.join(marks)})" if marks else "")


def apply(groups: Sequence[Group], scope: Scope) -> list[int | None]:
    """New accounts in one set; changed ones one by one, because each locks what stands above it."""
    return create_or_change(
        groups,
        create=lambda drafts: create_accounts(drafts=drafts, actor=scope.actor),
        change=lambda pk, draft: change_account(account_id=pk, draft=draft, actor=scope.actor),
    )


ACCOUNTS = Kind(
    name="accounts",
    label="Accounts",
    noun="accounts",
    right="catalog.maintain_account",
    key=("code",),
    fields=FIELDS,
    check=check,
    apply=apply,
    url_name="catalog:account",
    about="Customers and suppliers. A further row with the same code adds another address.",
)
