"""The journal: list, entry, an entry written by hand, its reversal."""

from django.contrib import messages
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounting.filters import EntryFilter
from accounting.forms import EntryForm, EntryLines, EntryLineSet, postable_accounts, today_of
from accounting.models import JournalEntry, JournalLine
from accounting.selectors import entries_visible_to
from accounting.services import post_manual_entry, reverse_manual_entry
from accounting.services.manual import SOURCE
from accounting.tables import ENTRIES, ENTRY_LINES, ENTRY_TAGS
from accounting.views.common import source_link
from core.access import may
from core.errors import DomainError
from core.models import Company
from core.web.access import requires
from core.web.companies import company_of, company_tabs
from core.web.formats import day, money, stamp
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link
from core.web.posted import actor_of, key_of, reason_of, see_other, with_more_lines
from core.web.tables import Table

VIEW, POST, REVERSE = "accounting.view_ledger", "accounting.post_entry", "accounting.reverse_entry"


@require_safe
@requires(VIEW)
def entries(request: HttpRequest) -> HttpResponseBase:
    """Every entry of one company, the latest first."""
    company = company_of(request)
    debits = JournalLine.objects.filter(entry=OuterRef("pk")).order_by().values("entry").annotate(sum=Sum("debit"))
    listing = ListPage(
        request,
        entries_visible_to(request.user).filter(company=company).annotate(total=Subquery(debits.values("sum"))),
        ENTRIES,
        noun="journal entries",
        default_sort="-business_date",
        filterset=EntryFilter,
        tabs=company_tabs(request, company),
        empty=Empty("No journal entries here.", "ledger"),
    )
    return listing.response("accounting/entries.html", {"company": company})


@require_safe
@requires(VIEW)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its lines and what it was made from."""
    return _entry_page(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> JournalEntry:
    rows = entries_visible_to(request.user).select_related("posted_by", "reverses", "reversed_by")
    return get_object_or_404(rows, pk=pk)


def _entry_page(request: HttpRequest, found: JournalEntry, refusal: DomainError | None = None) -> HttpResponse:
    fields = {name for column in ENTRY_LINES for name in column.fields}
    lines = list(found.lines.order_by("pk").values("pk", *fields))
    total = money(sum(line["debit"] for line in lines), found.currency)
    table = Table(
        ENTRY_LINES,
        lines,
        user=request.user,
        caption="Lines",
        foot={"account__code": "Total", "debit": total, "credit": total},
    )
    page = DocumentPage(
        title=str(found),
        crumb=Link("Journal", reverse("accounting:entries")),
        tag=ENTRY_TAGS[found.status],
        meta=found.description,
        actions=_actions(request, found),
        facts=_facts(found),
        sums=[Fact("Debit", total), Fact("Credit", total, style="sum")],
        sums_title=f"Total, {found.currency}",
        refusal=refusal.sentence if refusal else "",
    )
    context = {"page": page, "table": table}
    return render(request, "accounting/entry.html", context, status=refusal.status if refusal else 200)


def _actions(request: HttpRequest, found: JournalEntry) -> list[ActionButton]:
    if found.source_type != SOURCE or found.reverses_id or not may(request.user, REVERSE):
        return []
    reversal = JournalEntry.objects.filter(reverses=found).first()
    return [
        ActionButton(
            "Reverse",
            reverse("accounting:entry-reverse", args=[found.pk]),
            "reverse",
            icon="undo",
            needs_reason=True,
            blocked_because=f"Reversed by {reversal.number}" if reversal else "",
        )
    ]


def _facts(found: JournalEntry) -> list[Fact]:
    facts = [
        Fact("Business date", day(found.business_date)),
        Fact("Made from", source_link(found.source_type, found.source_id)),
        Fact("Purpose", found.purpose),
        Fact("Posted", stamp(found.posted_at)),
        Fact("By", str(found.posted_by or "")),
    ]
    other = found.reverses or getattr(found, "reversed_by", None)
    if other is not None:
        label = "Reverses" if found.reverses_id else "Reversed by"
        facts.append(Fact(label, str(other), reverse("accounting:entry", args=[other.pk])))
    return facts


@require_POST
@requires(REVERSE)
def entry_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Post the opposite of a manual entry, today."""
    found = _visible(request, pk)
    company = Company.objects.get(pk=found.company_id)
    try:
        reversal = reverse_manual_entry.once(key_of(request))(
            entry_id=found.pk,
            business_date=today_of(company),
            reason=reason_of(request),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _entry_page(request, found, refusal)
    messages.success(request, f"{found} is reversed.")
    return see_other("accounting:entry", reversal)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(POST)
def entry_new(request: HttpRequest) -> HttpResponse:
    """Write an entry by hand; “More lines” keeps what was typed."""
    company = company_of(request)
    form = EntryForm(request.POST or None, initial={"business_date": today_of(company)})
    lines = EntryLines(
        with_more_lines(request) if request.method == "POST" else None,
        prefix="lines",
        form_kwargs={"accounts": postable_accounts(company)},
    )
    if request.method != "POST" or "more" in request.POST:
        return _entry_form(request, company, form, lines)
    if not (form.is_valid() and lines.is_valid()):
        return _entry_form(request, company, form, lines, status=422)
    return _post(request, company, form, lines)


def _post(request: HttpRequest, company: Company, form: EntryForm, lines: EntryLineSet) -> HttpResponse:
    """Carry it out; a refusal is shown at the line that it names, and nothing typed is lost."""
    try:
        posted = post_manual_entry.once(key_of(request))(
            company_id=company.pk, lines=lines.manual_lines(), actor=actor_of(request), **form.cleaned_data
        )
    except DomainError as refusal:
        sentence = "" if lines.show(refusal, form) else refusal.sentence
        return _entry_form(request, company, form, lines, refusal=sentence, status=refusal.status)
    messages.success(request, "The entry is posted.")
    return see_other("accounting:entry", posted)


def _entry_form(
    request: HttpRequest,
    company: Company,
    form: EntryForm,
    lines: EntryLineSet,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "lines": lines, "company": company, "refusal": refusal}
    return render(request, "accounting/entry_new.html", context, status=status)
