"""Decide the handling of a case of distress: escalation, when two persons are needed, who may be the second. Pure."""

from dakehu.domains.care.distress.choices import DistressLevel

AT_ONCE = (DistressLevel.URGENT.value, DistressLevel.HIGH.value)  # a task of the lead, due the same day (domain.md 8.3)
OLDER_FROM = 65  # years from which two persons handle distress; house default

Fault = tuple[str, str, str]


def has_task(level: str, is_office_only: bool) -> bool:
    """Return whether the lead gets a task due today; a case of a confidential survey stays with the survey office."""
    return level in AT_ONCE and not is_office_only


def needs_second_person(is_person: bool, age: int | None) -> bool:
    """Return whether a case needs two persons: of an older person, or of one of unknown age."""
    return is_person and (age is None or age >= OLDER_FROM)


def contact_fault(is_open: bool, is_contacted: bool) -> Fault | None:
    """Return why a first contact cannot be noted, None if it can."""
    if not is_open or is_contacted:
        return "case", "已有人联系过或个案已了结。", "Somebody has contacted the client, or the case is closed."
    return None


def confirmation_fault(person: int | None, caller: int | None, text: str, is_contacted: bool = True) -> Fault | None:
    """Return why a person cannot be the second person of a case, None if allowed."""
    if not is_contacted:
        return "case", "请先由首位经办人联系客户。", "The first person contacts the client first."
    if person is None or person == caller:
        return "case", "首位经办人不能同时是第二人。", "Who spoke to the client first cannot be the second person too."
    if not text.strip():
        return "confirmation", "请写明第二人做了什么。", "Say what the second person did."
    return None


def closing_fault(
    needs_two: bool, second: int | None, caller: int | None, outcome: str, is_contacted: bool = True
) -> Fault | None:
    """Return why a case cannot be closed, None if it can. Cases without a contact cannot be closed."""
    if not is_contacted:
        return "case", "还没有人联系客户，不能了结。", "Nobody has contacted the client yet."
    if needs_two and (second is None or second == caller):
        return (
            "case",
            "年长客户的情绪个案须由第二人参与并确认后才能了结。",
            "A case of an older client is closed only after a second person has joined and confirmed.",
        )
    if not outcome.strip():
        return "outcome", "请写明处理结果。", "Say how it ended."
    return None
