"""Request an export of many clients, and apply the decision."""

from typing import Any

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.compliance.approvals.requests import request_approval
from dakehu.domains.compliance.supervised_exports.choices import STANDING_WAYS, ExportRequestState, ExportWay
from dakehu.domains.compliance.supervised_exports.models import ExportRequest
from dakehu.domains.compliance.supervised_exports.permits import SUBJECT, digest_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENTS = Parameter("clients", required=False, kind="json", spec=FieldSpec("客户", "Clients"))


@action(
    "compliance.request_export",
    needs=Permission.EXPORT,
    zh="申请导出",
    en="Ask to export",
    parameters=(CLIENTS, parameters_of("compliance.ExportRequest", "reason", optional=("way",))),
    irreversible=bilingual(
        "审批人已收到申请；不需要时不必导出。", "The approver has it; leave it unused if you need it no more."
    ),
)
def request_export(*, reason: str, clients: Any = None, way: str | None = None) -> ExportRequest:
    """Request another person's approval of an export of clients (ids; None: all visible ones) by a way (default: workbook).

    Raises Refused for no visible client, and for selected clients if the way stays open, as it is for all clients.
    """
    chosen = ExportWay(way or ExportWay.WORKBOOK.value)
    if chosen in STANDING_WAYS and clients is not None:
        raise refusal(
            "clients",
            "“{way}”读取全部可见客户，不能只申请其中一部分。",
            "“{way}” reads all visible clients; it is not approved for some.",
            way=chosen.label,
        )
    rows = model_of("clients.Client").objects.order_by("pk")
    if clients is not None:
        if not isinstance(clients, list) or not all(type(one) is int for one in clients):
            raise refusal("clients", "应为客户编号的列表。", "Must be a list of numbers of clients.")
        rows = rows.filter(pk__among=clients)
    ids = list(rows.values_list("pk", flat=True))
    user = team.current_user()
    if not ids or user is None:
        raise Refused(bilingual("没有可导出的客户。", "There is no client to export."))
    row = ExportRequest(
        requester=user,
        way=chosen.value,
        is_whole=clients is None,
        count=len(ids),
        client_ids=[] if clients is None else ids,
        reason=reason,
    )
    row.save()
    what = bilingual(
        "{who} 导出 {n} 位客户（{way}）：{why}",
        "{who} exports {n} clients ({way}): {why}",
        who=user.name,
        n=len(ids),
        way=chosen.label,
        why=reason,
    )
    request_approval(SUBJECT, row.pk, what, digest_of(row), [user.pk])
    return row


def get_request(pk: int) -> ExportRequest:
    """Return a request to export. Raises NotFound."""
    row: ExportRequest | None = ExportRequest.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("导出申请", "export request"), pk)
    return row


def decide_request(pk: int, is_approved: bool, note: str) -> None:
    """Apply the decision on a request: approved for use, or rejected."""
    row = get_request(pk)
    row.state = (ExportRequestState.APPROVED if is_approved else ExportRequestState.REJECTED).value
    row.decided_at = clock.now() if is_approved else None
    row.save()


declare(
    ApprovalKind(
        SUBJECT,
        "导出",
        "Export",
        model="compliance.ExportRequest",
        permission=Permission.EXPORT_APPROVE,
        open_url="/approvals/",
        digest_of=lambda pk: digest_of(get_request(pk)),
        on_decision=decide_request,
        seen_by=Permission.EXPORT_APPROVE,
    )
)
