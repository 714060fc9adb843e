"""The page of a credit limit: by whom, for which company, once, and not over what somebody else agreed."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from core.errors import NotFound
from orders.credit.services import set_credit_limit
from orders.models import CreditProfile
from tests import factories
from tests.orders.pages import sign_in
from tests.world import World


def limit_form(limit: str, **other: str) -> dict[str, str]:
    facts = {"limit": limit, "limit_reaction": "block", "oldest_item_days": "", "reason": "Yearly review"}
    return facts | {"version": "none"} | other


def test_a_limit_is_agreed_by_who_may_with_a_reason(world: World) -> None:
    url, body = f"/orders/credit/limits/{world.acme.pk}/?company={world.company.code}", limit_form("2500")

    denied = sign_in(world.alice).post(url, body)
    wrong = [
        sign_in(world.boss).post(url, body | {"limit": value}) for value in ("NaN", "1e999", "-1", "9" * 30, "five")
    ]
    silent = sign_in(world.boss).post(url, body | {"reason": ""})
    assert CreditProfile.objects.count() == 0
    done = sign_in(world.boss).post(url, body)

    assert (denied.status_code, silent.status_code, done.status_code) == (403, 422, 302)
    assert {answer.status_code for answer in wrong} == {422}
    assert CreditProfile.objects.get().limit == 2500


def test_a_limit_is_agreed_once_per_key_and_not_over_what_one_has_not_seen(world: World) -> None:
    url, client = f"/orders/credit/limits/{world.acme.pk}/?company={world.company.code}", sign_in(world.boss)
    first = [client.post(url, limit_form("2500", idempotency_key="k")).status_code for _ in range(2)]

    stale = client.post(url, limit_form("9000"))

    assert (first, stale.status_code) == ([302, 302], 409)
    assert "Somebody else agreed other terms of credit meanwhile" in stale.content.decode()
    assert CreditProfile.objects.get().limit == 2500
    (seen,) = re.findall(r'name="version" value="([^"]*)"', client.get(url).content.decode())
    assert client.post(url, limit_form("9000", version=seen)).status_code == 302
    assert CreditProfile.objects.get().limit == 9000


def test_the_company_of_a_limit_is_never_guessed_and_needs_the_right_to_credit_data(world: World) -> None:
    url, client = f"/orders/credit/limits/{world.acme.pk}/", sign_in(world.boss)
    factories.make_company(code="OT")
    keeper = factories.make_user(name="Kim", companies=(world.company,))
    keeper.user_permissions.add(Permission.objects.get(codename="maintain_credit"))

    for query in ("", "?company=OT", f"?company={world.company.pk}"):
        assert client.get(url + query).status_code == 404
        assert client.post(url + query, limit_form("2500")).status_code == 404
    assert sign_in(keeper).get(f"{url}?company={world.company.code}").status_code == 403
    assert not CreditProfile.objects.exists()

    page = client.get(f"/accounts/{world.acme.pk}/").content.decode()
    assert f'href="{url}?company={world.company.code}"' in page


def test_nobody_agrees_credit_for_a_company_of_others(world: World) -> None:
    foreign = factories.make_company(code="OTHER")
    lead = factories.make_user(name="Nora", roles=("Credit manager",), companies=(foreign,))

    with pytest.raises(NotFound):
        set_credit_limit(company=world.company, account_id=world.acme.pk, limit=Decimal(1), actor=lead)

    assert not CreditProfile.objects.exists()
