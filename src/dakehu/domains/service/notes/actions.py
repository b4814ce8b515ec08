"""Actions on the shared note of a client: write, remove and restore a paragraph."""

from typing import Any

from dakehu.domains.service.models import NoteParagraph, NoteVersion
from dakehu.domains.service.notes import rules
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("service.NoteParagraph", "client")
PARAGRAPH = Parameter("paragraph", kind="integer", spec=FieldSpec("段落", "Paragraph"))
OPTIONAL = Parameter("paragraph", kind="integer", required=False, spec=FieldSpec("段落", "Paragraph"))
VERSION = Parameter("version", kind="integer", required=False, spec=FieldSpec("版本", "Version"))
AFTER = Parameter("after", kind="integer", required=False, spec=FieldSpec("排在其后的段落", "Paragraph before it"))


@action(
    "service.write_note",
    needs=Permission.INTERACTION_LOG,
    zh="编辑共享笔记",
    en="Write in the shared note",
    parameters=(CLIENT, OPTIONAL, parameters_of("service.NoteParagraph", optional=("text",)), VERSION, AFTER),
    offers_undo=False,
)
def write_note(
    *,
    client: Any,
    paragraph: int | None = None,
    text: str | None = None,
    version: int | None = None,
    after: int | None = None,
) -> NoteParagraph:
    """Write a paragraph, a new one without `paragraph`. Raises Conflict if it was changed since `version`."""
    written = rules.plain_text(text or "")
    if paragraph is None:
        return _add(client, written, after)
    row = _get(client, paragraph)
    deciding = rules.decide_saving(version, row.row_version, row.text, written, row.is_removed)
    if deciding is rules.Saving.ASK:
        raise Conflict(None, row.row_version, row)
    if deciding is rules.Saving.WRITE:
        check_version(row, version)
        _write(row, written)
    return row


@action(
    "service.remove_note_paragraph",
    needs=Permission.INTERACTION_LOG,
    zh="移除笔记段落",
    en="Remove a paragraph of the note",
    parameters=(CLIENT, PARAGRAPH, VERSION),
    offers_undo=False,
)
def remove_note_paragraph(*, client: Any, paragraph: int, version: int | None = None) -> NoteParagraph:
    """Remove a paragraph; its text stays in the history. Raises Conflict if it was changed since `version`."""
    row = _get(client, paragraph)
    check_version(row, version)
    row.is_removed = True
    row.save()
    return row


@action(
    "service.restore_note_paragraph",
    needs=Permission.INTERACTION_LOG,
    zh="恢复笔记段落",
    en="Restore a paragraph of the note",
    parameters=(
        CLIENT,
        PARAGRAPH,
        Parameter("earlier", kind="integer", required=False, spec=FieldSpec("历史内容", "Earlier text")),
    ),
    offers_undo=False,
)
def restore_note_paragraph(*, client: Any, paragraph: int, earlier: int | None = None) -> NoteParagraph:
    """Restore a removed paragraph, or an earlier text of one; its current text is kept in the history."""
    row = _get(client, paragraph)
    row.is_removed = False
    if earlier is None:
        row.save()
        return row
    found = row.versions.filter(pk=earlier).first()
    if found is None:
        raise NotFound(bilingual("历史内容", "earlier text"), earlier)
    _write(row, found.text, keep=True)
    return row


def _get(client: Any, paragraph: int) -> NoteParagraph:
    row = NoteParagraph.objects.filter(pk=paragraph, client=client).first()
    if row is None:
        raise NotFound(bilingual("段落", "paragraph"), paragraph)
    return row


def _add(client: Any, text: str, after: int | None) -> NoteParagraph:
    positions = dict(NoteParagraph.objects.filter(client=client).values_list("pk", "position"))
    position = rules.next_position(sorted(positions.values()), positions.get(after) if after else None)
    row = NoteParagraph(client=client, text=text, position=position, written_by_id=current_actor().user_id)
    row.save()
    return row


def _write(row: NoteParagraph, text: str, keep: bool = False) -> None:
    """Write the text, and store the previous one as a step of the history."""
    user = current_actor().user_id
    if keep or rules.is_new_step(row.written_by_id, row.changed_at, user, clock.now()):
        earlier = NoteVersion(
            client_id=row.client_id,
            paragraph=row,
            text=row.text,
            written_by_id=row.written_by_id,
            written_at=row.changed_at,
        )
        earlier.save()
    row.text, row.written_by_id, row.is_removed = text, user, False
    row.save()
