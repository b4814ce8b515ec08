"""Contents of a hand-over pack: read for many clients together, stored as plain values."""

from collections.abc import Callable
from typing import Any

from dakehu.domains.service.hand_over.moves import Move
from dakehu.domains.service.models import Attachment
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of

RELATIONS_MOST = 20
FILES_MOST = 50
LATEST = 3  # contacts


def contents_of(moves: list[Move], giver: Any) -> dict[int, dict[str, Any]]:
    """Return {client id: contents} of the packs of some moves, with generated texts in both languages.

    {client, giver, receiver, as_of, promises, taboos, likes, goal, relations, groups, open_work, contacts, script, files}: days
    as ISO dates; relations with persons and contact kinds but without numbers, which stay on the client's page.
    """
    ids = [move.client.pk for move in moves]
    needs = {row.client_id: row for row in model_of("clients.Needs").objects.filter(client_id__among=ids)}
    relations = _lists("clients.Contact", ids, _relation, RELATIONS_MOST)
    groups = _lists("clients.Member", ids, lambda row: str(row.group), RELATIONS_MOST, "group")
    dates = _lists(
        "clients.KeyDate", ids, lambda row: {"what": row.label or str(row.kind), "on": row.on.isoformat()}, 20
    )
    contacts = _lists("service.Interaction", ids, _contact, LATEST, order="-held_at")
    files = _files(ids)
    return {
        move.client.pk: {
            "client": {"code": move.client.code, "name": move.client.name},
            "giver": giver.name,
            "receiver": move.receiver.name,
            "as_of": clock.today().isoformat(),
            "promises": [_render_promise(row) for row in move.promises],
            "taboos": getattr(needs.get(move.client.pk), "taboos", ""),
            "likes": getattr(needs.get(move.client.pk), "likes", ""),
            "goal": getattr(needs.get(move.client.pk), "goal", ""),
            "relations": relations.get(move.client.pk, []),
            "groups": groups.get(move.client.pk, []),
            "dates": dates.get(move.client.pk, []),
            "open_work": [_render_work(row) for row in move.owned],
            "contacts": contacts.get(move.client.pk, []),
            "script": _in_both_languages(_script(move, giver, needs.get(move.client.pk))),
            "files": files.get(move.client.pk, []),
        }
        for move in moves
    }


def _lists(
    label: str, ids: list[int], value: Callable[[Any], Any], most: int, related: str = "", order: str = "pk"
) -> dict[int, list[Any]]:
    """Return {client id: values of its rows of a model, at most so many}."""
    rows = model_of(label).objects.filter(client_id__among=ids).order_by("client_id", order)
    found: dict[int, list[Any]] = {}
    for row in rows.select_related(related) if related else rows:
        held = found.setdefault(row.client_id, [])
        if len(held) < most:
            held.append(value(row))
    return found


def _relation(row: Any) -> dict[str, Any]:
    """Return a person and a contact kind, without the number."""
    kind = row._meta.get_field("kind").choice_set.text_of(str(row.kind))
    return {"person": row.person, "position": row.position, "kind": kind, "remark": row.remark, "primary": row.primary}


def _contact(row: Any) -> dict[str, Any]:
    """Return one contact in short."""
    return {"on": clock.local(row.held_at).date().isoformat(), "summary": row.summary[:500], "result": row.result}


def _render_promise(row: Any) -> dict[str, Any]:
    """Return an open promise."""
    return {
        "text": row.promise,
        "due_on": row.promise_due_on.isoformat() if row.promise_due_on else None,
        "given_on": clock.local(row.held_at).date().isoformat(),
    }


def _render_work(row: Any) -> dict[str, Any]:
    """Return a piece of open work: its kind in both languages, its text and its day."""
    at = getattr(row, "due_at", None) or getattr(row, "starts_at", None)
    due = getattr(row, "due_on", None) or clock.local(at).date()
    text = row.subject if hasattr(row, "subject") else row._meta.get_field("kind").choice_set.text_of(str(row.kind))
    return {"kind": {"zh": row.names.zh, "en": row.names.en}, "text": str(text), "due_on": due.isoformat()}


def _files(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return {client id: its files}, each with its checksum."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Attachment.objects.filter(client_id__among=ids, removed_at=None).order_by("client_id", "-added_at")
    for row in rows:
        held = found.setdefault(row.client_id, [])
        if len(held) < FILES_MOST:
            held.append({"name": row.name, "size": row.size, "sha256": row.sha256})
    return found


def _in_both_languages(text: Bilingual) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": text.in_("zh"), "en": text.in_("en")}


def _script(move: Move, giver: Any, needs: Any) -> Bilingual:
    """Return the receiver's script for the first call."""
    taboo = getattr(needs, "taboos", "")
    promises = len(move.promises)
    return bilingual(
        "{client}您好，我是{receiver}，从今天起接替{giver}为您服务。{promise}今后有任何需要，请直接联系我。{taboo}",
        "Good day, {client}. I am {receiver} and serve you from today in place of {giver}. {promise_en}Please call me whenever you "
        "need anything.{taboo_en}",
        client=move.client.name,
        receiver=move.receiver.name,
        giver=giver.name,
        promise=f"{giver.name}答应您的 {promises} 件事由我跟进。" if promises else "",
        promise_en=f"The {promises} things promised to you are mine now. " if promises else "",
        taboo=f"（注意禁忌：{taboo}）" if taboo else "",
        taboo_en=f" (Mind: {taboo})" if taboo else "",
    )


def letter_of(move: Move, giver: Any, effective_on: str) -> Bilingual:
    """Return the letter that informs the client, in both languages."""
    return bilingual(
        "尊敬的{client}：\n\n自 {day} 起，您的客户经理由{giver}变更为{receiver}。您的账户、协议和服务标准不变，此前约定的事项由"
        "{receiver}继续办理。\n\n如有疑问，请联系{receiver}或我们的客服。",
        "Dear {client},\n\nfrom {day} your relationship manager is {receiver} in place of {giver}. Your accounts, agreements and "
        "service standard stay as they are, and {receiver} carries on with what was agreed.\n\nFor any question please contact "
        "{receiver} or our service line.",
        client=move.client.name,
        giver=giver.name,
        receiver=move.receiver.name,
        day=effective_on,
    )
