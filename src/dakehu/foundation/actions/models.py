"""Entries of undoable operations: imports, and acts with the rows they wrote."""

from django.db import models

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class BatchState(Choices):
    OPENED = "opened", "已上传", "Uploaded"
    CHECKED = "checked", "已预览", "Checked"
    APPLIED = "applied", "已导入", "Imported"
    REFUSED = "refused", "未导入", "Not imported"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    UNDONE = "undone", "已撤销", "Undone"


class Batch(Recorded):
    """One import from upload to result: the file, its mapping, the preview of changes, and the changes made. Or
    another undoable act (`act` is its name): `filename` is then its subject."""

    names = Names("导入批次", "Import batch", "Import batches")

    act = models.CharField(max_length=80, blank=True, default="")
    filename = field(models.CharField(max_length=200), zh="文件名", en="File name", listed=True)
    file_key = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    owner_ref = models.BigIntegerField(null=True)
    state = field(choice_field(BatchState, default=BatchState.OPENED), zh="状态", en="State", listed=True)
    plan = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    job_ref = models.BigIntegerField(null=True)
    applied_at = field(models.DateTimeField(null=True), zh="导入时间", en="Imported at", listed=True)
    client_ref = models.BigIntegerField(null=True)  # of an act that is about one client
    cause_ref = models.BigIntegerField(null=True)  # the act that this one undoes, or results from
    undo_log = EncryptedTextField(null=True)  # what an act wrote (foundation.actions.undo), unless it is a file

    class Meta:
        indexes = [
            models.Index(fields=["owner_ref", "-id"], name="batch_of_owner"),
            models.Index(fields=["owner_ref", "-id"], name="import_of_owner", condition=models.Q(act="")),
            models.Index(fields=["cause_ref"], name="batch_by_cause", condition=models.Q(cause_ref__isnull=False)),
        ]
