"""The way of an import: mappings, rights, stopping, being killed, the bad rows, big files, and the end of files."""

import csv
import io
import os
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from core import work as core_work
from core.jobs import run_job
from core.models import CommandLog, Job
from orders_site.imports import files, services
from orders_site.imports import work as import_work
from orders_site.imports.models import ImportMapping, ImportRow, ImportRun
from tests import factories
from tests.site.imports.makers import Importer, Rows, csv_file, outcomes, said, workbook
from tests.world import World

HEAD = ["SKU", "Name", "Stock unit", "Weight"]


def many(count: int, bad: frozenset[int] = frozenset()) -> Rows:
    """So many products; the numbered ones without a name or with a doubtful weight."""
    rows: list[list[str]] = [HEAD]
    for number in range(1, count + 1):
        weight = "1.234" if number in bad else "1.5"
        rows.append([f"N-{number:06d}", "" if number in bad and number % 2 else f"Nut {number}", "ea", weight])
    return rows


def test_300_bad_rows_among_10000(importer: Importer) -> None:
    bad = frozenset(range(17, 9_917, 33))
    assert len(bad) == 300

    run = importer.check("products", csv_file(many(10_000, bad)))
    assert run.counts == {"new": 9_700, "wrong": 300}
    importer.apply(run)

    assert Product.objects.filter(sku__startswith="N-").count() == 9_700
    assert CommandLog.objects.filter(name="orders_site.apply_rows").count() == 49  # batches of 200
    answer = importer.client.get(reverse("imports:bad-rows", args=[run.pk]))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == [*HEAD, "What is wrong"]
    assert len(rows) == 301
    assert "may be 1.234 or 1234" in rows[1][-1]

    fixed = [rows[0], *([sku, name or "Nut", unit, "1.5", why] for sku, name, unit, _, why in rows[1:])]
    second = importer.check("products", csv_file(fixed))
    assert second.counts == {"new": 300}
    importer.apply(second)
    assert Product.objects.filter(sku__startswith="N-").count() == 10_000


def test_statements_do_not_depend_on_the_rows_of_a_batch(importer: Importer, count_statements: Any) -> None:
    told = []
    for count, start in ((1, "W"), (5, "A"), (150, "B")):  # the first reads the rights, once per person
        rows = [HEAD, *([f"{start}{sku}", name, unit, weight] for sku, name, unit, weight in many(count)[1:])]
        run = importer.check("products", csv_file(rows))
        firsts = list(run.rows.order_by("first").values_list("first", flat=True))
        ImportRun.objects.filter(pk=run.pk).update(state="applying")
        with count_statements() as statements:
            services.apply_rows(run_id=run.pk, job_id=run.job_id, firsts=firsts, actor=importer.user)
        told.append(statements.count)

    assert told[1] == told[2]


def test_a_mapping_is_saved_by_name_and_taken_for_the_same_headers(importer: Importer, world: World) -> None:
    rows = [["Nummer", "Bezeichnung", "Gewicht"], ["N-1", "Mutter", "1.234"]]
    run = importer.take("products", csv_file(rows))
    said_ = {"save_as": "Old system", "decimal_sign": "comma"}
    importer.map(run, said=said_, sku="Nummer", name="Bezeichnung", weight_kg="Gewicht", stock_unit=("=", "ea"))
    importer.work(run)
    assert outcomes(run) == {2: "new"}
    assert ImportMapping.objects.get().company == world.company

    second = importer.take("products", csv_file([*rows, ["N-2", "Bolzen", "2"]]))
    page = importer.client.get(reverse("imports:mapping", args=[second.pk])).content.decode()

    assert '<option value="Nummer" selected>' in page
    assert 'value="Old system"' in page
    assert '<option value="comma" selected>' in page


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"sku": ""}, "Choose the column of “SKU”"),
        ({"sku": "Name"}, "already used for"),
        ({"sku": "No such"}, "Select a valid choice"),
    ],
)
def test_columns_that_cannot_be_right_are_told(importer: Importer, columns: dict[str, str], sentence: str) -> None:
    run = importer.take("products", csv_file(many(1)))

    answer = importer.map(run, **columns)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    run.refresh_from_db()
    assert (run.state, run.job_id, run.rows.count()) == ("uploaded", None, 0)


def test_the_bad_rows_of_a_workbook_come_back_as_one(importer: Importer) -> None:
    rows = [[*HEAD, "Barcode"], ["=1+1", "Nut", "ea", 1.234, "4006381333932"], ["N-2", "Nut", "ea", 2, None]]
    run = importer.check("products", workbook(rows), "f.xlsx")

    answer = importer.client.get(reverse("imports:bad-rows", args=[run.pk]))

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]] == [*HEAD, "Barcode", "What is wrong"]
    assert sheet["D2"].value == pytest.approx(1.234)
    assert "formula without a stored value" in sheet["F2"].value
    assert sheet.max_row == 2


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_why_a_row_is_wrong_takes_the_place_of_nothing_else(importer: Importer, place: int, kind: str) -> None:
    rows = [[*HEAD], ["N-1", "Nut", "nothing", "1"]]
    for row, word in zip(rows, ("What is wrong", "told before"), strict=True):
        row.insert(place, word)
    run = importer.check("products", csv_file(rows) if kind == "csv" else workbook(rows))

    answer = importer.client.get(reverse("imports:bad-rows", args=[run.pk]))

    if kind == "csv":
        found = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    else:
        found = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active]
    assert found[0] == [*HEAD, "What is wrong"]
    assert found[1][:4] == ["N-1", "Nut", "nothing", "1"]
    assert "told before" not in found[1][4]


