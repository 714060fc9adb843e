"""Settling rebates: what was earned and not settled yet becomes a credit of the account."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum
from moneyed import Money

from accounting.drafts import EntryDraft, OpenItemDraft, functional_amount
from accounting.services import numbered_items, open_items
from core import bulk
from core.commands import command
from core.fx import Rate, find_rate
from core.ledger import Movement
from core.models import User
from core.numbering import post_last
from core.rounding import currency_exponent
from core.states import require_transition
from core.timeline import TimelineEntry, link, record
from core.transitions import advance
from core.wording import amount_text
from orders.credit.services import CreditMove, lock_credit, move_credit
from rebates.accruals import ZERO, Balances, Terms, with_accrued, with_settled
from rebates.errors import NothingToSettle, NotSettleable
from rebates.ledgers import REBATES
from rebates.loading import eligible_of_agreement
from rebates.models import RebateAgreement, RebateMovement, RebateSettlement
from rebates.postings import settlement_lines
from rebates.selectors import scale_of, tiers_of
from rebates.services.accruing import accrual_entry, accrue, balances_of, post, terms_of
from rebates.services.locking import lock_agreement
from rebates.tiers import Rebate, earn

SETTLEMENT = "rebate_settlement"


@command(permission="rebates.settle_agreement")
def settle_agreement(
    *, agreement_id: int, until: date, final: bool, actor: User, business_date: date | None = None
) -> int:
    """Credit the account with what its purchases until this day earned, less what was settled before; returns the
    settlement's id.

    Posted on ``business_date`` (by default ``until``) with a gapless number: Dr rebates accrued, Cr receivable, and an
    open item that can be set against invoices. A final settlement covers the whole period, brings the accrual to what
    was earned and closes the agreement; when returns took more back than was settled, the account owes the difference.
    Locks agreement, credit, rebate total, in that order.

    Raises:
        NotSettleable: the day does not fit the period.
        NothingToSettle: nothing was earned beyond what was settled.
        TransitionRefused: the agreement is a draft or settled.
    """
    agreement = lock_agreement(agreement_id, actor=actor)
    require_transition([agreement], "settle")
    _require_day(agreement, until, final=final)
    company, on = agreement.company, business_date or until
    lock_credit(company, [agreement.account_id])
    missed = eligible_of_agreement(agreement.pk)  # invoices that were in flight when the agreement was activated
    accrue(company, missed, actor=actor, posted_on=on)
    key = (company.pk, agreement.pk)
    totals = REBATES.lock([key])
    before = balances_of(totals[key])
    earned = earned_until(agreement, None if final else until)
    amount = earned.earned - before.settled
    if amount <= 0 and not final:
        raise NothingToSettle(
            f"Until {until:%d %b %Y} {agreement.number} earned {amount_text(earned.earned, agreement.currency)}, and"
            f" {amount_text(before.settled, agreement.currency)} was settled before. There is nothing to settle."
        )
    rate = find_rate(agreement.currency, to=company.functional_currency, on=on)
    settlement = _insert(agreement, earned, amount, on=on, final=final, actor=actor)
    accrued = earned.earned if final else max(before.accrued, before.settled + amount)
    _post(agreement, settlement, before, accrued, amount, rate, actor=actor)
    if final:
        advance([agreement], "settle", actor=actor)
    quoted = numbered_items(company=company, source_type=SETTLEMENT)
    post_last([settlement], company=company, verb="post", actor=actor, quoted=quoted)
    return settlement.pk


def earned_until(agreement: RebateAgreement, until: date | None) -> Rebate:
    """What everything counted until this day earns by the tiers; None for the whole period. Two queries."""
    movements = RebateMovement.objects.filter(total__agreement=agreement)
    if until is not None:
        movements = movements.filter(business_date__lte=until)
    base = movements.aggregate(base=Sum("base"))["base"] or ZERO
    return earn(scale_of(agreement, tiers_of(agreement)), base, exponent=currency_exponent(agreement.currency))


def _require_day(agreement: RebateAgreement, until: date, *, final: bool) -> None:
    if until < agreement.valid_from:
        sentence = f"{agreement.number} starts on {agreement.valid_from:%d %b %Y}; nothing was earned before."
    elif final and until < agreement.valid_until:
        sentence = f"{agreement.number} runs until {agreement.valid_until:%d %b %Y}; only then it is final."
    else:
        return
    raise NotSettleable(sentence, fields={"until": sentence})


def _insert(
    agreement: RebateAgreement, earned: Rebate, amount: Decimal, *, on: date, final: bool, actor: User
) -> RebateSettlement:
    currency = agreement.currency
    settlement = RebateSettlement(
        company=agreement.company,
        currency=currency,
        business_date=on,
        agreement=agreement,
        account_id=agreement.account_id,
        earned=Money(earned.earned, currency),
        amount=Money(amount, currency),
        is_final=final,
        trace=list(earned.trace),
    )
    columns = ("currency", "business_date", "agreement_id", "account_id", "earned", "amount", "is_final", "trace")
    (settlement.pk,) = bulk.insert(
        RebateSettlement,
        {name: [getattr(settlement, name)] for name in columns},
        same={"company_id": agreement.company_id, "created_by_id": actor.pk, "changed_by_id": actor.pk},
    )
    return settlement


def _post(
    agreement: RebateAgreement,
    settlement: RebateSettlement,
    before: Balances,
    accrued: Decimal,
    amount: Decimal,
    rate: Rate,
    *,
    actor: User,
) -> None:
    """Ledger, journal, open item and credit of a settlement: the accrual is made right first, then paid out."""
    company, on, terms = agreement.company, settlement.business_date, terms_of(agreement, agreement.company, rate)
    adjusted = with_accrued(before, accrued, terms)
    settled = with_settled(adjusted, amount, terms)
    functional = functional_amount(amount, rate=rate)
    if amount:
        open_items(company=company, drafts=[_item(settlement, functional)], actor=actor)
        credit = CreditMove(agreement.account_id, SETTLEMENT, settlement.pk, "settle", open_items=-functional)
        move_credit(company=company, moves=[credit], business_date=on, actor=actor)
    key = (company.pk, agreement.pk)
    source = (SETTLEMENT, settlement.pk, "accrue")
    post(
        company,
        [Movement(key, (settled - before).as_deltas(), SETTLEMENT, settlement.pk, "settle", on)],
        [
            accrual_entry(agreement, adjusted - before, terms, source=source, on=on),
            _entry(agreement, settlement, settled - adjusted, terms, functional),
        ],
        REBATES.lock([key]),
        actor=actor,
    )
    link([("rebate_agreement", agreement.pk, SETTLEMENT, settlement.pk)])
    text = f"{amount_text(amount, agreement.currency)} settled"
    verb = "settle_rest" if settlement.is_final else "settle_part"
    record([TimelineEntry.about(agreement, verb, text=text)], actor=actor)


def _entry(
    agreement: RebateAgreement, settlement: RebateSettlement, change: Balances, terms: Terms, functional: Decimal
) -> EntryDraft:
    return EntryDraft(
        source_type=SETTLEMENT,
        source_id=settlement.pk,
        purpose="post",
        business_date=settlement.business_date,
        description=f"Rebate of {agreement.number} settled: {agreement.name}",
        lines=settlement_lines(
            change, terms, functional=functional, account_id=agreement.account_id, on=settlement.business_date
        ),
    )


def _item(settlement: RebateSettlement, functional: Decimal) -> OpenItemDraft:
    return OpenItemDraft(
        account_id=settlement.account_id,
        source_type=SETTLEMENT,
        source_id=settlement.pk,
        reference="Rebate",
        currency=settlement.currency,
        amount=-settlement.amount.amount,
        functional_amount=-functional,
        issued_on=settlement.business_date,
        due_on=settlement.business_date,
    )
