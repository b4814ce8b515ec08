"""Actions on many clients that can be undone: set one value for all, or hand all over."""

from datetime import date
from typing import Any

from django.db.models import Q

from dakehu.domains.clients import actions, choices
from dakehu.domains.clients.bulk_edit.open_work import move_open_work
from dakehu.domains.clients.details import set_details
from dakehu.domains.clients.models import Client, Coverage, MergedClient
from dakehu.domains.team.notices import leave_notice
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.errors import refusal as refuse
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

AT_MOST = 5000
NAMED = 20
WHO = (
    Parameter(
        "clients", required=False, kind="json", spec=FieldSpec("客户号", "Client codes", aliases=("客户", "codes"))
    ),
    Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters")),
)
HANDING = (
    Parameter("reason", required=False, spec=FieldSpec("移交原因", "Reason")),
    Parameter("note", required=False, spec=FieldSpec("给接收人的留言", "Note for the receiver")),
    Parameter(
        "leave_work",
        required=False,
        kind="bool",
        spec=FieldSpec("未完成的事项留给原主办", "Leave open work with the former main manager"),
    ),
)
ONE_ONLY = ("id_number", "id_type", "id_expires_on")  # unique to each client


def chosen_clients(clients: Any, filters: Any) -> list[Client]:
    """Return the clients selected by codes or ids (a list, or one text with commas), or by filters.

    Raises Refused naming those that cannot be found, for an empty selection, and for more than 5,000.
    """
    if (clients in (None, "", [])) == (not filters):
        raise refuse(
            "clients", "请给出客户号，或给出筛选条件（二者选一）。", "Give client codes or filters, one of the two."
        )
    chosen = (
        _clients_named(clients) if clients else list(filter_rows(Client.objects.all(), filters, "code")[: AT_MOST + 1])
    )
    if not chosen:
        raise refuse("filters", "没有符合条件的客户。", "No client passes these filters.")
    if len(chosen) > AT_MOST:
        raise refuse(
            "clients", "一次最多 {n} 位客户，请缩小范围。", "At most {n} clients at once; narrow it down.", n=AT_MOST
        )
    return chosen


def _clients_named(clients: Any) -> list[Client]:
    """Return the clients of codes or ids. Raises Refused naming unknown ones."""
    parts = clients if isinstance(clients, list) else str(clients).replace("，", ",").replace("、", ",").split(",")
    keys = [
        slice_of_keys if isinstance(slice_of_keys, int) else str(slice_of_keys).strip()
        for slice_of_keys in parts
        if slice_of_keys not in (None, "")
    ]
    by_code: dict[Any, Client] = {}
    by_id: dict[Any, Client] = {}
    for start in range(0, len(keys), 500):
        slice_of_keys = keys[start : start + 500]
        client_ids = [int(key) for key in slice_of_keys if str(key).isdecimal() and len(str(key)) < 19]
        for client in Client.objects.filter(Q(code__in=[str(key) for key in slice_of_keys]) | Q(pk__in=client_ids)):
            by_code[client.code] = by_id[client.pk] = client
        for merged in MergedClient.objects.filter(code__in=[str(key) for key in slice_of_keys]).select_related(
            "client"
        ):
            by_code.setdefault(merged.code, merged.client)
    found: dict[int, Client] = {}
    unknown: list[str] = []
    for key in keys:
        client = by_id.get(key) if isinstance(key, int) else by_code.get(key)
        if client is None and isinstance(key, str) and key.isdecimal():
            client = by_id.get(int(key))
        if client is None:
            unknown.append(str(key))
        else:
            found[client.pk] = client
    if unknown:
        raise Refused(
            {"clients": [bilingual("找不到“{text}”。", "Cannot find “{text}”.", text=text) for text in unknown[:NAMED]]}
        )
    return list(found.values())


def batch_title(clients: list[Client]) -> Bilingual:
    """Return the title of a batch: the codes of its clients."""
    if len(clients) <= 3:
        codes = [client.code for client in clients]
        return bilingual("{listed}", "{named}", listed="、".join(codes), named=", ".join(codes))
    return bilingual(
        "{code} 等 {n} 位客户", "{code} and {m} other clients", code=clients[0].code, n=len(clients), m=len(clients) - 1
    )


@action(
    "clients.change_many",
    needs=Permission.CLIENT_WRITE,
    zh="批量修改客户资料",
    en="Change many clients",
    parameters=(WHO, Fields("clients.Client", without=("code", "name", *ONE_ONLY))),
)
def change_many(*, clients: Any = None, filters: Any = None, **details: Any) -> dict[str, Any]:
    """Set the same values on many clients, selected by `clients` (codes or ids) or `filters`.

    All or nothing, one audit entry. Returns {changed, unchanged: numbers of clients, batch: the id with which `dakehu
    undo` reverts it, None if nothing changed}.
    """
    if not details:
        raise refuse("clients", "请至少填写一个要修改的字段。", "Give at least one field to change.")
    chosen, changed = chosen_clients(clients, filters), []
    for client in chosen:
        version = client.row_version
        try:
            set_details(client, details)
        except Refused as refusal:
            raise Refused(
                {name: [_prefix_code(client, text) for text in texts] for name, texts in refusal.messages.items()}
            ) from None
        client.save()
        if client.row_version != version:
            changed.append(client)
    add_audit_note(clients=len(changed), fields=sorted(details))
    batch = undo_entries.entry_number(batch_title(changed)) if changed else None
    return {"changed": len(changed), "unchanged": len(chosen) - len(changed), "batch": batch}


