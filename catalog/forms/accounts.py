"""Input shapes of accounts: places and people, what the user's companies agreed with them, their part numbers."""

from typing import Any

from django import forms
from django.http import QueryDict

from catalog.drafts import ZERO, AccountDraft, AddressDraft, AgreedTerms, ContactDraft, PartNumberDraft
from catalog.forms.fields import AccountCodeField, PercentInput, ProductCodeField, country_field, currency_field
from catalog.forms.rows import EditPage, RowForm, rows_of, typed
from catalog.models import Account, AccountInCompany, CustomerPartNumber, PaymentTerms, PriceGroup, TaxRate
from core.access import company_ids
from core.models import Company, User

_STRAIGHT = (
    "code",
    "name",
    "is_customer",
    "is_supplier",
    "status",
    "currency",
    "country",
    "language",
    "tax_number",
    "tax_class",
    "email",
    "phone",
)
_ADDRESS = ("name", "street", "town", "postcode", "region", "country", "is_default_ship_to", "is_default_bill_to", "id")
_CONTACT = ("name", "email", "phone", "role", "id")
_AGREED = ("terms", "ships_complete", "accepts_substitutes", "over_delivery_percent", "salesperson")


class AccountForm(forms.Form):
    """Who the account is, and how it is taxed and priced."""

    code = forms.CharField(max_length=24)
    name = forms.CharField(max_length=160)
    is_customer = forms.BooleanField(label="Buys from us", required=False, initial=True)
    is_supplier = forms.BooleanField(label="Sells to us", required=False)
    status = forms.ChoiceField(choices=Account.Status.choices)
    currency = currency_field()
    country = country_field(help_text="Two letters")
    tax_class = forms.ChoiceField(label="Tax class")
    tax_number = forms.CharField(
        label="Tax number", max_length=24, required=False, help_text="Its check digits are verified"
    )
    price_group = forms.ModelChoiceField(PriceGroup.objects.order_by("name"), label="Price group", required=False)
    parent = AccountCodeField(label="Belongs to", required=False, help_text="Code of the account above")
    language = forms.CharField(max_length=8, initial="en")
    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = set(TaxRate.objects.values_list("tax_class", flat=True).distinct()) | {"domestic"}
        known |= {str(self.initial["tax_class"])} if "tax_class" in self.initial else set()
        self.fields["tax_class"].choices = [(name, name.capitalize()) for name in sorted(known)]  # type: ignore[attr-defined]


class AddressRow(RowForm):
    """A place of the account."""

    name = forms.CharField(max_length=120)
    street = forms.CharField(max_length=160)
    town = forms.CharField(max_length=80)
    postcode = forms.CharField(max_length=16, required=False)
    region = forms.CharField(max_length=80, required=False)
    country = country_field()
    is_default_ship_to = forms.BooleanField(label="Deliver here", required=False)
    is_default_bill_to = forms.BooleanField(label="Invoice here", required=False)
    id = forms.IntegerField(required=False, widget=forms.HiddenInput())


