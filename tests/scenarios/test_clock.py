"""What repeats by the clock: known to the worker under its name, and done for every company."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab

from inventory.models import Commitment
from inventory.services import hold_for_quote
from inventory.tasks import expire_holds_everywhere
from orders_site.celery import app
from quotes.models import Quote
from quotes.services import send_quote
from quotes.states import QuoteStatus
from quotes.tasks import expire_quotes_everywhere
from tests.factories import TODAY
from tests.inventory.makers import demand
from tests.quotes.test_quotes import quote
from tests.world import World


def test_every_task_of_the_clock_is_known() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert len(named) >= 6
    assert named - set(app.tasks) == set()


def test_what_runs_often_is_dropped_when_nobody_took_it() -> None:
    often = [entry for entry in app.conf.beat_schedule.values() if not isinstance(entry["schedule"], crontab)]

    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in often)


@pytest.mark.django_db
def test_quotes_end_by_themselves(world: World) -> None:
    over, valid = (
        quote(world, valid_until=TODAY),
        quote(world, valid_until=datetime.now(UTC).date() + timedelta(days=9)),
    )
    for offer in (over, valid):
        send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)

    expire_quotes_everywhere()

    assert dict(Quote.objects.values_list("pk", "status")) == {over.pk: QuoteStatus.EXPIRED, valid.pk: QuoteStatus.SENT}


@pytest.mark.django_db
def test_holds_end_by_themselves(world: World) -> None:
    for hours in (-1, 1):
        hold_for_quote(
            company_id=world.company.pk,
            demands=[demand(product=world.bolt, warehouse=world.main, quantity="1")],
            expires_at=datetime.now(UTC) + timedelta(hours=hours),
            business_date=TODAY,
            actor=world.alice,
        )

    expire_holds_everywhere()

    holds = Commitment.objects.filter(kind=Commitment.Kind.HOLD).order_by("expires_at")
    assert [hold.status == Commitment.Status.ACTIVE for hold in holds] == [False, True]