def test_text_that_looks_like_a_formula_leaves_disarmed_and_comes_back_whole(importer: Importer) -> None:
    rows = [HEAD, ["=cmd|x", "", "ea", "-1"]]
    run = importer.check("products", csv_file(rows))

    answer = importer.client.get(reverse("imports:bad-rows", args=[run.pk]))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'=cmd|x,,ea,-1,")
    again = importer.check("products", text.replace("'=cmd|x,,ea,-1,", "'=cmd|x,Named,ea,1,").encode())
    importer.apply(again)
    assert Product.objects.filter(sku="=cmd|x").exists()


# --- stopped and killed ----------------------------------------------------------------------------------------------


def test_stopped_in_the_middle_it_goes_on_later(importer: Importer, monkeypatch: Any) -> None:
    run = importer.check("products", csv_file(many(1_000)))
    done = 0

    def stop_after_two(job: Any, run_id: int, firsts: Any) -> None:
        nonlocal done
        if done == 2:
            services.stop_run(run_id=run_id, actor=importer.user)
        done += 1
        apply(job, run_id, firsts)

    apply = import_work._apply
    monkeypatch.setattr(import_work, "_apply", stop_after_two)
    importer.apply(run)
    assert (run.state, Product.objects.filter(sku__startswith="N-").count()) == ("stopped", 400)
    monkeypatch.undo()

    importer.client.post(reverse("imports:apply", args=[run.pk]))
    core_work.sweep()

    run.refresh_from_db()
    assert (run.state, Product.objects.filter(sku__startswith="N-").count()) == ("done", 1_000)
    assert set(run.rows.values_list("result", flat=True)) == {"done"}


def test_a_dry_run_that_was_stopped_writes_nothing_into_the_next_one(importer: Importer, monkeypatch: Any) -> None:
    rows = [["SKU", "Other", "Name", "Stock unit"], ["N-1", "M-1", "Nut", "ea"], ["N-2", "M-2", "Nut", "ea"]]
    run = importer.take("products", csv_file(rows))
    importer.map(run)
    late, keep_rows = Job.objects.get(), services.keep_rows

    def stopped_and_mapped_anew(**kwargs: Any) -> Any:
        monkeypatch.setattr(services, "keep_rows", keep_rows)
        services.stop_run(run_id=run.pk, actor=importer.user)
        assert importer.map(run, sku="Other").status_code == 303
        return keep_rows(**kwargs)

    monkeypatch.setattr(services, "keep_rows", stopped_and_mapped_anew)
    run_job(late.pk)
    assert (run.rows.count(), Job.objects.get(pk=late.pk).result) == (0, import_work.STOPPED)

    importer.work(run)
    assert set(run.rows.values_list("key", flat=True)) == {"M-1", "M-2"}
    assert (run.state, run.counts) == ("checked", {"new": 2})


class Killed(BaseException):
    """The worker is gone: nothing catches this."""


