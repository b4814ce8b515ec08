"""The import wizard: columns corrected manually, errors corrected, an import cancelled, applied once."""

import json

import openpyxl
import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports import wizard
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


wizardly = pytest.mark.django_db(transaction=True)


UNKNOWN = "编码,称呼,干什么的\nN1,甲一,律师\nN2,乙二,医生\n"


@wizardly
def test_columns_corrected_by_hand_are_tried_imported_and_remembered_for_the_next_file(lin):
    with acting(lin):
        batch = imports.open_upload("手工表.csv", UNKNOWN.encode())
        seen = wizard.describe(batch.pk)["tables"][0]
        assert [c["heading"] for c in seen["columns"]] == ["编码", "称呼", "干什么的"]
        imports.correct_plan(
            batch.pk, {"tables": {"0": {"part": "clients", "columns": {"0": "code", "1": "name", "2": "occupation"}}}}
        )
        job = imports.start_dry_run(batch.pk)
        jobs.run_due_jobs()
        assert jobs.get_job(job, lin.pk)["result"]["created"] == 2 and not Client.objects.exists()
        job = imports.start_apply(batch.pk)
        jobs.run_due_jobs()
        assert jobs.get_job(job, lin.pk)["result"]["imported"] is True
        assert list(Client.objects.order_by("code").values_list("name", "occupation")) == [
            ("甲一", "律师"),
            ("乙二", "医生"),
        ]
        again = imports.open_upload("下个月.csv", UNKNOWN.encode())
        assert [c["field"] for c in wizard.describe(again.pk)["tables"][0]["columns"]] == ["code", "name", "occupation"]


@wizardly
def test_a_batch_is_imported_once_however_often_it_is_asked_for(lin):
    with acting(lin):
        batch = imports.open_upload("t.csv", "客户号,客户姓名\nN1,甲一\n".encode())
        for _ in range(2):
            imports.start_apply(batch.pk)
            jobs.run_due_jobs()
        assert Client.objects.count() == 1
        assert AuditEntry.objects.filter(action="workbook.import").count() == 1
        with pytest.raises(Refused):
            imports.correct_plan(batch.pk, {"mode": "update"})


@wizardly
def test_wang_cannot_find_lins_batch(lin, wang):
    with acting(lin):
        batch = imports.open_upload("t.csv", "客户号,客户姓名\nN1,甲一\n".encode())
    with acting(wang):
        for attempt in (
            lambda: wizard.describe(batch.pk),
            lambda: imports.start_apply(batch.pk),
            lambda: imports.correct_plan(batch.pk, {}),
            lambda: wizard.error_workbook(batch.pk),
        ):
            with pytest.raises(NotFound):
                attempt()


@wizardly
def test_the_error_workbook_mended_and_sent_again_is_imported(lin, tmp_path):
    with acting(lin):
        batch = imports.open_upload("t.csv", "客户号,客户姓名,风险等级\nN1,甲一,很高\nN2,乙二,C2\n".encode())
        imports.start_apply(batch.pk)
        jobs.run_due_jobs()
        assert Batch.objects.get(pk=batch.pk).state == "refused"
        name, content = wizard.error_workbook(batch.pk)
        path = tmp_path / name
        path.write_bytes(content)
        mended = openpyxl.load_workbook(path)
        sheet = mended["t"]
        assert [c.value for c in sheet[2]][:3] == ["N1", "甲一", "很高"] and "C3" in sheet["D2"].value
        sheet["C2"].value = "C3"
        mended.save(path)
        assert imports.run_import(path)["created"] == 1
        assert Client.objects.get().risk_level == "C3"


@wizardly
def test_a_running_import_can_be_stopped_and_leaves_nothing(lin, monkeypatch):
    with acting(lin):
        batch = imports.open_upload("t.csv", "客户号,客户姓名\nN1,甲一\n".encode())
        job = imports.start_apply(batch.pk)
        take_in = imports.apply.client_import.import_clients

        def stop_after(**given):
            made = take_in(**given)
            jobs.request_stop(job)
            return made

        monkeypatch.setattr(imports.apply.client_import, "import_clients", stop_after)
        jobs.run_due_jobs()
        assert jobs.get_job(job, lin.pk)["state"] == "cancelled" and not Client.objects.exists()


@wizardly
def test_no_cell_of_an_uploaded_file_lies_in_clear_in_the_database_before_it_is_imported(lin):
    secret = "13812345678"
    with acting(lin):
        batch = imports.open_upload("t.csv", f"客户号,客户姓名,手机号码\nN1,甲一,{secret}\nN2,乙二,1381234\n".encode())
        assert secret in json.dumps(wizard.describe(batch.pk))
        imports.start_dry_run(batch.pk)
        jobs.run_due_jobs()
        row = Batch.objects.get(pk=batch.pk)
        assert row.state == "checked"
        assert secret not in json.dumps([row.plan, row.report]) and "1381234" not in json.dumps([row.plan, row.report])
