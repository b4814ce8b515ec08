"""After an erasure, snapshots of linked sheets and unconfirmed uploads contain nothing of the client."""

from dakehu.domains.compliance.privacy import erasure
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets_sync import base_files
from dakehu.exchange.sheets_sync.models import LinkedSheet, SheetPart
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import act
from dakehu.foundation.erasure import tombstones
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

NAME, OTHER = "欧阳惜春", "留下的人"


def erase(client):
    with as_system():
        counts = erasure.erase(clients=[client.pk])
    tombstones.path().unlink(missing_ok=True)
    return counts


def test_an_unconfirmed_upload_that_names_him_goes_and_others_stay(lin, zhang):
    books = {name: f"客户号,姓名,手机号\nC77{len(name)},{name},13912345678\n".encode() for name in (zhang.name, OTHER)}
    with acting(lin):
        his, theirs = (imports.open_upload("新客户.csv", book, None) for book in books.values())
    counts = erase(zhang)
    assert counts["unconfirmed_imports"] == 1
    with as_system():
        his.refresh_from_db()
        theirs.refresh_from_db()
        assert (his.filename, his.file_key, his.report, his.plan, str(his.state)) == ("", "", {}, {}, "cancelled")
        assert theirs.file_key and Batch.objects.filter(act="").count() == 2
        assert {row.name for row in StoredFile.objects.all()} & {"新客户.csv"} == {"新客户.csv"}
        assert StoredFile.objects.filter(name="新客户.csv").count() == 1


def test_snapshots_of_a_linked_sheet_lose_his_rows_and_keep_those_of_others(lin, zhang, qian):
    rows = {zhang.pk: {"name": NAME}, qian.pk: {"name": OTHER}}
    with as_system(), act("test.snapshot"):
        link = LinkedSheet(
            name="东区", spreadsheet="x1", owner=lin, service_key="{}", secrets_at="2026-01-05T00:00:00Z"
        )
        link.save()
        part = SheetPart(link=link, part="clients", base_key=base_files.save("clients", rows))
        part.base_key = base_files.save("clients", rows, part.base_key)  # the previous one stays for an undo
        part.planned_key = base_files.save("clients planned", {qian.pk: rows[qian.pk]})
        part.new_rows = {"m1": zhang.pk, "m2": qian.pk}
        part.save()
    planned, replaced = part.planned_key, set(StoredFile.objects.values_list("key", flat=True))
    assert erase(zhang)["linked_sheets"] == 1
    with as_system():
        part.refresh_from_db()
        assert base_files.load(part.base_key) == {qian.pk: rows[qian.pk]}
        assert (part.planned_key, part.new_rows) == (planned, {"m2": qian.pk})
        left = set(StoredFile.objects.values_list("key", flat=True))
        assert left & replaced == {planned} and left == {planned, part.base_key}
        assert not model_of("clients.Client").objects.filter(pk=zhang.pk).exists()
