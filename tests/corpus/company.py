"""The small company that is shot at: two weeks of the demonstration's trade, and one of whatever else has a page."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from moneyed import Money

from billing.models import Invoice
from catalog.models import Account, Product
from core.cases import CaseDraft, open_cases
from core.dates import business_date
from core.dossiers import add_file, add_note
from core.files import Content
from core.models import Company, Invitation, Job, JobFilePart, OutboxMessage, SavedView, User
from core.system import system_user
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import DeliveryLine
from fulfillment.services import create_return, pick_all, receive_returns
from inventory.models import Warehouse
from orders.models import Order
from orders.services import hold_orders
from orders_site.demo import load_demo_company
from orders_site.imports.models import ImportRun
from orders_site.people.drafts import PersonDraft
from orders_site.people.services.inviting import invite_person, keep_token
from orders_site.roles import ROLES, sync_roles
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.signing import new_secret, seal
from payments.drafts import PaymentDraft
from payments.models import SimulatedCall, SimulatedPayment
from payments.services import receive_payments
from rebates.drafts import AgreementDraft, TierDraft
from rebates.services import activate_agreement, create_agreement
from tests import factories
from tests.api.program import make_key

DAYS = 15
TOKEN = "an-invitation-that-is-open"


@dataclass
class Place:
    """The company, who shoots, and what belongs to somebody else."""

    company: Company
    boss: User
    api_key: str = ""
    session: str = ""
    foreign: dict[str, int] = field(default_factory=dict)


def seed() -> Place:
    """Fill the database; who shoots is a person with every role."""
    sync_roles()
    today = business_date("Europe/London")
    load_demo_company(lambda _: None, today=today, days=DAYS)
    company = Company.objects.get()
    place = Place(company, factories.make_user(name="Bea", roles=tuple(ROLES), companies=(company,)))
    place.foreign = _another_company()
    _trade(company, today)
    _work(company, place.boss)
    _doors(company, place)
    return place


def _another_company() -> dict[str, int]:
    other = factories.make_company(code="OTHER")
    warehouse, product = factories.make_warehouse(company=other), factories.make_product(sku="THEIRS")
    account = factories.make_account(company=other, code="THEIRS")
    order = factories.make_order(
        company=other, account=account, warehouse=warehouse, lines={product: "1"}, actor=system_user()
    )
    return {
        "company": other.pk, "warehouse": warehouse.pk, "product": product.pk, "account": account.pk, "order": order.pk
    }  # fmt: skip


def _trade(company: Company, today: date) -> None:
    """Money in, goods back, an order held, a rebate promised: what two weeks of trade do not bring by themselves."""
    actor = system_user()
    invoices = Invoice.objects.filter(company=company, direction="invoice", currency="GBP").order_by("pk")
    drafts = [
        PaymentDraft(
            company_id=company.pk, account_id=invoice.account_id, amount=Money(invoice.gross.amount + more, "GBP"),
            business_date=today, reference=str(invoice.number), invoice_id=invoice.pk,
        )
        for invoice, more in zip(invoices[:2], (Decimal(0), Decimal(25)), strict=True)
    ]  # fmt: skip
    receive_payments(drafts=drafts, actor=actor)
    for number, line in enumerate(
        DeliveryLine.objects.filter(invoiced__gt=1, order_line__parent=None).order_by("pk")[:2]
    ):
        back = (ReturnLineDraft(Decimal(1), delivery_line_id=line.pk),)
        pk = create_return(draft=ReturnDraft(company.pk, today, "too many", back), actor=actor)
        if number:
            receive_returns(return_ids=[pk], business_date=today, actor=actor)
    picked = DeliveryLine.objects.filter(delivery__status="released").values_list("delivery_id", flat=True).first()
    if picked:
        pick_all(delivery_ids=[picked], actor=actor)
    held = Order.objects.filter(company=company, status="confirmed", deliveries=None).order_by("-pk").first()
    if held:
        hold_orders(order_ids=[held.pk], reason="asked to wait", actor=actor)
    bin_product = Product.objects.get(sku="THEIRS")
    factories.put_in_stock(
        company=company, warehouse=Warehouse.objects.get(code="LDS"), product=bin_product, quantity="5", on=today
    )
    for account in Account.objects.filter(is_customer=True, currency="GBP", code__startswith="C").order_by("pk")[:2]:
        pk = create_agreement(
            draft=AgreementDraft(
                company.pk, account.pk, "Volume", today.replace(month=1, day=1), today.replace(month=12, day=31),
                Decimal(2), (TierDraft(Decimal(0), Decimal(2)),), today,
            ),
            actor=actor,
        )  # fmt: skip
    activate_agreement(agreement_id=pk, actor=actor)


def _work(company: Company, boss: User) -> None:
    """Jobs with a file and failed, a dead letter, a saved view, something on a desk."""
    for state in ("done", "failed"):
        job = Job.objects.create(
            kind="list_export", title=f"Orders {state}", arguments={}, queue="documents", company=company, state=state,
            requested_by=boss, result={"file": {"name": "orders.csv", "size": 4, "type": "text/csv"}},
        )  # fmt: skip
        JobFilePart.objects.create(job=job, number=1, content=b"a,b\n")
    letter = {"task": "orders.note_moved_promises", "payload": {}, "queue": "promising", "state": "dead", "tries": 8}
    OutboxMessage.objects.create(command_uid=uuid.uuid4(), last_error="broken", **letter)
    SavedView.objects.create(list_key="orders", name="Mine", owner=boss, query="status=draft", columns=[])
    order = Order.objects.filter(company=company).first()
    if order:
        beside = {"document_kind": "order", "document_id": order.pk, "actor": boss}
        add_note(text="Rings before noon.", **beside)
        add_file(name="asked.txt", content=Content(b"As on the phone.\n"), **beside)
    case = CaseDraft(company.pk, "late", "Sales", "order", order.pk if order else 1, "Late", "GBP", Decimal(5))
    open_cases(cases=[case], actor=system_user())


def _doors(company: Company, place: Place) -> None:
    """A webhook, a key, an invitation, a simulated payment, imports, and the sign-in itself."""
    boss = place.boss
    hook = WebhookSubscription.objects.create(
        company=company, name="Shop", address="https://shop.example/", events=["order.confirmed"], owner=boss,
        sealed_secret=seal(new_secret()),
    )  # fmt: skip
    for state in ("done", "dead"):
        WebhookDelivery.objects.create(
            subscription=hook, event="order.confirmed", facts={}, command_uid=uuid.uuid4(), state=state
        )
    place.api_key = make_key(boss)
    role, draft = Group.objects.get(name="Sales"), ("ned", "ned@h.example", "Ned", "New")
    person = invite_person(draft=PersonDraft(*draft, (role.pk,), (company.pk,)), actor=system_user())
    invitation = Invitation.objects.get(person=person)
    keep_token(invitation_id=invitation.pk, token_hash=sha256(TOKEN.encode()).hexdigest(), actor=system_user())
    account = Account.objects.filter(code__startswith="C").order_by("pk")[0]
    paid = SimulatedPayment.objects.create(
        reference="sim-1", currency="GBP", amount=Money(Decimal(5), "GBP"), company=company, account=account
    )
    SimulatedCall.objects.create(payment=paid, event_id="evt-1", kind="payment.succeeded")
    client = Client()
    client.force_login(boss)
    place.session = client.cookies["sessionid"].value
    for state in (ImportRun.State.UPLOADED, ImportRun.State.CHECKED):
        form = {"kind": "products", "company": str(company.pk), "separator": ""}
        table = SimpleUploadedFile("new.csv", b"SKU,Name,Stock unit\nNEW-1,New,ea\n,Without,ea\n")
        answer = client.post(reverse("imports:new"), form | {"file": table})
        assert answer.status_code == 303, answer.content.decode()[-2000:]
        ImportRun.objects.filter(pk=ImportRun.objects.latest("pk").pk).update(state=state)
