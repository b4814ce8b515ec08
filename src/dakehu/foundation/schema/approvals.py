"""Ask for approval by a second person from a domain below compliance, which keeps the requests and decides on them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class ApprovalSubject:
    """What waits for a second person: the row, its words without names of clients (a text that is not bilingual stands for
    both languages), who wrote it, and who asks (user ids)."""

    id: int
    summary: Bilingual | str
    authors: Collection[int]
    requested_by: int | None = None


Requester = Callable[[str, ApprovalSubject], object]
Voider = Callable[[str, int], object]
_keeper: list[tuple[Requester, Voider]] = []


def set_approval_keeper(request: Requester, void: Voider) -> None:
    """Called once at start-up by the domain that keeps approvals: by the name of a kind, request one, and void them."""
    _keeper[:] = [(request, void)]


def ask_for_approval(kind: str, subject: ApprovalSubject) -> None:
    """Ask that a second person approve a row of a declared kind. Call inside an action. Raises LookupError without a keeper."""
    _get_keeper(kind)[0](kind, subject)


def void_approvals_of(kind: str, subject_id: int) -> None:
    """Void what waits or stands approved of a row. Call inside an action. Raises LookupError without a keeper."""
    _get_keeper(kind)[1](kind, subject_id)


def _get_keeper(kind: str) -> tuple[Requester, Voider]:
    if not _keeper:
        raise LookupError(f"{kind}: no domain keeps approvals")
    return _keeper[0]
