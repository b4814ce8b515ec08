"""Import batches and remembered mappings."""

from django.db import models

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
    """One import from upload to result: what the file is, how it is read, what it would change, what it changed. Or
    another act that may be undone (`act` is its name): `filename` then says what it was done to."""

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


class SourceProfile(Recorded):
    """How the files of one source are read: found again by the signature of its headings."""

    names = Names("来源设置", "Source profile", "Source profiles")

    name = field(models.CharField(max_length=120), zh="来源", en="Source", listed=True)
    signature = models.CharField(max_length=64, unique=True)
    plan = models.JSONField(default=dict)
    owner_ref = models.BigIntegerField(null=True)
