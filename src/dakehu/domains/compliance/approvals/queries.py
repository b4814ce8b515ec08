"""Queries: requests waiting for the reader's approval, the reader's own requests, decided ones; the notifications."""

from typing import Any

from dakehu.domains.compliance.approvals.kinds import find_kind, kinds
from dakehu.domains.compliance.approvals.rules import approval_error
from dakehu.domains.compliance.choices import ApprovalState, ApprovalView
from dakehu.domains.compliance.models import Approval
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.notices import NoticeSource, declare, notice
from dakehu.foundation.schema.parameters import Parameter

MOST = 200  # requests per view
VIEW = Parameter("view", required=False, choice_set=ApprovalView, spec=FieldSpec("范围", "Which"))
WAITING = "compliance.approval_notices"


@query("compliance.approvals", needs=Permission.APPROVAL_READ, zh="审批", en="Approvals", parameters=(VIEW,))
def approvals(*, view: str | None = None) -> list[dict[str, Any]]:
    """Return requests for approval: `waiting` for the reader (the default), `mine`, or `decided` ones, at most 200.

    [{id, kind, kind_label, subject_id, url, client: {id, code, name} or None, summary, requested_by, requested_at, state,
    state_code, decided_by, decided_at, note, can_decide}], waiting ones oldest first, others newest first. Only requests
    whose subjects and clients the reader sees.
    """
    found = str(view or ApprovalView.WAITING)
    me = current_actor().user_id
    if found == ApprovalView.MINE:
        rows = list(_requests().filter(requested_by=me).order_by("-pk")[:MOST])
    elif found == ApprovalView.DECIDED:
        states = (ApprovalState.APPROVED.value, ApprovalState.REJECTED.value)
        rows = list(_requests().filter(state__in=states).order_by("-decided_at", "-pk")[:MOST])
    else:
        rows = waiting_for_reader()
    clients = _find_clients(rows)
    return [_described(row, shown, clients) for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)]


def waiting_for_reader() -> list[Approval]:
    """Return the requests that the reader may decide on, oldest first."""
    mine = [kind.name for kind in kinds() if current_actor().may(kind.permission)]
    rows = _requests().filter(state=ApprovalState.WAITING.value, subject_kind__in=mine)
    return [row for row in rows.order_by("requested_at", "pk") if can_decide(row)][:MOST]


def _requests() -> Any:
    return Approval.objects.select_related("requested_by", "decided_by")


def can_decide(row: Approval) -> bool:
    """Return whether the actor may decide on a request that they see."""
    kind, actor = find_kind(row.subject_kind), current_actor()
    if kind is None or row.state != ApprovalState.WAITING or not actor.may(kind.permission):
        return False
    return approval_error(actor.user_id, row.author_ids) is None


def _find_clients(rows: list[Approval]) -> dict[int, dict[str, Any]]:
    """Return the client of each request, as shown to the reader, by request; without clients that they may not see."""
    subjects: dict[str, list[int]] = {}
    for row in rows:
        subjects.setdefault(row.subject_kind, []).append(row.subject_ref)
    kinds_of_rows = ((name, find_kind(name)) for name in subjects)
    ids = {name: kind.find_clients(subjects[name]) for name, kind in kinds_of_rows if kind is not None}
    wanted = {client for found in ids.values() for client in found.values()}
    seen = model_of("clients.Client").objects.in_bulk(wanted) if wanted else {}
    clearance = current_actor().clearance
    found = ((row.pk, seen.get(ids.get(row.subject_kind, {}).get(row.subject_ref))) for row in rows)
    return {
        pk: {"id": client.pk, "code": client.code, "name": name_of(client, clearance)}
        for pk, client in found
        if client is not None
    }


def _described(row: Approval, shown: dict[str, Any], clients: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return a request as plain values with the page of its subject and its client."""
    kind = find_kind(row.subject_kind)
    return {
        **shown,
        "kind": row.subject_kind,
        "kind_label": "" if kind is None else str(kind.label),
        "subject_id": row.subject_ref,
        "url": "" if kind is None else kind.url(row.subject_ref),
        "client": clients.get(row.pk),
        "summary": str(row.text),
        "state_code": str(row.state),
        "can_decide": can_decide(row),
    }


@query(WAITING, needs=Permission.APPROVAL_READ, zh="待审批提醒", en="Notices of approvals")
def approval_notices() -> list[dict[str, Any]]:
    """Return one notice for each request that waits for the reader."""
    made, rows = [], waiting_for_reader()
    clients = _find_clients(rows)
    for row in rows:
        kind = find_kind(row.subject_kind)
        if kind is None:
            continue
        client = clients.get(row.pk)
        what = row.text if client is None else bilingual("{a} · {b}", "{a} · {b}", a=client["name"], b=row.text)
        names = {"kind": kind.label, "what": what}
        made.append(
            notice(
                f"{WAITING}:{row.pk}",
                bilingual("{kind}“{what}”待您审批", "{kind} “{what}” waits for your approval", **names),
                at=clock.local(row.requested_at).date().isoformat(),
                url=kind.url(row.subject_ref),
                tone="warn",
                outside=bilingual("{kind}待您审批", "{kind} waits for your approval", **names),
            )
        )
    return made


declare(NoticeSource(WAITING, bilingual("待审批", "Approvals"), "circle-check", order=41))
