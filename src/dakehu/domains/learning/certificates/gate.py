"""Refuse a certificate-gated action to persons without a valid certificate: checked before every action, in every interface."""

from collections.abc import Iterable

from dakehu.domains.learning.certificates import rules
from dakehu.domains.learning.certificates.rules import Issue
from dakehu.domains.learning.models import Certificate, CertificateKind
from dakehu.foundation.access.actor import Actor, elevated
from dakehu.foundation.actions.registry import Action, add_qualification
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotCertified
from dakehu.foundation.records.recorded import open_act

GATES = "learning.gates"  # key under which they are cached within an action


def certificate_fault(action: Action, actor: Actor) -> NotCertified | None:
    """Return the error that a person lacks the certificate required by an action, None if it is not missing.

    Actions of the system, without a user, need no certificate.
    """
    if actor.user_id is None:
        return None
    for pk, name in gates().get(action.name, ()):
        refusal = rules.refusal_of(name, issues_of(actor.user_id, pk), clock.today())
        if refusal is not None:
            return NotCertified(refusal)
    return None


def gates() -> dict[str, list[tuple[int, str]]]:
    """Return {action: [(kind of certificate, its name)]} of the kinds in use; read once within an action."""
    act = open_act()
    known: dict[str, list[tuple[int, str]]] | None = None if act is None else act.looked_up.get(GATES)
    if known is None:
        known = _gates(CertificateKind.objects.filter(is_active=True).exclude(gates=[]).order_by("pk"))
        if act is not None:
            act.looked_up[GATES] = known
    return known


def _gates(kinds: Iterable[CertificateKind]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for kind in kinds:
        for name in kind.gates:
            found.setdefault(name, []).append((kind.pk, kind.name))
    return found


def issues_of(user_id: int, kind: int) -> list[Issue]:
    """Return all issues of a kind of certificate to a person, regardless of the actor's scope."""
    with elevated("look whether somebody holds a certificate"):
        rows = Certificate.objects.filter(user_id=user_id, kind_id=kind)
        return [Issue(row.issued_on, row.expires_on, row.revoked_on) for row in rows]


add_qualification(certificate_fault)
