"""The commands of the first run. Each makes what one page asks for and all that follows from it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounting.services import set_up_books
from catalog.drafts import PriceListDraft, TaxRateDraft, TermsDraft, UnitOfMeasureDraft
from catalog.models import PaymentTerms, TaxRate, UnitOfMeasure
from catalog.services import create_payment_terms, create_price_list, create_units, set_tax_rates
from core.commands import command
from core.dates import business_date
from core.errors import DomainError, NotFound
from core.locks import Rank, lock_rows
from core.models import Company, CompanyMembership, User
from core.numbering import fiscal_year
from core.system import system_user
from inventory.models import Warehouse
from inventory.services import create_warehouse
from orders_site.first_run.progress import ADMINISTER, has_people
from orders_site.first_run.proposals import PAPER

# All that the way from a product to a posted invoice needs. Others are invited as soon as there are any, and take over.
FIRST_ROLES = ("Admin", "Master data", "Sales lead", "Warehouse lead", "Finance")
UNITS = (UnitOfMeasureDraft("ea", "each"), UnitOfMeasureDraft("bx", "box"), UnitOfMeasureDraft("hr", "hour", False))
TERMS = (TermsDraft("N30", "30 days net"), TermsDraft("N14", "14 days net", 14), TermsDraft("NOW", "At once", 0))
EXPORT_CLASS, HOME_CLASS = "export", "domestic"


class Sealed:
    """A hashed password. The command's log is told only that there was one."""

    __slots__ = ("value",)

    def __init__(self, password: str) -> None:
        self.value = make_password(password)

    def __str__(self) -> str:
        return "(not shown)"


@dataclass(frozen=True, slots=True)
class CompanyDraft:
    """The company as the wizard asks for it."""

    code: str
    name: str
    country: str
    currency: str
    time_zone: str
    fiscal_year_start_month: int = 1
    address: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class TaxDraft:
    """The rates of the company's own country, in percent, from a day on."""

    name: str
    standard: Decimal
    reduced: Decimal | None
    valid_from: date


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """The first administrator; the password is set beside it."""

    username: str
    first_name: str
    last_name: str
    email: str


@command(permission=None)
def create_first_administrator(*, code_is_right: bool, person: PersonDraft, sealed: Sealed, actor: User) -> int:
    """Let the first person in, who may do everything that a first invoice needs, and return the id.

    Works once for each database: two who try at the same time are let in one after the other, and only the first is.
    ``actor`` is the system.

    Raises:
        DomainError: the code was wrong, there are people already, or the name is the system's own.
    """
    if not code_is_right:
        sentence = "This is not the code that the set-up printed."
        raise DomainError(sentence, fields={"code": sentence})
    lock_rows(User, [actor.pk], Rank.MASTER_DATA)
    if has_people():
        raise DomainError("There is an administrator already. Sign in, or ask to be invited.")
    if person.username.casefold() == actor.username.casefold():
        sentence = "The system itself has this name. Choose another one."
        raise DomainError(sentence, fields={"username": sentence})
    made = User.objects.create(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        password=sealed.value,
    )
    made.groups.set(Group.objects.filter(name__in=FIRST_ROLES))
    return made.pk


@command(permission=ADMINISTER)
def create_company(*, draft: CompanyDraft, actor: User) -> int:
    """Create the first company with books, chart, posting rules, open months, units, payment terms and a price list;
    the actor belongs to it. The months are those of the present fiscal year, the one before and the next.

    Raises:
        DomainError: there is a company already, made in another window.
    """
    system = system_user()
    lock_rows(User, [system.pk], Rank.MASTER_DATA)
    if Company.objects.exists():
        raise DomainError("There is a company already. Reload the page and go on with it.")
    company = Company.objects.create(
        code=draft.code,
        name=draft.name,
        functional_currency=draft.currency,
        time_zone=draft.time_zone,
        country=draft.country,
        fiscal_year_start_month=draft.fiscal_year_start_month,
        address=draft.address,
        vat_number=draft.vat_number,
        paper=PAPER.get(draft.country, "A4"),
    )
    for member in (system, actor):
        CompanyMembership.objects.get_or_create(user=member, company=company)
    year = fiscal_year(company, business_date(company.time_zone))
    set_up_books(company=company, first_year=year - 1, last_year=year + 1, actor=system)
    units = set(UnitOfMeasure.objects.values_list("code", flat=True))
    create_units(drafts=[unit for unit in UNITS if unit.code not in units], actor=system)
    terms = set(PaymentTerms.objects.values_list("code", flat=True))
    create_payment_terms(drafts=[each for each in TERMS if each.code not in terms], actor=system)
    create_price_list(draft=PriceListDraft(company.pk, "STD", "Standard prices", draft.currency), actor=system)
    return company.pk


@command(permission=ADMINISTER)
def set_first_taxes(*, company_id: int, draft: TaxDraft, actor: User) -> None:
    """Enter the rates of the company's own country, and none for what is exported.

    Raises:
        DomainError: there are rates already; they are changed on their own page. TaxRateRefused: a rate is wrong.
    """
    (company,) = lock_rows(Company, [company_id], Rank.MASTER_DATA)
    _require_member(company, actor)
    if TaxRate.objects.filter(company=company).exists():
        raise DomainError("This company has tax rates already. Change them on the page of tax rates.")
    rates = {"standard": draft.standard, "reduced": draft.reduced, "zero": Decimal(0)}
    drafts = []
    for category, percent in rates.items():
        if percent is None:
            continue
        kind = "S" if percent else "Z"
        code, name = f"{kind}{percent.normalize():f}", f"{draft.name} {percent.normalize():f} %"
        code = code if percent else f"Z-{category[:4]}"
        reason = "" if percent else "Zero rated"
        home = TaxRateDraft(company_id, code, name, category, HOME_CLASS, percent, draft.valid_from, kind, reason)
        abroad = TaxRateDraft(
            company_id, f"G-{category[:4]}", "Export", category, EXPORT_CLASS, Decimal(0), draft.valid_from, "G",
            "Export of goods",
        )  # fmt: skip
        drafts += [home, abroad]
    set_tax_rates(drafts=drafts, actor=system_user())


@command(permission=ADMINISTER)
def create_first_warehouse(*, company_id: int, code: str, name: str, address: str, actor: User) -> int:
    """Set up the first warehouse with its default bin, in the company's country and zone.

    Raises:
        DomainError: there is one already.
    """
    (company,) = lock_rows(Company, [company_id], Rank.MASTER_DATA)
    _require_member(company, actor)
    if Warehouse.objects.filter(company=company).exists():
        raise DomainError("This company has a warehouse already.")
    made: int = create_warehouse(
        company=company, code=code, name=name, country=company.country, address=address, actor=system_user()
    )
    return made


def _require_member(company: Company, actor: User) -> None:
    if not CompanyMembership.objects.filter(company=company, user=actor).exists():
        raise NotFound("Company not found.")
