"""Where the first run stands. Nothing is noted for it: each step is done when what it makes is there."""

import base64
import hashlib
import hmac
from enum import StrEnum

from django.conf import settings

from catalog.models import TaxRate
from core.access import company_ids, may
from core.models import Company, User
from core.system import system_user
from inventory.models import Warehouse

CODE_LETTERS = 12  # 60 bits
ADMINISTER = "core.administer"


class Step(StrEnum):
    """The steps, in order; their values are the last part of their addresses."""

    ADMINISTRATOR = "administrator"
    COMPANY = "company"
    TAXES = "taxes"
    WAREHOUSE = "warehouse"
    READY = "ready"


def has_people() -> bool:
    """Whether anybody but the system itself is known."""
    return User.objects.filter(is_system=False).exists()


def first_company(user: User) -> Company | None:
    """The company that is being set up: the first one of this person."""
    return Company.objects.filter(pk__in=company_ids(user)).order_by("pk").first()


def step_of(user: User) -> Step:
    """The step that comes next for this administrator. Three statements at most."""
    company = first_company(user)
    if company is None:
        return Step.READY if Company.objects.exists() else Step.COMPANY
    if not TaxRate.objects.filter(company=company).exists():
        return Step.TAXES
    return Step.READY if Warehouse.objects.filter(company=company).exists() else Step.WAREHOUSE


def is_unfinished_for(user: User) -> bool:
    """Whether this person can and should go on with the wizard."""
    return may(user, ADMINISTER) and step_of(user) != Step.READY


def setup_code() -> str:
    """The code that the first administrator must know: printed by ``manage.py setup``, worth nothing afterwards.

    Made of the application's key and the moment at which this database was set up, so that no two databases have the
    same and none is stored.
    """
    made_at = system_user().date_joined.isoformat()
    digest = hmac.new(str(settings.SECRET_KEY).encode(), f"kept.first-run.{made_at}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode()[:CODE_LETTERS]
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LETTERS, 4))


def is_setup_code(typed: str) -> bool:
    """Whether this is the code, in any case, with or without its dashes."""
    plain = "".join(typed.upper().replace("-", " ").split())
    return hmac.compare_digest(plain.encode(), setup_code().replace("-", "").encode())
