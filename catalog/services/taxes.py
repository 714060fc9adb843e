"""Enter tax rates as the law sets them: a rate ends on the day on which another begins."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from psycopg.types.range import Range

from catalog import checks
from catalog.drafts import TaxRateDraft
from catalog.errors import TaxRateRefused
from catalog.models import TaxRate
from catalog.services.locking import lock_tax_rates
from catalog.services.scope import require_member
from catalog.tax.types import TaxTreatment
from core import bulk
from core.commands import command
from core.models import User
from core.wording import day

_KINDS = frozenset(treatment.value for treatment in TaxTreatment)
_PERCENT_PLACES = 4

_OVERLAPS_SQL = """
SELECT v.position, t.id, lower(t.valid)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[])
    WITH ORDINALITY AS v(company_id, tax_category, tax_class, valid_from, valid_until, position)
JOIN catalog_taxrate t ON t.company_id = v.company_id AND t.tax_category = v.tax_category
    AND t.tax_class = v.tax_class AND t.valid && daterange(v.valid_from, v.valid_until)
ORDER BY t.id
"""


@command(permission="catalog.maintain_tax")
def set_tax_rates(*, drafts: Sequence[TaxRateDraft], actor: User, replace: bool = False) -> list[int]:
    """Enter tax rates and return their ids in the order given. Three statements, and one more where something ends.

    With ``replace`` the rate that is in force when a draft begins ends there; without it any overlap is refused, by the
    database too.

    Raises:
        TaxRateRefused: a draft is wrong, or there is a rate for its category and class in the period.
    """
    if not drafts:
        return []
    require_member(actor, {draft.company_id for draft in drafts})
    for draft in drafts:
        wrong = _wrong(draft)
        if wrong:
            raise TaxRateRefused(checks.summary(draft.code[:12] or "The tax rate", wrong), fields=wrong)
    _make_room(drafts, replace=replace)
    names = ("company_id", "code", "name", "tax_category", "tax_class", "percent", "kind", "reason")
    return bulk.insert(
        TaxRate,
        {
            **{name: [getattr(draft, name) for draft in drafts] for name in names},
            "valid": [Range(draft.valid_from, draft.valid_until) for draft in drafts],
        },
    )


def _wrong(draft: TaxRateDraft) -> dict[str, str]:
    sentences = {
        "code": checks.text(draft.code, 12, required=True),
        "name": checks.text(draft.name, 60, required=True),
        "tax_category": checks.text(draft.tax_category, 12, required=True),
        "tax_class": checks.text(draft.tax_class, 12, required=True),
        "percent": checks.percentage(draft.percent, _PERCENT_PLACES),
        "reason": checks.text(draft.reason, 160),
        "kind": None if draft.kind in _KINDS else "Choose a kind of tax.",
    }
    found = {field: sentence for field, sentence in sentences.items() if sentence}
    if "percent" not in found and draft.percent and draft.kind != TaxTreatment.STANDARD:
        found["percent"] = "Only a standard tax has a percentage; every other kind has none."
    if draft.kind in _KINDS and draft.kind != TaxTreatment.STANDARD and not draft.reason.strip():
        found.setdefault("reason", "Say why no tax is charged: this is printed on invoices.")
    if draft.valid_until is not None and draft.valid_until <= draft.valid_from:
        found["valid_until"] = "This ends before it begins."
    return found


def _make_room(drafts: Sequence[TaxRateDraft], *, replace: bool) -> None:
    """End what is in force when a new rate begins, or refuse it."""
    columns = [
        [getattr(draft, name) for draft in drafts]
        for name in ("company_id", "tax_category", "tax_class", "valid_from", "valid_until")
    ]
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS_SQL, columns)
        rows = cursor.fetchall()
    ends: dict[int, date] = {}
    for position, rate_id, valid_from in rows:
        draft = drafts[position - 1]
        if not (replace and (valid_from is None or valid_from < draft.valid_from)):
            since = f" from {day(valid_from)}" if valid_from else ""
            raise TaxRateRefused(
                f"{draft.code}: there is already a tax rate for {draft.tax_category} and {draft.tax_class}{since}."
            )
        ends[rate_id] = min(draft.valid_from, ends.get(rate_id, draft.valid_from))
    if ends:
        lock_tax_rates(ends)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalog_taxrate t SET valid = t.valid * daterange(NULL, v.ends)"
                " FROM unnest(%s::bigint[], %s::date[]) AS v(id, ends) WHERE t.id = v.id",
                [list(ends), list(ends.values())],
            )
