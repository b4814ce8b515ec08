"""Whether the records of many clients may be exported now; checked by every export, so that all interfaces refuse alike."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from dakehu.domains.compliance.approvals.requests import approved
from dakehu.domains.compliance.supervised_exports import rules
from dakehu.domains.compliance.supervised_exports.choices import STANDING_WAYS, ExportRequestState, ExportWay
from dakehu.domains.compliance.supervised_exports.models import ExportRequest
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import set_list_observer
from dakehu.foundation.schema.fields import model_of

SUBJECT = "export"


def digest_of(row: ExportRequest) -> str:
    """Return the digest of a request as it is stored."""
    return rules.digest(row.requester_id, row.is_whole, row.count, row.client_ids, str(row.way))


def most_clients() -> int:
    """Return how many clients may be exported without a second person, 0 for any number. The system needs none."""
    actor = current_actor()
    if actor.user_id is None:
        return 0
    clients, personal = (int(firm_settings.current(name)) for name in ("SUPERVISED_EXPORT", "SUPERVISED_PERSONAL"))
    return rules.export_threshold(clients, personal, actor.clearance >= PERSONAL)


def _approved_requests(way: ExportWay) -> list[tuple[ExportRequest, rules.Permit]]:
    """Return the actor's approved requests for a way, with the permit of each."""
    rows = ExportRequest.objects.filter(
        requester_id=current_actor().user_id,
        way=way.value,
        state=ExportRequestState.APPROVED.value,
        decided_at__isnull=False,
    )
    return [
        (row, rules.Permit(row.is_whole, row.count, frozenset(row.client_ids), row.decided_at, way in STANDING_WAYS))
        for row in rows.order_by("pk")
        if approved(SUBJECT, row.pk, digest_of(row))
    ]


# --- one export ---------------------------------------------------------------------------------------


def find_permit(way: ExportWay, ids: Iterable[int], is_whole: bool) -> ExportRequest | None:
    """Return the actor's approved request that covers an export, None without one."""
    wanted, now = list(ids), clock.now()
    requests = _approved_requests(way)
    return next((row for row, permit in requests if rules.is_covered_by(permit, wanted, is_whole, now)), None)


def is_permit_missing(way: ExportWay, ids: Iterable[int], is_whole: bool) -> bool:
    """Return whether an export of clients needs a second person's approval and lacks it."""
    most = most_clients()
    wanted = list(ids) if most else []  # possibly very many clients, so read only if needed
    return rules.needs_permit(len(wanted), most) and find_permit(way, wanted, is_whole) is None


def check_export(way: ExportWay, ids: Iterable[int], is_whole: bool) -> None:
    """Raise Refused if an export needs a second person's approval and lacks it."""
    if is_permit_missing(way, ids, is_whole):
        raise Refused(_refusal(way))


def use_permit(way: ExportWay, ids: Iterable[int], is_whole: bool) -> None:
    """Use up the approval of an export that is being made, inside its action. Raises Refused if it is required and missing."""
    wanted = list(ids)
    check_export(way, wanted, is_whole)
    row = find_permit(way, wanted, is_whole) if rules.needs_permit(len(wanted), most_clients()) else None
    if row is not None:
        row.state = ExportRequestState.USED.value
        row.save()


# --- ways that stay open ------------------------------------------------------------------------------


def is_way_closed(way: ExportWay, count: int) -> bool:
    """Return whether a reading of `count` clients by a way that stays open needs approval and lacks it."""
    if not rules.needs_permit(count, most_clients()):
        return False
    now = clock.now()
    return not any(rules.covers_reading(permit, count, now) for _, permit in _approved_requests(way))


def closed_ways(ids: Iterable[int], is_whole: bool) -> list[ExportWay]:
    """Return the ways by which clients may not be exported before approval; open ways are for all clients only."""
    wanted = list(ids) if most_clients() else []
    return [
        way
        for way in ExportWay
        if (
            is_whole and is_way_closed(way, len(wanted))
            if way in STANDING_WAYS
            else is_permit_missing(way, wanted, is_whole)
        )
    ]


def check_all_clients(way: ExportWay) -> None:
    """Raise Refused if a way that exports all visible clients needs approval and lacks it."""
    if most_clients() and is_way_closed(way, model_of("clients.Client").objects.count()):
        raise Refused(_refusal(way))


def check_rows(way: ExportWay, rows: Any, number: int) -> None:
    """Raise Refused if the first `number` rows of a queryset may be of more clients than permitted by a way. Cheap for few."""
    most = most_clients()
    if most and rules.needs_permit(number, most) and is_way_closed(way, min(number, _clients_of(rows))):
        raise Refused(_refusal(way))


def _clients_of(rows: Any) -> int:
    """Return the number of clients of the rows of a queryset, 0 for models without client data."""
    path = getattr(rows.model, "client_path", "")
    if not path or rows.query.is_sliced or rows.query.combinator:
        return int(rows.count()) if path else 0
    return int(rows.order_by().values(path).distinct().count())


def check_list(result: Any, limit: int | None, offset: int) -> None:
    """Raise Refused if a program reads further into a list than permitted: called for every list request."""
    if isinstance(result, models.QuerySet) and most_clients():
        number = int(result.count())
        check_rows(ExportWay.PROGRAMS, result, number if limit is None else min(number, offset + limit))


set_list_observer(check_list)


def _refusal(way: ExportWay) -> Bilingual:
    """Return why a way is closed and how to open it."""
    named = {"n": most_clients(), "way": way.label}
    if way in STANDING_WAYS:
        return bilingual(
            "超过 {n} 位客户的“{way}”须先由另一人批准：请在导出页面选择“{way}”、填写用途并提交申请，批准后 90 天内有效。",
            "“{way}” for more than {n} clients is approved by somebody else first: choose it on the page Export and state what it "
            "is for; once approved it stays open for 90 days.",
            **named,
        )
    return bilingual(
        "超过 {n} 位客户的“{way}”须先由另一人批准：请在导出页面选择“{way}”、填写用途并提交申请，批准后 7 天内导出一次。",
        "“{way}” for more than {n} clients is approved by somebody else first: choose it on the page Export and state what it "
        "is for; once approved it is made once within 7 days.",
        **named,
    )
