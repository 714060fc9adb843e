"""The whole matrix: every status with every verb, in code and in the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from core.errors import TransitionRefused
from core.states import require_transition
from fulfillment.models import Delivery, Return
from fulfillment.states import DELIVERY_TRANSITIONS, RETURN_TRANSITIONS, DeliveryStatus, ReturnStatus
from tests.fulfillment.conftest import MakeDelivery
from tests.world import World

DELIVERY = [(status, verb) for status in DeliveryStatus for verb in DELIVERY_TRANSITIONS]
RETURN = [(status, verb) for status in ReturnStatus for verb in RETURN_TRANSITIONS]


@pytest.mark.parametrize(("status", "verb"), DELIVERY)
def test_a_delivery_moves_only_along_its_table(status: str, verb: str) -> None:
    delivery = Delivery(status=status, number="D-2026-000001")

    if status in DELIVERY_TRANSITIONS[verb].sources:
        assert require_transition([delivery], verb).target == DELIVERY_TRANSITIONS[verb].target
    else:
        with pytest.raises(TransitionRefused, match="Delivery D-2026-000001 is"):
            require_transition([delivery], verb)


@pytest.mark.parametrize(("status", "verb"), RETURN)
def test_a_return_moves_only_along_its_table(status: str, verb: str) -> None:
    rma = Return(status=status, number="RMA-2026-000001")

    if status in RETURN_TRANSITIONS[verb].sources:
        assert require_transition([rma], verb).target == RETURN_TRANSITIONS[verb].target
    else:
        with pytest.raises(TransitionRefused):
            require_transition([rma], verb)


class WentThrough(Exception):
    """The database took every step; also rolls them back."""


LEGAL = {(source, move.target) for move in DELIVERY_TRANSITIONS.values() for source in move.sources}
ILLEGAL = [(a, b) for a in DeliveryStatus for b in DeliveryStatus if a != b and (a, b) not in LEGAL]


def test_the_database_refuses_every_other_move(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "1"})
    reach = {
        "planned": [], "released": ["released"], "picking": ["released", "picking"], "packed": ["released", "packed"],
        "shipped": ["released", "shipped"], "cancelled": ["cancelled"],
    }  # fmt: skip

    def walk(*steps: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for step in steps:
                cursor.execute(
                    "UPDATE fulfillment_delivery SET status = %s, shipped_at = now(), shipped_on = now() WHERE id = %s",
                    [step, delivery.pk],
                )
            raise WentThrough(steps)

    assert ILLEGAL
    for source, target in ILLEGAL:
        with pytest.raises(DatabaseError):
            walk(*reach[source], target)
