"""Actions and queries of files stored with a client: add, open, describe, remove, restore, verify."""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidTag

from dakehu.domains.service.file_types import TYPES, detect_types, extension_of
from dakehu.domains.service.models import Attachment
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock, firm_settings
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
    "service.add_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="添加客户文件",
    en="Add a client file",
    parameters=(
        CLIENT,
        FILE,
        parameters_of("service.Attachment", optional=("description", "interaction", "request", "complaint")),
    ),
)
def add_attachment(
    *,
    client: Any,
    file: Upload,
    description: str | None = None,
    interaction: Any = None,
    request: Any = None,
    complaint: Any = None,
) -> Attachment:
    """Add a file to a client, optionally linked to one of the client's interactions, requests or complaints.

    Raises Refused for a file that is empty, too large, of a type that is not accepted, a duplicate, or not what its
    extension states.
    """
    check_media_type(file)
    for name, row in (("interaction", interaction), ("request", request), ("complaint", complaint)):
        if row is not None and row.client_id != client.pk:
            raise refusal(name, "这条记录属于另一位客户。", "That record is another client's.")
    duplicate = find_same_file(client, file)
    if duplicate is not None:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "这位客户已有同样的文件“{name}”。",
                        "This client has the same file already: “{name}”.",
                        name=duplicate.name,
                    )
                ]
            }
        )
    return keep_file(
        client,
        file,
        description=description or "",
        interaction=interaction,
        request=request,
        complaint=complaint,
    )


def find_same_file(client: Any, file: Upload) -> Attachment | None:
    """Return the client's file with the same content, None without one."""
    same_size = list(Attachment.objects.filter(client=client, size=file.size, removed_at=None))
    digest = file.sha256 if same_size else ""  # without a file of the same size, the store computes it
    return next((row for row in same_size if row.sha256 == digest), None)


def keep_file(client: Any, file: Upload, **about: Any) -> Attachment:
    """Store a file of a client and its row. Call inside an action. Raises Refused for its type."""
    media = check_media_type(file)
    with file.opened() as content:
        stored = files.save(file.name, content, days=None)
    row = Attachment(
        client=client,
        name=file.name[-200:],
        media=media,
        size=stored.size,
        added_by=team.current_user(),
        added_at=clock.now(),
        file_key=stored.key,
        sha256=stored.sha256,
        **about,
    )
    row.save()
    return row


def check_media_type(file: Upload) -> str:
    """Return the media type of a file. Raises Refused with place, value and remedy."""
    max_bytes = firm_settings.current("ATTACHMENT_MB") * 1024 * 1024
    size = file.size
    if not size:
        raise Refused(
            {"file": [bilingual("“{name}”是空的，请重新选择。", "“{name}” is empty; choose it again.", name=file.name)]}
        )
    if size > max_bytes:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”有 {have:.1f} MB，最多 {most} MB；请压缩或拆分后再添加。",
                        "“{name}” has {have:.1f} MB, {most} MB at most; compress or split it.",
                        name=file.name,
                        have=size / 1048576,
                        most=firm_settings.current("ATTACHMENT_MB"),
                    )
                ]
            }
        )
    with file.opened() as content:
        extension, detected = extension_of(file.name), detect_types(content)
    if not detected:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”的内容不是可以保存的类型。可以保存：{listed}。",
                        "The content of “{name}” is not of a type that can be kept. Types: {listed}.",
                        name=file.name,
                        listed=", ".join(TYPES),
                    )
                ]
            }
        )
    if extension not in detected:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”的内容是 {within}，与后缀“{ending}”不符；请改正文件名后再添加。",
                        "“{name}” holds {within}, which does not match its extension “{ending}”; rename it first.",
                        name=file.name,
                        within="/".join(detected),
                        ending=extension,
                    )
                ]
            }
        )
    return TYPES[extension]


def get_attachment(pk: int) -> Attachment:
    """Return a visible attachment. Raises NotFound."""
    row = Attachment.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("客户文件", "client's file"))
    return row


@action(
    "service.open_attachment",
    needs=Permission.SERVICE_READ,
    zh="打开客户文件",
    en="Open a client file",
    parameters=(ONE,),
)
def open_attachment(*, attachment: int) -> dict[str, Any]:
    """Return {name, media, size, sha256, content (base64)} of a file; the audit records the opening.

    Raises NotAllowed for readers not cleared for personal values. The API returns the file itself for `Accept:
    application/octet-stream`.
    """
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
    en="Describe a client file",
    parameters=(ONE, VERSION, parameters_of("service.Attachment", optional=("name", "description"))),
)
def describe_attachment(
    *, attachment: int, version: int | None = None, name: str | None = None, description: str | None = None
) -> Attachment:
    """Rename or describe a file; its extension stays, as its content does."""
    row = get_attachment(attachment)
    check_version(row, version)
    if name:
        if extension_of(name) != extension_of(row.name):
            raise refusal(
                "name", f"后缀应保持“.{extension_of(row.name)}”。", f"Keep the ending “.{extension_of(row.name)}”."
            )
        row.name = name
    if description is not None:
        row.description = description
    row.save()
    return row


@action(
    "service.remove_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="移除客户文件",
    en="Remove a client file",
    parameters=(ONE, VERSION),
)
def remove_attachment(*, attachment: int, version: int | None = None) -> Attachment:
    """Hide a file without deleting it, so that it can be restored.

    Business records are kept for twenty years.
    """
    row = get_attachment(attachment)
    check_version(row, version)
    row.removed_at = clock.now()
    row.save()
    return row


@action(
    "service.restore_attachment",
    needs=Permission.INTERACTION_LOG,
    zh="恢复客户文件",
    en="Restore a client file",
    parameters=(ONE,),
)
def restore_attachment(*, attachment: int) -> Attachment:
    """Restore a removed file."""
    row = get_attachment(attachment)
    row.removed_at = None
    row.save()
    return row


@query(
    "service.client_attachments",
    needs=Permission.SERVICE_READ,
    zh="客户文件",
    en="Files of a client",
    parameters=(CLIENT, Parameter("removed", required=False, kind="bool", spec=FieldSpec("已移除的", "Taken away"))),
)
def client_attachments(*, client: Any, removed: bool | None = None) -> Any:
    """Return a client's files, newest first; with `removed` the removed ones."""
    return Attachment.objects.filter(client=client, removed_at__isnull=not removed).order_by("-added_at", "-pk")


@query("service.verify_attachments", needs=Permission.SYSTEM_READ, zh="核验客户文件", en="Verify the files of clients")
def verify_attachments() -> dict[str, Any]:
    """Check that every file exists and is unchanged: {checked, faults: [{attachment, why}]}.

    File names are not included.
    """
    faults = []
    checked = 0
    with acting_as(system_actor("verify the files of clients", current_actor().door)):
        for row in Attachment.objects.order_by("pk").iterator(chunk_size=500):
            checked += 1
            try:
                digest = hashlib.sha256()
                for chunk in files.content_of(row.file_key):
                    digest.update(chunk)
                problem = (
                    "" if digest.hexdigest() == row.sha256 else str(bilingual("内容已改变", "its content has changed"))
                )
            except NotFound:
                problem = str(bilingual("文件不在", "the file is gone"))
            except (InvalidTag, LookupError, ValueError):
                problem = str(bilingual("无法解密", "it cannot be decrypted"))
            if problem:
                faults.append({"attachment": row.pk, "why": problem})
    return {"checked": checked, "faults": faults}
