"""Read the shared note of a client, and who is typing in which paragraph."""

from typing import Any

from dakehu.domains.service.models import NoteParagraph, NoteVersion
from dakehu.domains.service.notes.actions import CLIENT, PARAGRAPH
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.gates.registry import query
from dakehu.foundation.live import presence

TYPING = "note-paragraph"  # place in the table of presence for a person typing


@query("service.note", needs=Permission.SERVICE_READ, zh="共享笔记", en="Shared note", parameters=CLIENT)
def note(*, client: Any) -> list[dict[str, Any]]:
    """Return the paragraphs of the note: [{id, version, text, by, at, removed, typing}], texts for those cleared for them."""
    rows = list(NoteParagraph.objects.filter(client=client).select_related("written_by"))
    typing = presence.present((TYPING, row.pk) for row in rows) if rows else {}
    me = current_actor().user_id
    names = team.names_of({user for users in typing.values() for user in users})
    is_cleared = current_actor().clearance >= PERSONAL
    return [
        {
            "id": row.pk,
            "version": row.row_version,
            "text": row.text if is_cleared else "···",
            "by": row.written_by.name if row.written_by else "",
            "at": f"{clock.local(row.changed_at):%m-%d %H:%M}",
            "removed": row.is_removed,
            "typing": sorted(names[user] for user in typing[TYPING, row.pk] if user != me),
        }
        for row in rows
    ]


@query(
    "service.note_history",
    needs=Permission.SERVICE_READ,
    zh="共享笔记历史",
    en="Earlier texts of a note",
    parameters=(*CLIENT, PARAGRAPH),
)
def note_history(*, client: Any, paragraph: int) -> list[dict[str, Any]]:
    """Return the earlier texts of a paragraph, newest first: [{id, text, by, at}]."""
    rows = NoteVersion.objects.filter(client=client, paragraph_id=paragraph).select_related("written_by")[:50]
    is_cleared = current_actor().clearance >= PERSONAL
    return [
        {
            "id": row.pk,
            "text": row.text if is_cleared else "···",
            "by": row.written_by.name if row.written_by else "",
            "at": f"{clock.local(row.written_at):%Y-%m-%d %H:%M}",
        }
        for row in rows
    ]


def mark_typing(client: Any, paragraph: int) -> None:
    """Record that a user who may write is typing in a paragraph in scope; it expires after half a minute."""
    actor = current_actor()
    user = actor.user_id if actor.may(Permission.INTERACTION_LOG) else None
    if user is not None and NoteParagraph.objects.filter(pk=paragraph, client=client).exists():
        presence.mark(f"types-{user}", user, TYPING, paragraph)
