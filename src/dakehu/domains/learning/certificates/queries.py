"""Queries of certificates: the list, one's own with their gated actions, and the look-up by number."""

from typing import Any

from dakehu.domains.learning.certificates import gate, rules
from dakehu.domains.learning.models import Certificate, CertificateKind
from dakehu.domains.learning.parameters import FILTERS, ORDER
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of


@query(
    "learning.certificates",
    needs=Permission.LEARNING_READ,
    zh="证书列表",
    en="Certificates",
    parameters=(FILTERS, ORDER),
)
def certificates(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the certificates whose holder the reader sees, the latest first."""
    rows = filter_rows(Certificate.objects.select_related("user", "kind"), filters or {}, order or "")
    return rows if order else rows.order_by("-issued_on", "-pk")


@query("learning.certificate_kinds", needs=Permission.LEARNING_READ, zh="证书类别", en="Kinds of certificates")
def certificate_kinds() -> Any:
    """Return the kinds of certificates."""
    return CertificateKind.objects.order_by("code")


@query("learning.my_certificates", needs=Permission.LEARNING_READ, zh="我的证书", en="My certificates")
def my_certificates() -> dict[str, Any]:
    """Return one's own certificates and the gated actions.

    {issues: [{id, number, kind, issued_on, expires_on, standing: valid | ending | ended | revoked, days_left}], the latest first,
    gated: [{kind, is_held, actions: [label]}] of kinds that gate an action which the reader may do}.
    """
    actor, today = current_actor(), clock.today()
    rows = list(Certificate.objects.filter(user_id=actor.user_id).select_related("kind").order_by("-expires_on", "-pk"))
    gated: dict[tuple[int, str], list[str]] = {}
    for name, kinds in gate.gates().items():
        found = ACTIONS.get(name)
        for kind in kinds:
            if found is not None and actor.may(found.needs):
                gated.setdefault(kind, []).append(str(found.label))
    held = {row.kind_id for row in rows if _counts(row)}
    return {
        "issues": [
            {**shown, "id": row.pk, "standing": certificate_state(row), "days_left": (row.expires_on - today).days}
            for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
        ],
        "gated": [
            {"kind": name, "is_held": pk in held, "actions": sorted(labels)} for (pk, name), labels in gated.items()
        ],
    }


def _counts(row: Certificate) -> bool:
    return rules.counts_on(rules.Issue(row.issued_on, row.expires_on, row.revoked_on), clock.today())


def certificate_state(row: Certificate) -> str:
    """Return "valid", "ending" (a reminder is due), "ended" or "revoked"."""
    today = clock.today()
    if row.revoked_on is not None:
        return "revoked"
    if row.expires_on < today:
        return "ended"
    return "valid" if rules.due_reminder(row.expires_on, today) is None else "ending"


@query(
    "learning.check_certificate",
    needs=Permission.LEARNING_READ,
    zh="核验证书",
    en="Check a certificate by its number",
    parameters=parameters_of("learning.Certificate", "number"),
)
def check_certificate(*, number: str) -> dict[str, Any]:
    """Return whether a certificate of this number is valid today: {number, kind, holder, standing, expires_on}. Raises NotFound."""
    with elevated("check a certificate by its number"):
        row: Certificate | None = (
            Certificate.objects.filter(number=number.strip()).select_related("user", "kind").first()
        )
        if row is None:
            raise NotFound(bilingual("证书", "certificate"), number)
        return {
            "number": row.number,
            "kind": row.kind.name,
            "holder": row.user.name,
            "standing": certificate_state(row),
            "expires_on": render_row(row, ("expires_on",), shown=True)["expires_on"],
        }


def ending_certificates() -> list[tuple[Certificate, int]]:
    """Return the certificates the reader sees whose reminder is due, with its days, without renewed ones."""
    today = clock.today()
    rows = list(Certificate.objects.filter(revoked_on=None, expires_on__gte=today).select_related("user", "kind"))
    last: dict[tuple[int, int], Any] = {}
    for row in rows:
        key = (row.user_id, row.kind_id)
        last[key] = max(last.get(key, row.expires_on), row.expires_on)
    due = ((row, rules.due_reminder(row.expires_on, today)) for row in rows)
    return [(row, days) for row, days in due if days is not None and last[(row.user_id, row.kind_id)] == row.expires_on]
