"""Actions on certificates: maintain their kinds and gated actions, issue, revoke."""

from datetime import date
from typing import Any

from dakehu.domains.learning.certificates import rules
from dakehu.domains.learning.models import Certificate, CertificateKind
from dakehu.domains.learning.parameters import CERTIFICATE, CERTIFICATE_KIND, REASON, VERSION
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

KIND, MODEL = "learning.CertificateKind", "learning.Certificate"
GATES = Parameter(
    "gates",
    required=False,
    spec=FieldSpec(
        "须持证的操作",
        "Actions that need it",
        help_zh="操作名称，用空格分开，例如 growth.submit_campaign",
        help_en="Names of actions separated by spaces, such as growth.submit_campaign",
    ),
)


def get_kind(pk: int) -> CertificateKind:
    """Return a kind of certificate. Raises NotFound."""
    row: CertificateKind | None = CertificateKind.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("证书类别", "kind of certificate"))
    return row


@action(
    "learning.add_certificate_kind",
    needs=Permission.CERTIFICATE_WRITE,
    zh="新增证书类别",
    en="Add a kind of certificate",
    parameters=(Fields(KIND, required=("code", "name"), new=True), GATES),
)
def add_certificate_kind(*, gates: str | None = None, **values: Any) -> CertificateKind:
    """Add a kind of certificate. Raises Refused for a code that is taken, and for an action that cannot be gated."""
    row = CertificateKind(**{name: value for name, value in values.items() if value is not None})
    _set_gates(row, gates)
    if CertificateKind.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    row.save()
    return row


@action(
    "learning.change_certificate_kind",
    needs=Permission.CERTIFICATE_WRITE,
    zh="修改证书类别",
    en="Change a kind of certificate",
    parameters=(CERTIFICATE_KIND, VERSION, Fields(KIND, without=("code",)), GATES),
)
def change_certificate_kind(
    *, certificate_kind_id: int, version: int | None = None, gates: str | None = None, **values: Any
) -> CertificateKind:
    """Change a kind of certificate and its gated actions; issued certificates keep their last day."""
    row = get_kind(certificate_kind_id)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    _set_gates(row, gates)
    row.save()
    return row


def _set_gates(row: CertificateKind, gates: str | None) -> None:
    if gates is None:
        return
    names = list(dict.fromkeys(gates.split()))
    fault = rules.gates_fault(names, (name for name, one in ACTIONS.items() if one.is_public))
    if fault is not None:
        raise Refused({"gates": [fault]})
    row.gates = names


@action(
    "learning.issue_certificate",
    needs=Permission.CERTIFICATE_WRITE,
    zh="颁发证书",
    en="Issue a certificate",
    parameters=parameters_of(MODEL, "user", "kind", optional=("issued_on", "expires_on", "evidence")),
)
def issue_certificate(
    *,
    user: Any,
    kind: CertificateKind,
    issued_on: date | None = None,
    expires_on: date | None = None,
    evidence: str | None = None,
) -> Certificate:
    """Issue a certificate: always a new row, earlier ones are kept. By default it begins today and lasts the months of its kind.

    Raises Refused for a last day before the first.
    """
    return issue(user.pk, kind, issued_on or clock.today(), expires_on, evidence=evidence or "")


def issue(
    user_id: int, kind: CertificateKind, issued_on: date, expires_on: date | None = None, **more: Any
) -> Certificate:
    """Issue a certificate inside an open action. Raises Refused for a last day before the first."""
    last = expires_on or rules.last_day(issued_on, kind.months)
    if last < issued_on:
        raise refusal("expires_on", "有效至不能早于颁发日期。", "It cannot end before it begins.")
    with elevated("number a certificate"):
        count = Certificate.objects.filter(kind=kind, issued_on__year=issued_on.year).count()
        number = rules.number_of(kind.code, issued_on, count)
        while Certificate.objects.filter(number=number).exists():
            count += 1
            number = rules.number_of(kind.code, issued_on, count)
    row = Certificate(number=number, user_id=user_id, kind=kind, issued_on=issued_on, expires_on=last, **more)
    row.save()
    return row


@action(
    "learning.revoke_certificate",
    needs=Permission.CERTIFICATE_WRITE,
    zh="吊销证书",
    en="Revoke a certificate",
    parameters=(CERTIFICATE, REASON),
)
def revoke_certificate(*, certificate_id: int, reason: str) -> Certificate:
    """Revoke a certificate from today, with the reason. Raises NotFound, and Refused if it is already revoked."""
    row: Certificate | None = Certificate.objects.filter(pk=certificate_id).first()
    if row is None:
        raise NotFound(bilingual("证书", "certificate"))
    if row.revoked_on is not None:
        raise refusal("certificate_id", "这张证书已吊销。", "It is revoked already.")
    row.revoked_on, row.revoked_for = clock.today(), reason[:200]
    row.save()
    return row