@pytest.mark.parametrize("step", ["keep_rows", "keep_outcomes", "apply_rows"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    importer: Importer, monkeypatch: Any, step: str, when: str
) -> None:
    """Killed at the third batch of a step, before it or right after its commit, and taken up by another worker."""
    run = importer.take("products", csv_file(many(3_500)))
    assert importer.map(run).status_code == 303
    if step == "apply_rows":
        importer.work(run)
        importer.client.post(reverse("imports:apply", args=[run.pk]))
    job = Job.objects.latest("pk")
    real, times = getattr(services, step), 0

    class Dying:
        def __call__(self, **kwargs: Any) -> Any:
            nonlocal times
            times += 1
            if times == 3 and when == "before":
                raise Killed
            answer = real(**kwargs)
            if times == 3:
                raise Killed
            return answer

        def once(self, key: str) -> Any:
            return self

    monkeypatch.setattr(services, step, Dying())
    with pytest.raises(Killed):
        run_job(job.pk)
    monkeypatch.setattr(services, step, real)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")

    run.refresh_from_db()
    assert run.counts == {"new": 3_500}
    if step != "apply_rows":
        importer.apply(run)
    run.refresh_from_db()
    assert run.state == "done"
    assert Product.objects.filter(sku__startswith="N-").count() == 3_500
    assert ImportRow.objects.filter(run=run, result="done").count() == 3_500
    assert CommandLog.objects.filter(name="orders_site.apply_rows").count() == 18


def test_pressed_twice_it_is_applied_once(importer: Importer) -> None:
    run = importer.check("products", csv_file(many(3)))

    first = importer.client.post(reverse("imports:apply", args=[run.pk]))
    second = importer.client.post(reverse("imports:apply", args=[run.pk]))

    assert (first.status_code, second.status_code) == (303, 422)
    importer.work(run)
    assert Product.objects.filter(sku__startswith="N-").count() == 3


def test_what_the_room_refuses_late_is_told_at_its_row_alone(importer: Importer, monkeypatch: Any) -> None:
    run = importer.check("products", csv_file(many(20)))
    monkeypatch.setattr("orders_site.imports.services.check_groups", pretend_new(run))
    factories.make_product(sku="n-000007")

    importer.apply(run)

    assert run.rows.filter(result="refused").values_list("number", flat=True).get() == 8
    assert "There is already a product with SKU n-000007." in said(run, 8)
    assert run.rows.filter(result="done").count() == 19


def pretend_new(run: ImportRun) -> Any:
    """Look again as if nothing had changed since: only the room's own command is left to refuse."""
    real = services.check_groups

    def look(reader: Any, rows: Any, scope: Any) -> Any:
        groups = real(reader, rows, scope)
        for group in groups:
            group.outcome, group.changes, group.target_id = "new", [], None
        return groups

    return look


# --- who may ---------------------------------------------------------------------------------------------------------


def test_another_companys_imports_do_not_exist(importer: Importer, world: World) -> None:
    run = importer.check("products", csv_file(many(2)))
    other = factories.make_company(code="OTH")
    stranger = factories.make_user(name="Sten", roles=("Master data",), companies=(other,))
    client = Client()
    client.force_login(stranger)

    for name in ("run", "mapping", "rows", "bad-rows", "file"):
        assert client.get(reverse(f"imports:{name}", args=[run.pk])).status_code == 404
    for name in ("apply", "stop", "mapping"):
        assert client.post(reverse(f"imports:{name}", args=[run.pk])).status_code == 404
    theirs = Importer(world, stranger)
    assert theirs.upload("products", csv_file(many(2))).status_code == 422
    assert ImportRun.objects.count() == 1
    assert not Product.objects.filter(sku__startswith="N-").exists()


def test_only_kinds_that_one_may_write_are_taken(importer: Importer, world: World) -> None:
    run = importer.check("products", csv_file(many(2)))
    seller = Importer(world, world.alice)

    assert seller.upload("products", csv_file(many(2))).status_code == 422
    assert seller.client.get(reverse("imports:run", args=[run.pk])).status_code == 404
    assert seller.client.get(reverse("imports:new")).status_code == 200
    nobody = Importer(world, world.charlie)
    assert nobody.client.get(reverse("imports:list")).status_code == 403
    assert nobody.upload("orders", csv_file(many(2))).status_code == 403


def test_a_right_that_was_taken_away_meanwhile_counts(importer: Importer) -> None:
    run = importer.check("products", csv_file(many(2)))
    importer.client.post(reverse("imports:apply", args=[run.pk]))
    importer.user.groups.clear()

    core_work.sweep()

    job = Job.objects.latest("pk")
    assert (job.state, "maintain_product" in job.error or "import_files" in job.error) == ("failed", True)
    assert not Product.objects.filter(sku__startswith="N-").exists()


def test_visitors_are_sent_to_sign_in(importer: Importer) -> None:
    run = importer.take("products", csv_file(many(1)))

    assert Client().get(reverse("imports:file", args=[run.pk])).status_code == 302


# --- files at the end ------------------------------------------------------------------------------------------------


def test_the_uploaded_file_comes_back_as_it_was_and_only_as_a_download(importer: Importer) -> None:
    data = csv_file(many(2))
    run = importer.take("products", data, "a<b>.csv")

    answer = importer.client.get(reverse("imports:file", args=[run.pk]))

    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_files_go_after_30_days(importer: Importer) -> None:
    old, young = (importer.take("products", csv_file(many(count))) for count in (1, 2))
    path = files.path_of(old.stored_as)
    before = path.stat().st_mtime - timedelta(days=31).total_seconds()
    os.utime(path, (before, before))

    call_command("prune")

    assert not path.exists()
    old.refresh_from_db()
    assert (old.stored_as, files.is_kept(young.stored_as)) == ("", True)
    assert importer.client.get(reverse("imports:file", args=[old.pk])).status_code == 404
    assert importer.client.get(reverse("imports:run", args=[old.pk])).status_code == 200
    assert importer.client.get(reverse("imports:mapping", args=[old.pk])).status_code == 200


def test_pages_answer_at_every_step(importer: Importer, count_statements: Any) -> None:
    told = []
    for count in (3, 400):
        run = importer.check("products", csv_file(many(count, frozenset({2}))))
        with count_statements() as statements:
            assert importer.client.get(reverse("imports:run", args=[run.pk])).status_code == 200
        told.append(statements.count)
        rows = importer.client.get(reverse("imports:rows", args=[run.pk]), {"outcome": "wrong"})
        assert "may be 1.234 or 1234" in rows.content.decode()
        importer.apply(run)
        assert "1 good row" not in importer.client.get(reverse("imports:run", args=[run.pk])).content.decode()
        assert importer.client.get(reverse("imports:list")).status_code == 200
        Product.objects.filter(sku__startswith="N-").delete()
    assert told[0] == told[1]
