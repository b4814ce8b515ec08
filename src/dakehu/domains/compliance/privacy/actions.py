"""Actions on privacy requests, terms and restrictions."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import restriction
from dakehu.domains.compliance.privacy import rules, terms, withdrawals
from dakehu.domains.compliance.privacy.choices import RequestKind, RequestState
from dakehu.domains.compliance.privacy.models import PrivacyRequest, PrivacyTerm
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("compliance.PrivacyRequest", "client")
REQUEST = Parameter("request", kind="integer", spec=FieldSpec("请求编号", "Number of the request"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
CODE = Parameter("code", spec=FieldSpec("适用对象", "Applies to", example="service.Interaction"))
RESTRICTING = (RequestKind.DELETE, RequestKind.RESTRICT)
TOLD_ALREADY = bilingual(
    "答复已给客户，不能撤销；解除限制处理请用专门的操作。",
    "The client has the answer, so this is not undone; a restriction is lifted by its own action.",
)


@action(
    "compliance.open_privacy_request",
    needs=Permission.PRIVACY_OPEN,
    zh="登记个人信息请求",
    en="Open a privacy request",
    parameters=(
        CLIENT,
        parameters_of("compliance.PrivacyRequest", "kind", optional=("received_on", "purposes", "detail")),
    ),
)
def open_privacy_request(
    *,
    client: Any,
    kind: str,
    received_on: date | None = None,
    purposes: str | None = None,
    detail: str | None = None,
) -> PrivacyRequest:
    """Record a client's request about their rights; the deadline runs from the day of receipt. A withdrawal applies immediately.

    Raises Refused for a future day, and for a withdrawal that does not name its purposes.
    """
    day = received_on or clock.today()
    if day > clock.today():
        raise refusal("received_on", "收到日期不能晚于今天。", "It cannot have been received after today.")
    withdrawn = withdrawals.purposes_of(client, str(kind), purposes or "")
    row = PrivacyRequest(client=client, kind=kind, received_on=day, due_on=_due_on(day), detail=detail or "")
    row.purposes = withdrawals.format_purposes(withdrawn)
    row.save()
    withdrawals.withdraw(client, withdrawn, day, row.pk)
    return row


def _due_on(day: date) -> date:
    """Return the day by which a request received on a day must be answered."""
    amount = terms.terms(clock.today())[rules.DEADLINE].amount
    working_days = trading_days.trading_days_between(day, day + timedelta(days=2 * amount + 30))
    return rules.due_on(day, working_days, amount)


@action(
    "compliance.grant_privacy_request",
    needs=Permission.PRIVACY_WRITE,
    zh="办理个人信息请求",
    en="Grant a privacy request",
    parameters=(REQUEST, parameters_of("compliance.PrivacyRequest", "answer", optional=("purposes",)), VERSION),
    irreversible=TOLD_ALREADY,
)
def grant_privacy_request(
    *, request: int, answer: str, purposes: str | None = None, version: int | None = None
) -> PrivacyRequest:
    """Grant a request. Deletion and restriction restrict the client from now on; the nightly run erases when retention has ended.

    `purposes` is for a withdrawal that was registered without any, by an earlier version. Raises NotFound, and Refused if
    it has been decided or does not state what is withdrawn.
    """
    row = _get_open(request, version)
    if row.kind == RequestKind.WITHDRAW and not row.purposes:
        withdrawn = withdrawals.purposes_of(row.client, str(row.kind), purposes or "")
        row.purposes = withdrawals.format_purposes(withdrawn)
        withdrawals.withdraw(row.client, withdrawn, row.received_on, row.pk)
    elif purposes:
        raise refusal("purposes", "撤回的用途已经登记。", "What is withdrawn has been registered.")
    row.state, row.answer = RequestState.GRANTED.value, answer
    if row.kind in RESTRICTING and not row.client.restricted:
        before = restriction.restrict(client=row.client)
        row.status_before, row.was_walled = before["status"], before["walled"]
    return _decide(row)


@action(
    "compliance.refuse_privacy_request",
    needs=Permission.PRIVACY_WRITE,
    zh="拒绝个人信息请求",
    en="Refuse a privacy request",
    parameters=(REQUEST, parameters_of("compliance.PrivacyRequest", "refusal_reason"), VERSION),
    irreversible=TOLD_ALREADY,
)
def refuse_privacy_request(*, request: int, refusal_reason: str, version: int | None = None) -> PrivacyRequest:
    """Refuse a request with its reason. Raises NotFound, and Refused if it has been decided.

    A withdrawal is not refused (PIPL 15): it took effect when it was registered.
    """
    row = _get_open(request, version)
    if row.kind == RequestKind.WITHDRAW:
        raise refusal(
            "request",
            "撤回同意不能拒绝，登记时已生效；登记有误请撤销登记。",
            "A withdrawal is not refused, it counts since it was registered; undo the registration where it was wrong.",
        )
    row.state, row.refusal_reason = RequestState.REFUSED.value, refusal_reason
    return _decide(row)


def _get_open(number: int, version: int | None) -> PrivacyRequest:
    row: PrivacyRequest | None = PrivacyRequest.objects.filter(pk=number).select_related("client").first()
    if row is None:
        raise NotFound(bilingual("个人信息请求", "privacy request"), number)
    check_version(row, version)
    if row.state != RequestState.OPEN:
        raise Refused(bilingual("这项请求已经办理。", "This request has been decided already."))
    return row


def _decide(row: PrivacyRequest) -> PrivacyRequest:
    row.decided_by, row.decided_on = team.current_user(), clock.today()
    row.save()
    current_act().client_id = row.client_id
    return row


@action(
    "compliance.end_relation",
    needs=Permission.PRIVACY_WRITE,
    zh="确认到期删除",
    en="Confirm erasure at the end of retention",
    parameters=(CLIENT, REASON),
    irreversible=bilingual(
        "确认后按期删除；到期前可解除限制处理。", "Erased when due; until then the restriction can be lifted."
    ),
)
def end_relation(*, client: Any, reason: str) -> PrivacyRequest:
    """Let a closed client be erased when retention ends, without a request: restricted from now on. Raises Refused otherwise."""
    if not restriction.closed_clients().filter(pk=client.pk).exists():
        raise refusal("client", "只适用于已销户的客户。", "Only for a client whose account is closed.")
    row = PrivacyRequest(client=client, kind=RequestKind.DELETE.value, due_on=clock.today(), detail=reason)
    row.save()
    return grant_privacy_request(request=row.pk, answer=reason)


@action(
    "compliance.lift_restriction",
    needs=Permission.PRIVACY_WRITE,
    zh="解除限制处理",
    en="Lift a restriction of processing",
    parameters=(CLIENT, REASON),
)
def lift_restriction(*, client: Any, reason: str) -> PrivacyRequest:
    """Let the data of a client be processed again, as it was before; no one serves the client until assigned. Raises Refused."""
    restricting = PrivacyRequest.objects.filter(client=client).exclude(status_before="").order_by("-pk").first()
    if not client.restricted or restricting is None:
        raise refusal("client", "该客户没有限制处理。", "The processing of this client's data is not restricted.")
    add_audit_note(reason=reason)
    restriction.lift_restriction(client=client, status=restricting.status_before, walled=restricting.was_walled)
    restricting.status_before = ""
    restricting.save()
    return restricting


@action(
    "compliance.set_privacy_term",
    needs=Permission.PRIVACY_WRITE,
    zh="设置期限",
    en="Set a privacy term",
    parameters=(
        CODE,
        parameters_of("compliance.PrivacyTerm", "amount", "source", optional=("certainty", "effective_from")),
    ),
)
def set_privacy_term(
    *, code: str, amount: int, source: str, certainty: str | None = None, effective_from: date | None = None
) -> PrivacyTerm:
    """Set the deadline of answers or the retention of a kind of record, from a day.

    Raises NotFound for an unknown code, and Refused if a law (certainty V) requires more, or for a past day.
    """
    day = effective_from or clock.today()
    known = terms.terms(clock.today()).get(code)
    if known is None:
        raise NotFound(bilingual("期限", "term"), code)
    if day < clock.today():
        raise refusal("effective_from", "生效日期不能早于今天。", "It cannot take effect before today.")
    if not rules.may_shorten(known, amount):
        raise refusal(
            "amount",
            "不能短于法定的 {n}。",
            "It cannot be shorter than the {n} that the law asks for.",
            n=known.declared,
        )
    row = PrivacyTerm.objects.filter(code=code, effective_from=day).first() or PrivacyTerm(
        code=code, effective_from=day
    )
    row.amount, row.source, row.certainty = amount, source, certainty or "D"
    row.save()
    return row
