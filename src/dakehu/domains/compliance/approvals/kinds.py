"""The kinds of approval: each domain declares which of its rows need a second person."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.approvals import ApprovalSubject
from dakehu.foundation.schema.fields import model_of


@dataclass(frozen=True)
class ApprovalKind:
    """A kind of approval.

    `name` is stored with each request; `model` is the table of the subjects, through whose scope requests are seen;
    `permission` is needed to decide; `open_url` is the page of a subject with {id} in it. `digest_of(id)` returns the digest
    of the subject as it is now. `on_decision(id, is_approved, note)` is called inside the action that decides, after the
    decision is stored, as the person who decides; it raises Refused to prevent the decision. `seen_by`: only users with
    it and the requester see requests. `waiting()` returns all subjects that the domain records as waiting, so that none lacks a request.
    """

    name: str
    zh: str
    en: str
    model: str
    permission: Permission
    open_url: str
    digest_of: Callable[[int], str]
    on_decision: Callable[[int, bool, str], object]
    seen_by: Permission | None = None
    waiting: Callable[[], Iterable[ApprovalSubject]] | None = None

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    def url(self, subject_id: int) -> str:
        """Return the page of a subject."""
        return self.open_url.format(id=subject_id)

    def visible_subjects(self) -> Any:
        """Return the ids of the subjects that the actor sees, as a subquery."""
        return model_of(self.model).objects.order_by().values("pk")

    def find_clients(self, subject_ids: Iterable[int]) -> dict[int, int]:
        """Return the clients of subjects that the actor sees, by subject (ids); empty if subjects do not belong to one client."""
        model = model_of(self.model)
        if getattr(model, "client_path", "") != "client":
            return {}
        return dict(model.objects.filter(pk__in=list(subject_ids)).values_list("pk", "client_id"))


_declared: dict[str, ApprovalKind] = {}


def declare(*kinds: ApprovalKind) -> None:
    """Register kinds of approval. Raises ValueError for a name declared twice."""
    for kind in kinds:
        if _declared.get(kind.name, kind) != kind:
            raise ValueError(f"approvals of {kind.name} are declared twice")
        _declared[kind.name] = kind


def kinds() -> Iterator[ApprovalKind]:
    """Every declared kind, by its name."""
    return iter(sorted(_declared.values(), key=lambda kind: kind.name))


def find_kind(name: str) -> ApprovalKind | None:
    """Return a kind by its name, None for one that is no longer declared."""
    return _declared.get(name)
