"""Kinds of records that an issue may be linked to, by (kind, id); declared by the domain that owns them.

Users who do not see a record do not see its links to issues.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of


@dataclass(frozen=True)
class LinkKind:
    """A kind of record that issues are linked to.

    `model` is its label, through whose scope links are seen; `url` the page of one, with placeholders {id} and
    {client}. `client` and `title` are the fields of the client ("" if none) and of the subject.
    """

    name: str
    zh: str
    en: str
    model: str
    url: str
    client: str = "client"
    title: str = "subject"

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    def visible_rows(self) -> Any:
        """Return the records visible to the actor."""
        return model_of(self.model).objects.all()


_declared: dict[str, LinkKind] = {}


def declare(*kinds: LinkKind) -> None:
    """Register kinds. Raises ValueError for a name declared twice."""
    for one in kinds:
        if _declared.get(one.name, one) != one:
            raise ValueError(f"links to {one.name} are declared twice")
        _declared[one.name] = one


def kinds() -> Iterator[LinkKind]:
    """Every declared kind, by its name."""
    return iter(sorted(_declared.values(), key=lambda one: one.name))


def find_kind(name: str) -> LinkKind | None:
    """Return a kind by its name, None for an undeclared one."""
    return _declared.get(name)


declare(
    LinkKind("feedback", "客户意见", "Feedback", "care.Feedback", "/feedback/{id}/", title="text"),
    LinkKind("complaint", "投诉", "Complaint", "compliance.Complaint", "/complaints/{id}/"),
    LinkKind("request", "客户诉求", "Request", "service.Request", "/clients/{client}/?tab=service"),
    # By its results page, so that no answer is linked to the person who gave it.
    LinkKind("survey", "问卷结果", "Survey", "care.Survey", "/surveys/{id}/results", client="", title="title_zh"),
)
