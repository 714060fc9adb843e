"""The exceptions inbox as data: what waits for whom, how much money it may cost, and the page that resolves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.access import company_ids, may
from core.commands import command
from core.errors import DomainError, NotAllowed, NotFound
from core.models import ExceptionCase, User
from core.web.parts import Tag
from orders.models import OrderHold
from orders.selectors import open_holds
from orders.states import HoldKind

SHOWN = 200  # the costliest; who has more than these does not read a list any more
SEE_ALL, RESOLVE_ALL = "core.see_cases", "core.resolve_cases"  # of every desk, not of one's own roles alone


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exception: its word and tone, how soon to act, and what its button says."""

    label: str
    tone: str
    within: timedelta
    action: str

    @property
    def norm(self) -> str:
        """“act within 1 d”."""
        hours = int(self.within.total_seconds()) // 3600
        return f"act within {hours} h" if hours < 24 else f"act within {hours // 24} d"


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KINDS = {
    "promise_broken": Kind("Promise broken", "bad", HOUR, "Repair"),
    "short_pick": Kind("Short at pick", "warn", HOUR, "Look"),
    "credit_hold": Kind("On credit hold", "bad", DAY, "Decide"),
    "price_hold": Kind("Price to release", "warn", DAY, "Decide"),
    "paid_cancelled_order": Kind("Paid, order cancelled", "violet", 2 * DAY, "Look"),
    "provider_amount_differs": Kind("Other amount paid", "violet", 2 * DAY, "Look"),
    "webhook_off": Kind("Webhook switched off", "bad", DAY, "Mend"),
    "webhook_dead": Kind("Webhook not taken", "warn", DAY, "Replay"),
}
OTHER = Kind("To look at", "neutral", DAY, "Look")
PAGES = {
    "order": "orders:detail",
    "delivery": "fulfillment:delivery",
    "invoice": "billing:invoice",
    "payment": "payments:payment",
    "return": "fulfillment:return",
    "webhook": "webhooks:subscription",
}


def kind_of(name: str) -> Kind:
    """The kind by its name; one that nobody described yet is shown under its own words."""
    known = KINDS.get(name)
    return known or Kind(name.replace("_", " ").capitalize(), OTHER.tone, OTHER.within, OTHER.action)


@dataclass(frozen=True, slots=True)
class Item:
    """One exception. ``case_id`` is zero for what resolves itself when the document moves on (a hold)."""

    case_id: int
    kind: str
    document: str
    url: str
    sentence: str
    currency: str
    value: Decimal | None
    owner: str
    opened_at: datetime

    @property
    def is_overdue(self) -> bool:
        """Whether it is older than its norm."""
        return timezone.now() - self.opened_at > kind_of(self.kind).within


@dataclass(frozen=True, slots=True)
class Group:
    """The exceptions of one kind, the costliest first, with their sums per currency."""

    kind: Kind
    tag: Tag
    items: Sequence[Item]

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        """Money at risk, never added across currencies."""
        return sums_of(self.items)


def sums_of(items: Sequence[Item]) -> list[tuple[str, Decimal]]:
    """Money at risk per currency."""
    sums: dict[str, Decimal] = {}
    for item in items:
        if item.value is not None and item.currency:
            sums[item.currency] = sums.get(item.currency, Decimal(0)) + item.value
    return sorted(sums.items())


def roles_of(user: User) -> frozenset[str]:
    """The names of the person's roles. One query."""
    return frozenset(user.groups.values_list("name", flat=True))


def cases_visible_to(user: User, roles: frozenset[str], *, every_desk: str = SEE_ALL) -> QuerySet[ExceptionCase]:
    """The cases of the person's companies and roles (a lead has the team's), or that the person owns; of every role
    with the right to ``every_desk``.
    """
    rows = ExceptionCase.objects.filter(company_id__in=company_ids(user))
    if may(user, every_desk):
        return rows
    own = {name for role in roles for name in (role, role.removesuffix(" lead"))}
    own |= {name.lower() for name in own}
    return rows.filter(Q(role__in=own) | Q(owner=user))


def _page_of(kind: str, document_id: int) -> str:
    try:
        return reverse(PAGES[kind], args=[document_id])
    except (KeyError, NoReverseMatch):
        return ""


