"""Acts on one or many clients that may be undone: one value for all of them, or another member of staff for all."""

from typing import Any

from django.db.models import Q

from dakehu.domains.clients import actions, choices
from dakehu.domains.clients.models import Client, Coverage, MergedClient
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.errors import refusal as refuse
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.imports import batches
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
ONE_ONLY = ("id_number", "id_type", "id_expires_on")  # nobody shares these


def chosen_clients(clients: Any, filters: Any) -> list[Client]:
    """The clients meant: by code or number (a list, or one text with commas), or all in scope that pass `filters`.

    Raises Refused naming those that cannot be found, for nobody at all, and for more than 5,000.
    """
    if (clients in (None, "", [])) == (not filters):
        raise refuse(
            "clients", "请给出客户号，或给出筛选条件（二者选一）。", "Give client codes or filters, one of the two."
        )
    found = _named(clients) if clients else list(filter_rows(Client.objects.all(), filters, "code")[: AT_MOST + 1])
    if not found:
        raise refuse("filters", "没有符合条件的客户。", "No client passes these filters.")
    if len(found) > AT_MOST:
        raise refuse(
            "clients", "一次最多 {n} 位客户，请缩小范围。", "At most {n} clients at once; narrow it down.", n=AT_MOST
        )
    return found


def _named(clients: Any) -> list[Client]:
    given = clients if isinstance(clients, list) else str(clients).replace("，", ",").replace("、", ",").split(",")
    asked = [part if isinstance(part, int) else str(part).strip() for part in given if part not in (None, "")]
    by_code: dict[Any, Client] = {}
    by_number: dict[Any, Client] = {}
    for start in range(0, len(asked), 500):
        part = asked[start : start + 500]
        numbers = [int(a) for a in part if str(a).isdecimal() and len(str(a)) < 19]
        for client in Client.objects.filter(Q(code__in=[str(a) for a in part]) | Q(pk__in=numbers)):
            by_code[client.code] = by_number[client.pk] = client
        for once in MergedClient.objects.filter(code__in=[str(a) for a in part]).select_related("client"):
            by_code.setdefault(once.code, once.client)
    made: dict[int, Client] = {}
    lost: list[str] = []
    for one in asked:
        client = by_number.get(one) if isinstance(one, int) else by_code.get(one)
        if client is None and isinstance(one, str) and one.isdecimal():
            client = by_number.get(int(one))
        if client is None:
            lost.append(str(one))
        else:
            made[client.pk] = client
    if lost:
        raise Refused(
            {"clients": [bilingual("找不到“{text}”。", "Cannot find “{text}”.", text=text) for text in lost[:NAMED]]}
        )
    return list(made.values())


def batch_title(clients: list[Client]) -> Bilingual:
    """Whom an act was about, by code."""
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
    """Give many clients one value: `clients` (codes or numbers) or `filters` say whom. All or nothing, one audit entry.
    Returns {changed, unchanged, batch}: numbers of clients, and by which `dakehu undo` takes it back (None where nothing
    changed)."""
    if not details:
        raise refuse("clients", "请至少填写一个要修改的字段。", "Give at least one field to change.")
    chosen, changed = chosen_clients(clients, filters), []
    with undo.recording_undo() as kept:
        for client in chosen:
            version = client.row_version
            try:
                actions.set_details(client, details)
            except Refused as refusal:
                raise Refused(
                    {name: [_one_value(client, text) for text in texts] for name, texts in refusal.messages.items()}
                ) from None
            client.save()
            if client.row_version != version:
                changed.append(client)
    add_audit_note(clients=len(changed), fields=sorted(details))
    batch = batches.save_act(batch_title(changed), kept.store()) if changed else None
    return {"changed": len(changed), "unchanged": len(chosen) - len(changed), "batch": batch}


def _one_value(client: Client, text: Bilingual | str) -> Bilingual:
    return bilingual("客户 {code}：{text}", "Client {code}: {text}", code=client.code, text=text)


@action(
    "clients.hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="批量移交客户",
    en="Hand clients over",
    parameters=(WHO, parameters_of("clients.Coverage", "user", optional=("role",))),
)
def hand_over(*, user: Any, clients: Any = None, filters: Any = None, role: str | None = None) -> dict[str, Any]:
    """Give many clients one main (or deputy). A new main ends the duty of the old ones today. A lead hands over within
    the team only. Returns {changed, unchanged, batch} as clients.change_many does."""
    actions.check_team(user)
    chosen = chosen_clients(clients, filters)
    duty, changed = role or str(choices.CoverRole.MAIN), []
    with undo.recording_undo() as kept:
        for client in chosen:
            if Coverage.objects.filter(client=client, user=user, role=duty, until=None).exists():
                continue
            assign_role(client, user, duty)
            changed.append(client)
    add_audit_note(clients=len(changed), user=user.pk)
    batch = batches.save_act(batch_title(changed), kept.store()) if changed else None
    return {"changed": len(changed), "unchanged": len(chosen) - len(changed), "batch": batch}


@action(
    "clients.assign",
    needs=Permission.CLIENT_ASSIGN,
    zh="分派客户",
    en="Assign a client",
    parameters=(actions.CLIENT, parameters_of("clients.Coverage", "user", optional=("role",))),
)
def assign(*, client: Client, user: Any, role: str | None = None) -> Coverage:
    """Give a client a main or deputy. A new main ends the duty of the old one today. A lead assigns within
    the team only. May be undone (ask workbook.undoable)."""
    actions.check_team(user)
    with undo.recording_undo() as kept:
        row = assign_role(client, user, role or str(choices.CoverRole.MAIN))
    batches.save_act(batch_title([client]), kept.store())
    return row


def assign_role(client: Client, user: Any, duty: str) -> Coverage:
    """A duty begins today; the duties that it replaces end today."""
    today = clock.today()
    with elevated("handing a client over"):
        for held in list(Coverage.objects.filter(client=client, until=None)):
            if held.user_id == user.pk or (duty == choices.CoverRole.MAIN and held.role == choices.CoverRole.MAIN):
                held.until = today
                held.save()
        row = Coverage(client=client, user=user, role=duty, since=today)
        row.save()
    publish_event("clients.assigned", client=client.pk, user=user.pk)
    return row
