"""Questions about imports. Nothing here writes."""

from django.db.models import QuerySet

from core.access import company_ids, may
from core.models import Company, User
from orders_site.imports.kinds import KINDS, Kind
from orders_site.imports.mapping import headers_hash
from orders_site.imports.models import ImportMapping, ImportRun


def kinds_for(user: User) -> list[Kind]:
    """The kinds that this person may import."""
    return [kind for kind in KINDS.values() if may(user, kind.right)]


def companies_of(user: User) -> "QuerySet[Company]":
    """The companies that this person may import for."""
    return Company.objects.filter(pk__in=company_ids(user)).order_by("name")


def runs_visible_to(user: User) -> "QuerySet[ImportRun]":
    """The imports of one's companies, of kinds that one may import."""
    kinds = [kind.name for kind in kinds_for(user)]
    return ImportRun.objects.filter(company_id__in=company_ids(user), kind__in=kinds)


def mappings_for(run: ImportRun) -> list[ImportMapping]:
    """The saved mappings of the run's kind and company: those made for the same headers first, then the latest."""
    wanted = headers_hash(run.headers)
    found = ImportMapping.objects.filter(company_id=run.company_id, kind=run.kind).order_by("-pk")
    return sorted(found, key=lambda mapping: mapping.headers_hash != wanted)


def fits(mapping: ImportMapping, run: ImportRun) -> bool:
    """Whether the mapping was made for the same headers."""
    return mapping.headers_hash == headers_hash(run.headers)