class ContactRow(RowForm):
    """A person at the account."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(max_length=40, required=False)
    role = forms.CharField(max_length=60, required=False)
    id = forms.IntegerField(required=False, widget=forms.HiddenInput())


class TermsRow(RowForm):
    """What one company agreed. Without terms nothing was agreed, and no order can be entered."""

    company = forms.ModelChoiceField(Company.objects.none(), empty_label=None)
    terms = forms.ModelChoiceField(PaymentTerms.objects.order_by("net_days", "name"), label="Payment terms")
    ships_complete = forms.BooleanField(label="Complete deliveries only", required=False)
    accepts_substitutes = forms.BooleanField(label="Takes substitutes", required=False)
    over_delivery_percent = PercentInput(label="Over-delivery, %", required=False)
    salesperson = forms.ModelChoiceField(User.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = company_ids(user)
        people = User.objects.filter(is_active=True, is_system=False, memberships__company__in=mine).distinct()
        self.fields["salesperson"].queryset = people.order_by("first_name", "username")  # type: ignore[attr-defined]
        if len(mine) < 2:
            self.fields["company"].widget = forms.HiddenInput()
        self.fields["company"].queryset = Company.objects.filter(pk__in=mine).order_by("name")  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """Whether anything was agreed: the company alone says nothing."""
        return any(name != "company" for name in self.changed_data)


AddressRows, ContactRows, TermsRows = (
    rows_of(AddressRow, spare=2),
    rows_of(ContactRow, spare=2),
    rows_of(TermsRow, spare=0),
)


def account_page(data: QueryDict | None, *, user: User, account: Account | None = None) -> EditPage:
    """The form of a new account, or of one that is there; one row of terms for each of the user's companies."""
    initial: dict[str, Any] = {}
    addresses: list[dict[str, Any]] = []
    contacts: list[dict[str, Any]] = []
    if account:
        initial = {name: getattr(account, name) for name in _STRAIGHT} | {"price_group": account.price_group_id}
        initial["parent"] = account.parent.code if account.parent else ""
        addresses = list(account.addresses.order_by("pk").values(*_ADDRESS))
        contacts = list(account.contacts.order_by("pk").values(*_CONTACT))
    return EditPage(
        AccountForm(data, initial=initial),
        agreed=TermsRows(data, prefix="agreed", initial=_agreed(user, account), form_kwargs={"user": user}),
        addresses=AddressRows(data, prefix="addresses", initial=addresses),
        contacts=ContactRows(data, prefix="contacts", initial=contacts),
    )


def _agreed(user: User, account: Account | None) -> list[dict[str, Any]]:
    known: dict[int, dict[str, Any]] = {}
    if account:
        rows = AccountInCompany.objects.filter(account=account).values("company", *_AGREED)
        known = {row["company"]: row | {"over_delivery_percent": typed(row["over_delivery_percent"])} for row in rows}
    mine = Company.objects.filter(pk__in=company_ids(user)).order_by("name")
    return [known.get(company_id, {"company": company_id}) for company_id in mine.values_list("pk", flat=True)]


def account_draft(page: EditPage) -> AccountDraft:
    """The account of a checked page."""
    entered = page.main.cleaned_data
    addresses, contacts, agreed = (
        [row.cleaned_data for row in page.parts[name].filled] for name in ("addresses", "contacts", "agreed")
    )
    return AccountDraft(
        **{name: entered[name] for name in _STRAIGHT},
        parent_id=entered["parent"],
        price_group_id=entered["price_group"].pk if entered["price_group"] else None,
        addresses=tuple(AddressDraft(**{name: row[name] for name in _ADDRESS}) for row in addresses),
        contacts=tuple(ContactDraft(**{name: row[name] for name in _CONTACT}) for row in contacts),
        agreed=tuple(
            AgreedTerms(
                company_id=row["company"].pk,
                terms_id=row["terms"].pk,
                ships_complete=row["ships_complete"],
                accepts_substitutes=row["accepts_substitutes"],
                over_delivery_percent=row["over_delivery_percent"] or ZERO,
                salesperson_id=row["salesperson"].pk if row["salesperson"] else None,
            )
            for row in agreed
        ),
    )


class PartNumberRow(RowForm):
    """How the account calls one of our products."""

    product = ProductCodeField(label="SKU")
    number = forms.CharField(label="Their number", max_length=40)
    description = forms.CharField(label="Their description", max_length=160, required=False)


PartNumberRows = rows_of(PartNumberRow, spare=5)


def part_number_page(data: QueryDict | None, account: Account) -> EditPage:
    """The account's part numbers."""
    rows = CustomerPartNumber.objects.filter(account=account).select_related("product").order_by("product__sku")
    initial = [{"product": row.product.sku, "number": row.number, "description": row.description} for row in rows]
    return EditPage(forms.Form(data), numbers=PartNumberRows(data, prefix="numbers", initial=initial))


def part_numbers(page: EditPage) -> list[PartNumberDraft]:
    """The part numbers of a checked page."""
    rows = [row.cleaned_data for row in page.parts["numbers"].filled]
    return [PartNumberDraft(row["product"], row["number"], row["description"]) for row in rows]
