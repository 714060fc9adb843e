"""Writing, changing and activating rebate agreements."""

from datetime import date
from decimal import Decimal

from catalog.models import AccountInCompany, Category
from core import bulk
from core.access import company_ids
from core.commands import command
from core.errors import NotFound, StaleVersion, TransitionRefused
from core.fx import find_rate
from core.ledger import Movement
from core.models import Company, User
from core.numbering import sequence_numbers
from core.rounding import UnknownCurrency, currency_exponent, round_amount
from core.timeline import TimelineEntry, record
from core.transitions import advance
from core.wording import plain
from rebates.accruals import ZERO, with_base
from rebates.drafts import AgreementDraft
from rebates.errors import AgreementRefused
from rebates.ledgers import REBATES
from rebates.loading import eligible_of_agreement
from rebates.models import RebateAgreement, RebateTier
from rebates.services.accruing import accrual_entry, accrue, balances_of, post, terms_of
from rebates.services.locking import lock_agreement
from rebates.states import AgreementStatus

MOST_TIERS = 20
LARGEST_START = Decimal(10) ** 14

FIELDS = ("account_id", "name", "method", "category_id", "valid_from", "valid_until", "expected_percent", "currency")


@command(permission="rebates.maintain_agreement")
def create_agreement(*, draft: AgreementDraft, actor: User) -> int:
    """Write a draft agreement with its tiers and return its id. Nothing accrues until it is activated.

    Amounts are in its currency, by default the account's. Raises AgreementRefused naming the fields, NotFound.
    """
    company, currency = _require_known(draft, actor=actor)
    require_sane(draft, currency)
    (agreement_id,) = bulk.insert(
        RebateAgreement,
        {
            "number": sequence_numbers(RebateAgreement, [draft.business_date]),
            **{name: [value] for name, value in _values(draft, currency).items()},
        },
        same={
            "company_id": company.pk,
            "business_date": draft.business_date,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )
    _write_tiers(agreement_id, draft)
    record([TimelineEntry("rebate_agreement", agreement_id, "create", to_status=AgreementStatus.DRAFT)], actor=actor)
    return agreement_id


@command(permission="rebates.maintain_agreement")
def change_agreement(*, agreement_id: int, version: int, draft: AgreementDraft, actor: User) -> None:
    """Write a draft agreement anew. What is active stays as it was promised.

    Raises StaleVersion when somebody else changed it meanwhile, TransitionRefused when it is active.
    """
    agreement = lock_agreement(agreement_id, actor=actor)
    _require_version(agreement, version)
    if agreement.status != AgreementStatus.DRAFT:
        raise TransitionRefused(f"{agreement.title} is {agreement.get_status_display().lower()}; its terms stay.")
    _, currency = _require_known(draft, actor=actor)
    require_sane(draft, currency)
    RebateAgreement.objects.filter(pk=agreement_id).update(
        **_values(draft, currency), version=agreement.version + 1, changed_by=actor
    )
    RebateTier.objects.filter(agreement=agreement).delete()
    _write_tiers(agreement_id, draft)
    record([TimelineEntry.about(agreement, "change")], actor=actor)


@command(permission="rebates.maintain_agreement")
def activate_agreement(*, agreement_id: int, actor: User, business_date: date | None = None) -> None:
    """Make an agreement binding: from now on invoices accrue, and those already posted in its period are counted.

    What they accrue is posted on ``business_date``, because their own periods may be locked; by default on their days.
    Raises TransitionRefused, AgreementRefused for one without tiers.
    """
    agreement = lock_agreement(agreement_id, actor=actor)
    if not agreement.tiers.exists():
        raise AgreementRefused("An agreement needs at least one tier before it is activated.")
    advance([agreement], "activate", actor=actor)
    accrue(agreement.company, eligible_of_agreement(agreement.pk), actor=actor, posted_on=business_date)


@command(permission="rebates.maintain_agreement")
def change_expected_rate(
    *, agreement_id: int, version: int, percent: Decimal, business_date: date, reason: str, actor: User
) -> None:
    """Expect another rate of an active agreement: everything that counts so far is accrued at it, by the difference.

    Raises AgreementRefused, StaleVersion, TransitionRefused.
    """
    agreement = lock_agreement(agreement_id, actor=actor)
    _require_version(agreement, version)
    if agreement.status != AgreementStatus.ACTIVE:
        raise TransitionRefused(f"{agreement.title} is {agreement.get_status_display().lower()}; nothing accrues.")
    sentence = _wrong_percent(percent)
    if sentence:
        raise AgreementRefused(sentence, fields={"expected_percent": sentence})
    company, before_percent = agreement.company, agreement.expected_percent
    agreement.expected_percent = percent
    RebateAgreement.objects.filter(pk=agreement_id).update(
        expected_percent=percent, version=agreement.version + 1, changed_by=actor
    )
    key = (company.pk, agreement.pk)
    totals = REBATES.lock([key])
    rate = find_rate(agreement.currency, to=company.functional_currency, on=business_date)
    terms = terms_of(agreement, company, rate)
    before = balances_of(totals[key])
    change = with_base(before, ZERO, terms) - before
    source = ("rebate_agreement", agreement.pk, f"rate {agreement.version + 1}")
    post(
        company,
        [Movement(key, change.as_deltas(), *source, business_date)],
        [accrual_entry(agreement, change, terms, source=source, on=business_date)],
        totals,
        actor=actor,
    )
    text = f"Expected rate {plain(before_percent)} % is now {plain(percent)} %."
    record([TimelineEntry.about(agreement, "change_rate", text=text, reason=reason[:500])], actor=actor)


def _require_version(agreement: RebateAgreement, version: int) -> None:
    if agreement.version != version:
        raise StaleVersion(f"{agreement.title} was changed by somebody else meanwhile. Look at it again first.")


def _require_known(draft: AgreementDraft, *, actor: User) -> tuple[Company, str]:
    """The company and the currency of the agreement. Raises NotFound."""
    if draft.company_id not in company_ids(actor):
        raise NotFound("This company does not exist.")
    company = Company.objects.get(pk=draft.company_id)
    in_company = AccountInCompany.objects.filter(company=company, account=draft.account_id)
    agreed = in_company.select_related("account").first()
    if agreed is None:
        raise NotFound("This account does not exist in this company.")
    if draft.category_id is not None and not Category.objects.filter(pk=draft.category_id).exists():
        raise NotFound("This category does not exist.")
    return company, draft.currency or agreed.account.currency


def _values(draft: AgreementDraft, currency: str) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(draft, name) for name in FIELDS}
    return values | {"currency": currency, "name": draft.name.strip()}


