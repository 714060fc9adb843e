"""What is connected to what across the rooms: subscriptions, tasks, invariants, chains, navigation."""

from accounting import invariants as accounting_invariants
from billing import invariants as billing_invariants
from billing.events import InvoicesPosted
from catalog import invariants as catalog_invariants
from core import events, jobs, work
from core.invariants import register
from fulfillment import invariants as fulfillment_invariants
from inventory import invariants as inventory_invariants
from inventory.events import PromisesMoved
from orders.events import OrdersCancelled
from orders.handlers import carry_moved_promises
from orders.tasks import note_moved_promises_task
from orders_site import invariants as site_invariants
from orders_site.integrity import run as integrity
from payments import invariants as payments_invariants
from payments.handlers import carry_advances, note_cancelled_orders
from payments.tasks import apply_advances_task, apply_provider_event, ask_provider


def wire() -> None:
    """Connect the rooms. Called once per process by ``OrdersSiteConfig.ready``."""
    _subscribe()
    _register_tasks()
    _register_invariants()


def _subscribe() -> None:
    """Facts of lower rooms that others act on in the same transaction; handlers lock no documents."""
    events.subscribe(PromisesMoved, carry_moved_promises)
    events.subscribe(OrdersCancelled, note_cancelled_orders)
    events.subscribe(InvoicesPosted, carry_advances)


def _register_tasks() -> None:
    """Work that leaves by the outbox, by the name it is stored under."""
    work.register_task("orders.note_moved_promises", note_moved_promises_task)
    work.register_task("payments.ask_provider", ask_provider)
    work.register_task("payments.apply_provider_event", apply_provider_event)
    work.register_task("payments.apply_advances", apply_advances_task)
    jobs.register_job(integrity.KIND, integrity.run)


def _register_invariants() -> None:
    """Every named view of the audit."""
    for room in (
        catalog_invariants,
        accounting_invariants,
        inventory_invariants,
        fulfillment_invariants,
        billing_invariants,
        payments_invariants,
        site_invariants,
    ):
        register(room.INVARIANTS)
