"""Files kept with a client: added, opened on the record, described, taken away, returned, and verified."""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings

from dakehu.domains.service.file_types import TYPES, ending_of, kinds_within
from dakehu.domains.service.models import Attachment
from dakehu.domains.team import queries as team
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ONE = Parameter("attachment", kind="integer", spec=FieldSpec("客户文件", "Client's file"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
FILE = Parameter("file", kind="file", spec=FieldSpec("文件", "File"))
CLIENT = parameters_of("service.Attachment", "client")


@action(
    "service.attach",
    needs=Permission.INTERACTION_LOG,
    zh="添加客户文件",
    en="Keep a file with a client",
    parameters=(CLIENT, FILE, parameters_of("service.Attachment", optional=("description", "interaction", "request"))),
)
def add_attachment(
    *, client: Any, file: Upload, description: str | None = None, interaction: Any = None, request: Any = None
) -> Attachment:
    """Keep a file with a client, perhaps with one of the client's contacts or requests. Refused where it is empty, too large,
    of a kind that is not kept, or not what its name says."""
    media = _media(file)
    for name, row in (("interaction", interaction), ("request", request)):
        if row is not None and row.client_id != client.pk:
            raise refusal(name, "这条记录属于另一位客户。", "That record is another client's.")
    alike = list(Attachment.objects.filter(client=client, size=file.size, removed_at=None))
    digest = file.sha256 if alike else ""  # else it is taken on the way into the store
    for same in (row for row in alike if row.sha256 == digest):
        raise Refused(
            {
                "file": [
                    bilingual(
                        "这位客户已有同样的文件“{name}”。",
                        "This client has the same file already: “{name}”.",
                        name=same.name,
                    )
                ]
            }
        )
    with file.opened() as content:
        kept = files.save(file.name, content, days=None)
    row = Attachment(
        client=client,
        name=file.name[-200:],
        description=description or "",
        interaction=interaction,
        request=request,
        media=media,
        size=kept.size,
        added_by=team.current_user(),
        added_at=clock.now(),
        file_key=kept.key,
        sha256=kept.sha256,
    )
    row.save()
    return row


def _media(file: Upload) -> str:
    """The media type of a file that may be kept. Raises Refused with place, value and remedy."""
    most = settings.ATTACHMENT_MB * 1024 * 1024
    size = file.size
    if not size:
        raise Refused(
            {"file": [bilingual("“{name}”是空的，请重新选择。", "“{name}” is empty; choose it again.", name=file.name)]}
        )
    if size > most:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”有 {have:.1f} MB，最多 {most} MB；请压缩或拆分后再添加。",
                        "“{name}” has {have:.1f} MB, {most} MB at most; compress or split it.",
                        name=file.name,
                        have=size / 1048576,
                        most=settings.ATTACHMENT_MB,
                    )
                ]
            }
        )
    with file.opened() as content:
        ending, within = ending_of(file.name), kinds_within(content)
    if not within:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”的内容不是可以保存的类型。可以保存：{listed}。",
                        "What stands in “{name}” is not of a kind that is kept. Kept are: {listed}.",
                        name=file.name,
                        listed=", ".join(TYPES),
                    )
                ]
            }
        )
    if ending not in within:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”的内容是 {within}，与后缀“{ending}”不符；请改正文件名后再添加。",
                        "“{name}” holds {within}, which its ending “{ending}” does not say; rename it first.",
                        name=file.name,
                        within="/".join(within),
                        ending=ending,
                    )
                ]
            }
        )
    return TYPES[ending]


def get_attachment(pk: int) -> Attachment:
    row = Attachment.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("客户文件", "client's file"))
    return row


@action(
    "service.open_attachment",
    needs=Permission.SERVICE_READ,
    zh="打开客户文件",
    en="Open a client's file",
    parameters=(ONE,),
)
def open_attachment(*, attachment: int) -> dict[str, Any]:
    """{name, media, size, sha256, content (base64)} of a file; that it was opened stands in the audit. Refused for readers to
    whom personal values are masked. The API gives the file itself to who asks for `application/octet-stream`."""
    row = get_attachment(attachment)
    if current_actor().clearance < PERSONAL:
        raise NotAllowed(bilingual("打开客户文件", "open a client's file"), Permission.SERVICE_READ)
    content = files.content_of(row.file_key)
    add_audit_note(attachment=row.pk, client=row.client_id)
    return {"name": row.name, "media": row.media, "size": row.size, "sha256": row.sha256, "content": content}


@action(
    "service.describe_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="修改文件说明",
    en="Describe a client's file",
    parameters=(ONE, VERSION, parameters_of("service.Attachment", optional=("name", "description"))),
)
def describe_attachment(
    *, attachment: int, version: int | None = None, name: str | None = None, description: str | None = None
) -> Attachment:
    """Rename a file or say what it is; the ending stays as it was, since the content does."""
    row = get_attachment(attachment)
    check_version(row, version)
    if name:
        if ending_of(name) != ending_of(row.name):
            raise refusal("name", f"后缀应保持“.{ending_of(row.name)}”。", f"Keep the ending “.{ending_of(row.name)}”.")
        row.name = name
    if description is not None:
        row.description = description
    row.save()
    return row


@action(
    "service.drop_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="移除客户文件",
    en="Take a client's file away",
    parameters=(ONE, VERSION),
)
def remove_attachment(*, attachment: int, version: int | None = None) -> Attachment:
    """Out of sight, not destroyed: records of the business are kept for twenty years, and a mistake can be undone."""
    row = get_attachment(attachment)
    check_version(row, version)
    row.removed_at = clock.now()
    row.save()
    return row


@action(
    "service.return_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="恢复客户文件",
    en="Return a client's file",
    parameters=(ONE,),
)
def restore_attachment(*, attachment: int) -> Attachment:
    row = get_attachment(attachment)
    row.removed_at = None
    row.save()
    return row


@query(
    "service.attachments_of",
    needs=Permission.SERVICE_READ,
    zh="客户文件",
    en="Files of a client",
    parameters=(CLIENT, Parameter("removed", required=False, kind="bool", spec=FieldSpec("已移除的", "Taken away"))),
)
def client_attachments(*, client: Any, removed: bool | None = None) -> Any:
    """A client's files, newest first: those there, or with `removed` those taken away."""
    return Attachment.objects.filter(client=client, removed_at__isnull=not removed).order_by("-added_at", "-pk")


@query("service.verify_attachments", needs=Permission.SYSTEM_READ, zh="核验客户文件", en="Verify the files of clients")
def verify_attachments() -> dict[str, Any]:
    """Whether every file is there and is what was added: {checked, faults: [{attachment, why}]}. Names of files stay out."""
    faults = []
    checked = 0
    with acting_as(system_actor("verify the files of clients", current_actor().door)):
        for row in Attachment.objects.order_by("pk").iterator(chunk_size=500):
            checked += 1
            try:
                digest = hashlib.sha256()
                for part in files.content_of(row.file_key):
                    digest.update(part)
                why = (
                    "" if digest.hexdigest() == row.sha256 else str(bilingual("内容已改变", "its content has changed"))
                )
            except NotFound:
                why = str(bilingual("文件不在", "the file is gone"))
            except (InvalidTag, LookupError, ValueError):
                why = str(bilingual("无法解密", "it cannot be decrypted"))
            if why:
                faults.append({"attachment": row.pk, "why": why})
    return {"checked": checked, "faults": faults}
