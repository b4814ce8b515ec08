"""The model of stored files."""

from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names


class StoredFile(Recorded):
    """A file stored encrypted under DAKEHU_HOME/files; `key` is its name there."""

    names = Names("文件", "File", "Files")

    key = models.CharField(max_length=40, unique=True)
    name = field(models.CharField(max_length=200), zh="文件名", en="File name", listed=True)
    size = field(models.BigIntegerField(), zh="大小", en="Size", unit="B", listed=True)
    sha256 = models.CharField(max_length=64)
    owner_ref = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