def _write_tiers(agreement_id: int, draft: AgreementDraft) -> None:
    bulk.insert(
        RebateTier,
        {
            "agreement_id": [agreement_id] * len(draft.tiers),
            "starts_at": [tier.starts_at for tier in draft.tiers],
            "percent": [tier.percent for tier in draft.tiers],
        },
    )


def require_sane(draft: AgreementDraft, currency: str) -> None:
    """Refuse terms that cannot be kept, each at its field. Raises AgreementRefused."""
    wrong: dict[str, str] = {}
    if not draft.name.strip() or len(draft.name) > 120 or "\x00" in draft.name:
        wrong["name"] = "Enter a name of at most 120 characters."
    if draft.method not in RebateAgreement.Method.values:
        wrong["method"] = "Choose how the tiers count."
    if draft.valid_until < draft.valid_from:
        wrong["valid_until"] = "This ends before it begins."
    if sentence := _wrong_percent(draft.expected_percent):
        wrong["expected_percent"] = sentence
    try:
        exponent = currency_exponent(currency)
    except UnknownCurrency as error:
        wrong["currency"], exponent = error.sentence, -1
    if exponent >= 0:
        wrong |= _wrong_tiers(draft, currency)
    if wrong:
        raise AgreementRefused(" ".join(dict.fromkeys(wrong.values())), fields=wrong)


def _wrong_tiers(draft: AgreementDraft, currency: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(draft.tiers) <= MOST_TIERS:
        wrong["tiers"] = f"Enter at least one tier, and at most {MOST_TIERS}."
    seen: set[Decimal] = set()
    for position, tier in enumerate(draft.tiers):
        start = tier.starts_at
        if not start.is_finite() or not 0 <= start < LARGEST_START:
            wrong[f"tiers-{position}-starts_at"] = "Enter a value from 0 on, of at most 14 digits."
        elif start != round_amount(start, currency):
            wrong[f"tiers-{position}-starts_at"] = f"{start:f} has more decimal places than {currency} knows."
        elif start in seen:
            wrong[f"tiers-{position}-starts_at"] = f"Two tiers start at {plain(start)}."
        seen.add(start)
        if sentence := _wrong_percent(tier.percent):
            wrong[f"tiers-{position}-percent"] = sentence
    return wrong


def _wrong_percent(percent: Decimal) -> str:
    if not percent.is_finite() or not 0 <= percent <= 100:
        return "Enter a percentage from 0 to 100."
    if percent != percent.quantize(Decimal("0.0001")):
        return "A percentage has at most four decimal places."
    return ""