def _prefix_code(client: Client, text: Bilingual | str) -> Bilingual:
    """Prefix a message with the client's code."""
    return bilingual("客户 {code}：{text}", "Client {code}: {text}", code=client.code, text=text)


@action(
    "clients.hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="批量移交客户",
    en="Hand over clients",
    parameters=(WHO, parameters_of("clients.Coverage", "user", optional=("role",)), HANDING),
)
def hand_over(
    *,
    user: Any,
    clients: Any = None,
    filters: Any = None,
    role: str | None = None,
    reason: str | None = None,
    note: str | None = None,
    leave_work: bool | None = None,
) -> dict[str, Any]:
    """Assign many clients to one main (or deputy) manager, who gets a notice with the `note`.

    A new main ends the duty of the previous one today and takes over their open work at the clients, unless
    `leave_work`. A lead hands over within the team only. Returns {changed, unchanged, work: number of open items that moved
    with them, batch} as clients.change_many.
    """
    actions.check_receiver(user)
    chosen = chosen_clients(clients, filters)
    duty = role or str(choices.CoverRole.MAIN)
    have = set(Coverage.objects.filter(user=user, role=duty, until=None).values_list("client_id", flat=True))
    changed = [client for client in chosen if client.pk not in have]
    work = _move_work(changed, user, duty, bool(leave_work))
    for client in changed:
        assign_role(client, user, duty)
    add_audit_note(clients=len(changed), user=user.pk, reason=reason or "", note=note or "", work=work)
    if changed:
        _tell_receiver(user, len(changed), note or "")
    batch = undo_entries.entry_number(batch_title(changed)) if changed else None
    return {"changed": len(changed), "unchanged": len(chosen) - len(changed), "work": work, "batch": batch}


def _move_work(clients: list[Client], user: Any, duty: str, is_left: bool) -> int:
    """Give a new main manager the open work at clients, unless `leave_work`; return the number of items moved."""
    if is_left or duty != choices.CoverRole.MAIN or not clients:
        return 0
    return move_open_work([client.pk for client in clients], user)


def _tell_receiver(user: Any, count: int, note: str) -> None:
    """Notify the receiver, unless it is the actor."""
    actor = current_actor()
    if user.pk != actor.user_id:
        text = bilingual(
            "{name}移交 {n} 位客户给您。{note}",
            "{name} hands {n} clients over to you. {note}",
            name=actor.name,
            n=count,
            note=note,
        )
        leave_notice(user, text)


@action(
    "clients.assign",
    needs=Permission.CLIENT_ASSIGN,
    zh="分派客户",
    en="Assign a client",
    parameters=(actions.CLIENT, parameters_of("clients.Coverage", "user", optional=("role",)), HANDING),
)
def assign(
    *,
    client: Client,
    user: Any,
    role: str | None = None,
    reason: str | None = None,
    note: str | None = None,
    leave_work: bool | None = None,
) -> Coverage:
    """Assign a client to a main or deputy manager, who gets a notice with the `note`.

    A new main ends the duty of the previous one today and takes over their open work at the client, unless
    `leave_work`. A lead assigns within the team only. Can be undone (see workbook.undoable).
    """
    actions.check_receiver(user)
    undo_entries.entry_number(batch_title([client]))
    duty = role or str(choices.CoverRole.MAIN)
    work = _move_work([client], user, duty, bool(leave_work))
    add_audit_note(reason=reason or "", note=note or "", work=work)
    _tell_receiver(user, 1, note or "")
    return assign_role(client, user, duty)


def assign_role(
    client: Client, user: Any, duty: str, on: date | None = None, *, subject: str = "", ends_on: date | None = None
) -> Coverage:
    """Start a duty on a day, today by default, and end the duties it replaces."""
    today = on or clock.today()
    with elevated("handing a client over"):
        for open_duty in list(Coverage.objects.filter(client=client, until=None)):
            if open_duty.user_id == user.pk or (
                duty == choices.CoverRole.MAIN and open_duty.role == choices.CoverRole.MAIN
            ):
                open_duty.until = today
                open_duty.save()
        row = Coverage(client=client, user=user, role=duty, since=today, subject=subject, ends_on=ends_on)
        row.save()
    publish_event("clients.assigned", client=client.pk, user=user.pk)
    return row
