"""What is connected to what across the rooms: subscriptions, tasks, invariants, chains, navigation."""

from datetime import timedelta

from accounting import invariants as accounting_invariants
from accounting.sources import register_source_pages
from billing import bulk as billing_bulk
from billing import invariants as billing_invariants
from billing.events import InvoicesPosted
from billing.stops import invoice_stops
from billing.tasks import render_invoice_pdf
from catalog import invariants as catalog_invariants
from core import closing, dossiers, events, jobs, retention, work
from core.bulk_verbs import register_verb
from core.invariants import register
from core.web import exports
from core.web.story import register_kind
from fulfillment import bulk as fulfillment_bulk
from fulfillment import invariants as fulfillment_invariants
from fulfillment.stops import delivery_stops, return_stops
from inventory import invariants as inventory_invariants
from inventory.events import PromisesMoved, SupplyAdded
from inventory.stops import supply_order_stops, supply_receipt_stops
from orders import bulk as orders_bulk
from orders.events import OrdersCancelled
from orders.handlers import carry_added_supply, carry_moved_promises
from orders.stops import order_stops
from orders.tasks import note_moved_promises_task, repromise_waiting_task
from orders_site import invariants as site_invariants
from orders_site import order_documents
from orders_site.dossiers import KINDS
from orders_site.imports import services as imports
from orders_site.imports import work as import_work
from orders_site.imports.services import remove_old_files
from orders_site.integrity import run as integrity
from orders_site.navigation import declare_navigation
from orders_site.people import wiring as people
from orders_site.webhooks import recording as webhooks
from payments import invariants as payments_invariants
from payments.handlers import carry_advances, note_cancelled_orders
from payments.stops import payment_stops
from payments.tasks import apply_advances_task, apply_provider_event, ask_provider
from quotes.stops import quote_stops
from rebates import invariants as rebates_invariants
from rebates.handlers import accrue_for_invoices
from rebates.stops import agreement_stops, settlement_stops


def wire() -> None:
    """Connect the rooms. Called once per process by ``OrdersSiteConfig.ready``."""
    _subscribe()
    _register_tasks()
    _register_invariants()
    _register_documents()
    declare_navigation()
    people.wire()


def _subscribe() -> None:
    """Facts of lower rooms that others act on in the same transaction; handlers lock no documents."""
    events.subscribe(PromisesMoved, carry_moved_promises)
    events.subscribe(SupplyAdded, carry_added_supply)
    events.subscribe(OrdersCancelled, note_cancelled_orders)
    events.subscribe(InvoicesPosted, accrue_for_invoices)
    events.subscribe(InvoicesPosted, carry_advances)
    events.subscribe(SupplyAdded, webhooks.note_added_supply)
    closing.add_reader(webhooks.part_of)


def _register_tasks() -> None:
    """Work that leaves by the outbox, by the name it is stored under."""
    work.register_task("orders.note_moved_promises", note_moved_promises_task)
    work.register_task("orders.repromise_waiting", repromise_waiting_task)
    work.register_task("billing.render_invoice_pdf", render_invoice_pdf)
    work.register_task("payments.ask_provider", ask_provider)
    work.register_task("payments.apply_provider_event", apply_provider_event)
    work.register_task("payments.apply_advances", apply_advances_task)
    jobs.register_job(integrity.KIND, integrity.run)
    jobs.register_job(imports.CHECK, import_work.check)
    jobs.register_job(imports.APPLY, import_work.apply)
    retention.also("uploaded files", remove_old_files)
    jobs.register_job(exports.EXPORT_JOB, exports.run_export)
    for verb in (*orders_bulk.VERBS, *fulfillment_bulk.VERBS, *billing_bulk.VERBS):
        register_verb(verb)
    retention.keep("orders_site_webhookdelivery", timedelta(days=90), "done_at", "state = 'done'")


def _register_invariants() -> None:
    """Every named view of the audit."""
    for room in (
        catalog_invariants,
        accounting_invariants,
        inventory_invariants,
        fulfillment_invariants,
        billing_invariants,
        payments_invariants,
        rebates_invariants,
        site_invariants,
    ):
        register(room.INVARIANTS)


def _register_documents() -> None:
    """How documents look as stops of a chain, in the order of the street, and where a posting's source is read."""
    loaders = {
        "quote": quote_stops,
        "order": order_stops,
        "supply_order": supply_order_stops,
        "supply_receipt": supply_receipt_stops,
        "delivery": delivery_stops,
        "return": return_stops,
        "invoice": invoice_stops,
        "payment": payment_stops,
        "rebate_agreement": agreement_stops,
        "rebate_settlement": settlement_stops,
    }
    for rank, (kind, loader) in enumerate(loaders.items()):
        register_kind(kind, rank=rank, loader=loader)
    order_documents.register()
    dossiers.register(KINDS)
    register_source_pages(
        {
            "delivery": "fulfillment:delivery",
            "return": "fulfillment:return",
            "invoice": "billing:invoice",
            "payment": "payments:payment",
            "supply_receipt": "inventory:receipt",
            "stock_adjustment": "inventory:adjustment",
        }
    )
