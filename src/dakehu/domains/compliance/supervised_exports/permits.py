"""Whether an export of many clients may be made now; asked by whatever makes the file, so that every interface refuses alike."""

from collections.abc import Iterable

from dakehu.domains.compliance.approvals.requests import approved
from dakehu.domains.compliance.supervised_exports import rules
from dakehu.domains.compliance.supervised_exports.models import ExportRequest, ExportRequestState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SUBJECT = "export"


def digest_of(row: ExportRequest) -> str:
    """Return the digest of a request as it is stored."""
    return rules.digest(row.requester_id, row.is_whole, row.count, row.client_ids)


def find_permit(ids: Iterable[int], is_whole: bool) -> ExportRequest | None:
    """Return the actor's approved request that covers an export, None without one."""
    wanted, now = list(ids), clock.now()
    rows = ExportRequest.objects.filter(
        requester_id=current_actor().user_id, state=ExportRequestState.APPROVED.value, decided_at__isnull=False
    )
    for row in rows.order_by("pk"):
        permit = rules.Permit(row.is_whole, row.count, frozenset(row.client_ids), row.decided_at)
        if rules.covers(permit, wanted, is_whole, now) and approved(SUBJECT, row.pk, digest_of(row)):
            return row
    return None


def is_permit_missing(ids: Iterable[int], is_whole: bool) -> bool:
    """Return whether an export of clients waits for a second person, who has not approved it. The desk itself needs none."""
    return _is_supervised() and _lacks_permit(list(ids), is_whole)


def _is_supervised() -> bool:
    """Return whether the firm supervises exports and a person is asking."""
    return int(firm_settings.current("SUPERVISED_EXPORT")) > 0 and current_actor().user_id is not None


def _lacks_permit(wanted: list[int], is_whole: bool) -> bool:
    """Return whether so many clients need an approval that is not there."""
    needed = rules.needs_permit(len(wanted), int(firm_settings.current("SUPERVISED_EXPORT")))
    return needed and find_permit(wanted, is_whole) is None


def check_export(ids: Iterable[int], is_whole: bool) -> None:
    """Raise Refused where an export waits for a second person."""
    if is_permit_missing(ids, is_whole):
        raise Refused(
            bilingual(
                "超过 {n} 位客户的导出须先由另一人批准：请在导出页面填写用途并提交申请，批准后 7 天内导出一次。",
                "An export of more than {n} clients is approved by somebody else first: state what it is for on the page Export; "
                "once approved it is made once within 7 days.",
                n=firm_settings.current("SUPERVISED_EXPORT"),
            )
        )


def use_permit(ids: Iterable[int], is_whole: bool) -> None:
    """Use up the approval of an export that is being made, inside its action. Raises Refused where there is none."""
    wanted = list(ids)
    check_export(wanted, is_whole)
    is_needed = _is_supervised() and rules.needs_permit(len(wanted), int(firm_settings.current("SUPERVISED_EXPORT")))
    row = find_permit(wanted, is_whole) if is_needed else None
    if row is not None:
        row.state = ExportRequestState.USED.value
        row.save()
