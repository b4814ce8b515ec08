"""Queries: what waits for the reader's approval, what they asked for, what was decided; the notices of the bell."""

from typing import Any

from dakehu.domains.compliance.approvals.kinds import find_kind, kinds
from dakehu.domains.compliance.approvals.rules import approval_error
from dakehu.domains.compliance.choices import ApprovalState, ApprovalView
from dakehu.domains.compliance.models import Approval
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.notices import NoticeSource, declare, notice
from dakehu.foundation.schema.parameters import Parameter

MOST = 200  # requests of one view
VIEW = Parameter("view", required=False, choice_set=ApprovalView, spec=FieldSpec("范围", "Which"))
WAITING = "compliance.approval_notices"


@query("compliance.approvals", needs=Permission.APPROVAL_READ, zh="审批", en="Approvals", parameters=(VIEW,))
def approvals(*, view: str | None = None) -> list[dict[str, Any]]:
    """Return requests for approval: `waiting` for the reader (the default), `mine`, or `decided` ones, at most 200.

    [{id, kind, kind_label, subject_id, url, summary, requested_by, requested_at, state, state_code, decided_by, decided_at,
    note, can_decide}], those that wait the oldest first, others the newest first. Only what the reader sees of its subjects.
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
    return [_described(row, shown) for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)]


def waiting_for_reader() -> list[Approval]:
    """Return what the reader may decide on, the oldest first."""
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


def _described(row: Approval, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a request as plain values with the page of its subject."""
    kind = find_kind(row.subject_kind)
    return {
        **shown,
        "kind": row.subject_kind,
        "kind_label": "" if kind is None else str(kind.label),
        "subject_id": row.subject_ref,
        "url": "" if kind is None else kind.url(row.subject_ref),
        "state_code": str(row.state),
        "can_decide": can_decide(row),
    }


@query(WAITING, needs=Permission.APPROVAL_READ, zh="待审批提醒", en="Notices of approvals")
def approval_notices() -> list[dict[str, Any]]:
    """Return one notice for each request that waits for the reader."""
    made = []
    for row in waiting_for_reader():
        kind = find_kind(row.subject_kind)
        if kind is None:
            continue
        names = {"kind": kind.label, "what": row.summary}
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
