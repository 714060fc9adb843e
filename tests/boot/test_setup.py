"""Set-up brings a database to this version, and never serves people a database whose passwords everybody knows."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import Company, User
from orders_site.demo.people import PASSWORD
from orders_site.roles import sync_roles

pytestmark = pytest.mark.own_database


@pytest.fixture(autouse=True)
def _as_deployed(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def test_a_deployment_refuses_people_of_the_demonstration_while_they_can_sign_in() -> None:
    sync_roles()
    ana = User.objects.create_user("ana", password=PASSWORD)
    User.objects.create_user("ruth", password="a password of her own")

    with pytest.raises(CommandError, match=r"passwords of ana: this is a demonstration's database"):
        call_command("setup")

    ana.set_password("one of her own too")
    ana.save()
    call_command("setup")


def test_a_demonstration_lets_them_in(settings: Any) -> None:
    settings.IS_DEMO = True
    User.objects.create_user("ana", password=PASSWORD)

    call_command("setup")


def test_a_deployment_loads_no_demonstration() -> None:
    with pytest.raises(CommandError, match="is for demonstrations"):
        call_command("setup", "--demo")

    assert not Company.objects.exists()


def test_only_a_demonstration_goes_without_second_factors(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    with pytest.raises(CommandError, match="second factors"):
        call_command("setup")

    settings.IS_DEMO = True
    call_command("setup")
