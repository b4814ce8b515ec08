"""Request approval by a second person from a domain below compliance, which stores and decides the requests."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class ApprovalSubject:
    """A subject waiting for a second person: the row, a text without names of clients (a text that is not bilingual is
    used for both languages), its authors, and the requester (user ids)."""

    id: int
    summary: Bilingual | str
    authors: Collection[int]
    requested_by: int | None = None


Requester = Callable[[str, ApprovalSubject], object]
Voider = Callable[[str, int], object]
_keeper: list[tuple[Requester, Voider]] = []


def set_approval_keeper(request: Requester, void: Voider) -> None:
    """Set, once at start-up, by the domain of approvals: functions that request and void approvals, by the name of a
    kind."""
    _keeper[:] = [(request, void)]


def ask_for_approval(kind: str, subject: ApprovalSubject) -> None:
    """Request a second person's approval of a row of a declared kind. Call inside an action. Raises LookupError where
    unset."""
    _get_keeper(kind)[0](kind, subject)


def void_approvals_of(kind: str, subject_id: int) -> None:
    """Void pending and granted approvals of a row. Call inside an action. Raises LookupError where unset."""
    _get_keeper(kind)[1](kind, subject_id)


def _get_keeper(kind: str) -> tuple[Requester, Voider]:
    if not _keeper:
        raise LookupError(f"{kind}: no domain keeps approvals")
    return _keeper[0]