def _from_case(case: ExceptionCase) -> Item:
    name, _, rest = case.sentence.partition(": ")
    has_name = bool(rest) and len(name) <= 40
    return Item(
        case_id=case.pk,
        kind=case.kind,
        document=name.removeprefix("Order ")
        if has_name
        else f"{case.document_kind.replace('_', ' ')} {case.document_id}",
        url=_page_of(case.document_kind, case.document_id),
        sentence=rest if has_name else case.sentence,
        currency=case.currency,
        value=case.value_at_risk,
        owner=str(case.owner) if case.owner else case.role,
        opened_at=case.opened_at,
    )


def _from_hold(hold: OrderHold) -> Item:
    order = hold.order
    is_credit = hold.kind == HoldKind.CREDIT
    return Item(
        case_id=0,
        kind="credit_hold" if is_credit else "price_hold",
        document=order.number or "",
        url=reverse("orders:credit-case", args=[order.pk]) if is_credit else reverse("orders:detail", args=[order.pk]),
        sentence=f"{order.account.name}: {hold.reason}",
        currency=order.currency,
        value=order.gross.amount if order.gross is not None else None,
        owner="Credit manager" if is_credit else "Sales lead",
        opened_at=hold.created_at,
    )


def open_items(user: User, companies: frozenset[int], view: str) -> list[Item]:
    """Everything that waits for this person or team in these companies, the costliest first. Three queries at most."""
    roles = roles_of(user)
    rows = cases_visible_to(user, roles).filter(company_id__in=companies, resolved_at=None)
    if view == "mine":
        rows = rows.filter(owner=user)
    items = [_from_case(case) for case in rows.select_related("owner").order_by("-value_at_risk", "id")[:SHOWN]]
    kinds = [HoldKind.CREDIT] if may(user, "orders.release_credit") else []
    kinds += [HoldKind.PRICE] if may(user, "orders.release_order") else []
    if kinds and view != "mine":
        items += [_from_hold(hold) for hold in _holds(user, companies, kinds)]
    if view == "late":
        items = [item for item in items if item.is_overdue]
    return sorted(items, key=lambda item: -(item.value or Decimal(0)))


def _holds(user: User, companies: frozenset[int], kinds: Sequence[HoldKind]) -> QuerySet[OrderHold]:
    return open_holds(user).filter(order__company_id__in=companies, kind__in=kinds)[:SHOWN]


def grouped(items: Sequence[Item]) -> list[Group]:
    """The exceptions by kind, in the order in which kinds are urgent."""
    names = {item.kind for item in items}
    order = [*KINDS, *sorted(names - KINDS.keys())]
    return [
        Group(kind, Tag(kind.label, kind.tone), [item for item in items if item.kind == name])  # type: ignore[arg-type]
        for name in order
        if name in names
        for kind in [kind_of(name)]
    ]


def resolved_since(user: User, companies: frozenset[int], since: date) -> QuerySet[ExceptionCase]:
    """What was resolved in these companies from this day on, newest first."""
    rows = cases_visible_to(user, roles_of(user)).filter(company_id__in=companies, resolved_at__date__gte=since)
    return rows.select_related("resolved_by").order_by("-resolved_at")[:SHOWN]


@command(permission=None)
def resolve_case(*, case_id: int, resolution: str, actor: User) -> None:
    """Take one case off the desk, with what was done about it. Its role is the right to do so, or core.resolve_cases.

    Raises:
        NotFound, NotAllowed: it does not exist for this person, or is another role's. DomainError: no reason, or it was
        resolved meanwhile.
    """
    if not resolution.strip():
        raise DomainError("Enter what was done about it.", fields={"resolution": "Enter what was done about it."})
    case = ExceptionCase.objects.filter(pk=case_id, company_id__in=company_ids(actor)).first()
    if case is None:
        raise NotFound("This exception does not exist.")
    own = cases_visible_to(actor, roles_of(actor), every_desk=RESOLVE_ALL)
    if not own.filter(pk=case_id).exists():
        raise NotAllowed("This exception is on another role's desk. Nothing was changed.")
    done = ExceptionCase.objects.filter(pk=case_id, resolved_at=None).update(
        resolved_at=timezone.now(), resolved_by=actor, resolution=resolution.strip()[:500]
    )
    if not done:
        raise DomainError("This exception was resolved already. Nothing was changed.")
