"""What a type of moments declares, and the register of all types."""

from collections.abc import Mapping
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.facts import CLIENT, Subject

# The text fact that describes a row of a subject.
ABOUT = {
    "holding": "security",
    "margin_contract": "contract_name",
    "reminder_line": "line_about",
    "allotment": "allotment_name",
    "announcement": "announcement_name",
    "security_event": "event_name",
    "product_event": "product_event_name",
    "business": "business_name",
}
SUPPRESSED_FROM = 3  # moments of this priority and lower give way to recent contacts and to a client's wish
CONTACTS = 2  # contacts within seven days from which such a moment is held back


@dataclass(frozen=True)
class MomentType:
    """A type of moments as declared in code; a lead may replace it by a rule of another text, priority or deadline.

    rule, urgent: texts of the rule language over the facts of `subject`; where `urgent` holds the priority is 1.
    deadline: as in moments.deadlines; `event_on` is the fact of the day from which an "E" deadline counts.
    object: facts and key columns whose values identify what a moment is about; the subject's key without the client by
    default. action, wording: what is to be done, and a text for the client. feedback: the outcomes one chooses from.
    logs: working it records an interaction. lapses: it closes automatically once its state has cleared.
    events: after which it is evaluated immediately. escalates: trading days after the deadline until the deputy has it,
    and until the lead has it; none if it does not. compliance_only: seen by compliance only. shows: facts that
    are stored with a moment in addition to those of its rule.
    """

    id: str
    zh: str
    en: str
    rule: str
    priority: int
    deadline: str
    action: Bilingual
    feedback: tuple[str, ...]
    subject: Subject = CLIENT
    mandatory: bool = False
    urgent: str = ""
    event_on: str = ""
    object: tuple[str, ...] | None = None
    wording: Bilingual | None = None
    logs: bool = True
    lapses: bool = True
    events: tuple[str, ...] = ()
    escalates: tuple[int, ...] = (1, 2)
    compliance_only: bool = False
    shows: tuple[str, ...] = ()

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    @property
    def object_columns(self) -> tuple[str, ...]:
        """The columns whose values identify what a moment is about."""
        return self.subject.key[1:] if self.object is None else self.object


_declared: dict[str, MomentType] = {}


def declare(*types: MomentType) -> None:
    """Register types of moments. Raises ValueError for one declared twice."""
    for one in types:
        if _declared.get(one.id, one) != one:
            raise ValueError(f"moment type {one.id} is declared twice")
        _declared[one.id] = one


def moment_types() -> Mapping[str, MomentType]:
    """Return {id: type} in the order of the ids."""
    return dict(sorted(_declared.items()))


def is_suppressible(priority: int, mandatory: bool) -> bool:
    """Return whether recent contacts and a client's wish not to be contacted hold a moment back."""
    return priority >= SUPPRESSED_FROM and not mandatory
