"""Pages of imports: upload, mapping, dry run, rows, and the files back."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import Empty, Link
from core.web.posted import actor_of, key_of, see_other, whole_number
from orders_site.imports import bad_rows, files, selectors, services, tables
from orders_site.imports.errors import FileRefused, MappingRefused
from orders_site.imports.forms import MappingForm, UploadForm
from orders_site.imports.kinds import KINDS
from orders_site.imports.mapping import guess
from orders_site.imports.models import ImportRow, ImportRun
from orders_site.imports.page import run_page

RIGHT = services.RIGHT
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(RIGHT)
def run_list(request: HttpRequest) -> HttpResponseBase:
    """Every import of one's companies, the latest first."""
    return ListPage(
        request,
        selectors.runs_visible_to(actor_of(request)),
        tables.RUNS,
        noun="imports",
        default_sort="-created_at",
        filterset=tables.RunFilter,
        empty=Empty("Nothing was imported yet.", "moves", Link("Import a file", reverse("imports:new"))),
    ).response("imports/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RIGHT)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in: it is read at once, and nothing is kept of what cannot be."""
    user = actor_of(request)
    is_post = request.method == "POST"
    initial = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST if is_post else None, request.FILES if is_post else None, user=user, initial=initial)
    if is_post and form.is_valid() and form.table:
        data, table = form.data_bytes, form.table
        stored = files.keep(data)
        try:
            pk = services.create_run(
                company_id=form.cleaned_data["company"].pk,
                kind=form.cleaned_data["kind"],
                file_name=(form.cleaned_data["file"].name or "file")[:200].replace("\x00", ""),
                stored_as=stored,
                digest=files.digest_of(data),
                size_bytes=len(data),
                form=table.form,
                headers=table.headers,
                notes=table.notes,
                actor=user,
            )
        except BaseException:
            files.remove(stored)
            raise
        return see_other("imports:mapping", pk)
    context = {"form": form, "kinds": selectors.kinds_for(user)}
    return render(request, "imports/upload.html", context, status=422 if is_post else 200)


def _seen(request: HttpRequest, pk: int) -> ImportRun:
    visible = selectors.runs_visible_to(actor_of(request))
    return get_object_or_404(visible.select_related("company", "job", "created_by"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RIGHT)
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which column is which field; posting it begins the dry run."""
    found = _seen(request, pk)
    kind = KINDS[found.kind]
    refusal, status = "", 200
    if request.method == "POST":
        form = MappingForm(request.POST, run=found, kind=kind)
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                services.map_columns.once(key_of(request))(
                    run_id=pk,
                    columns=form.columns(),
                    decimal_sign=said["decimal_sign"],
                    date_order=said["date_order"],
                    save_as=said["save_as"].strip(),
                    actor=actor_of(request),
                )
                return see_other("imports:run", pk)
            except MappingRefused as refused:
                form.show(refused.fields)
            except DomainError as refused:
                refusal, status = refused.sentence, refused.status
    else:
        form = _offered(request, found)
    return render(request, "imports/mapping.html", _mapping_context(found, form, refusal), status=status)


def _offered(request: HttpRequest, found: ImportRun) -> MappingForm:
    """The mapping of before, the chosen saved one, the one saved for the same headers, or a guess."""
    kind, saved = KINDS[found.kind], selectors.mappings_for(found)
    picked = whole_number(request.GET.get("use", ""))
    use = next((each for each in saved if each.pk == picked), None)
    if use is None and not found.columns:
        use = next((each for each in saved if selectors.fits(each, found)), None)
    source = use or found
    columns = (use.columns if use else found.columns) or guess(kind, found.headers)
    initial = {
        "columns": columns,
        "decimal_sign": source.decimal_sign,
        "date_order": source.date_order,
        "save_as": use.name if use else found.mapping_name,
    }
    return MappingForm(run=found, kind=kind, initial=initial)


def _mapping_context(found: ImportRun, form: MappingForm, refusal: str) -> dict[str, object]:
    try:
        sample = files.sample_of(found.stored_as, found.form)
    except FileRefused as refused:
        sample, refusal = [], refusal or refused.sentence
    return {
        "run": found,
        "kind": KINDS[found.kind],
        "form": form,
        "refusal": refusal,
        "sample": sample,
        "how": files.how_read(found.form),
        "saved": selectors.mappings_for(found),
    }


@require_safe
@requires(RIGHT)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: where it stands, what would happen or happened, and what to do next."""
    found = _seen(request, pk)
    return render(request, "imports/run.html", run_page(request, found))


@require_safe
@requires(RIGHT)
def rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows of an import with what is to be said of each."""
    found = _seen(request, pk)
    return ListPage(
        request,
        ImportRow.objects.filter(run=found),
        tables.ROWS,
        noun="rows",
        default_sort="number",
        filterset=tables.RowFilter,
        empty=Empty("No such rows.", "check", link=Link("All rows", reverse("imports:rows", args=[pk]))),
    ).response("imports/rows.html", {"run": found})


@require_POST
@requires(RIGHT)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the good rows applied."""
    services.start_applying.once(key_of(request))(run_id=_seen(request, pk).pk, actor=actor_of(request))
    return see_other("imports:run", pk)


@require_POST
@requires(RIGHT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the batch under way."""
    services.stop_run.once(key_of(request))(run_id=_seen(request, pk).pk, actor=actor_of(request))
    messages.success(request, "Stopped. What was applied stays; the rest was not touched.")
    return see_other("imports:run", pk)


@require_safe
@requires(RIGHT)
def bad(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that did not go in, in the shape of the uploaded file, with a column that says why."""
    found = _seen(request, pk)
    name = f"rows-to-correct-{found.pk}"
    if found.form["type"] == "xlsx":
        headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
        return HttpResponse(bad_rows.as_workbook(found), content_type=XLSX, headers=headers)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(bad_rows.as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@requires(RIGHT)
def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The uploaded file as it came, for who may see the import. Never shown in the browser itself."""
    found = _seen(request, pk)
    try:
        path = files.path_of(found.stored_as)
    except FileRefused as refusal:
        raise Http404(refusal.sentence) from None
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=found.file_name, content_type="application/octet-stream"
    )
    answer["Cache-Control"] = "no-store"
    return answer
