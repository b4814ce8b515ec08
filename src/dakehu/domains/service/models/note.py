"""Models of the shared note of a client: its paragraphs, and their earlier texts."""

from django.db import models

from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class NoteParagraph(ClientRecorded):
    """A paragraph of a client's shared note. `row_version` is its revision: a save requires the latest one."""

    names = Names("共享笔记段落", "Paragraph of a shared note", "Paragraphs of shared notes")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="note_paragraphs"),
        zh="客户",
        en="Client",
    )
    position = field(models.PositiveIntegerField(default=10), zh="次序", en="Position", editable=False)
    text = field(models.TextField(blank=True, default="", max_length=4000), zh="内容", en="Text", sensitivity=PERSONAL)
    written_by = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="修改人",
        en="Written by",
        editable=False,
    )
    is_removed = field(models.BooleanField(default=False), zh="已移除", en="Removed", editable=False)

    class Meta(ClientRecorded.Meta):
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["client", "position"], name="note_of_client")]


class NoteVersion(ClientRecorded):
    """The text of a paragraph before another person, or the same person later, changed it."""

    names = Names("共享笔记历史", "Earlier text of a note", "Earlier texts of notes")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="+"), zh="客户", en="Client"
    )
    paragraph = field(
        models.ForeignKey(NoteParagraph, on_delete=models.CASCADE, related_name="versions"), zh="段落", en="Paragraph"
    )
    text = field(models.TextField(blank=True, default=""), zh="内容", en="Text", sensitivity=PERSONAL)
    written_by = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="修改人",
        en="Written by",
    )
    written_at = field(models.DateTimeField(), zh="修改时间", en="Written at")

    class Meta(ClientRecorded.Meta):
        ordering = ["-pk"]
