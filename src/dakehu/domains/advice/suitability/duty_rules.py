"""Who may do a duty, when, and with which evidence. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEEDS_EVIDENCE = {"client_confirms", "record_at_branch", "electronic_trail", "keep_trace", "elder_recording"}
BY_CALL_BACK = {"more_call_backs", "senior_call_back", "independent_call_back"}
LATER = {"elder_reflection": timedelta(hours=24), "cooling_off": timedelta(hours=24)}  # after the check
COSIGN, REVIEW = "manager_cosign", "compliance_review"


@dataclass(frozen=True)
class Doer:
    """The user who marks a duty as done, with their permissions."""

    user_id: int | None
    may_cosign: bool
    may_review: bool


def not_before(code: str, checked_at: datetime) -> datetime | None:
    """Return the earliest time at which a duty may be done, None at any time."""
    return checked_at + LATER[code] if code in LATER else None


def duty_fault(
    code: str, doer: Doer, checked_by: int | None, now: datetime, earliest: datetime | None, evidence: str
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a duty cannot be marked as done, None where it can."""
    if code in BY_CALL_BACK:
        return (
            "duty",
            "这项义务由独立回访完成，请在回访页登记。",
            "This duty is done by an independent call-back; note it there.",
        )
    if earliest is not None and now < earliest:
        return ("duty", "考虑期或冷静期尚未届满。", "The time to reflect has not passed yet.")
    if code == COSIGN and not (doer.may_cosign and doer.user_id != checked_by):
        return ("duty", "须由核对人以外的负责人会签。", "A superior other than who made the check must sign.")
    if code == REVIEW and not doer.may_review:
        return ("duty", "须由合规人员复核。", "Compliance must review this.")
    if code in NEEDS_EVIDENCE and not evidence.strip():
        return (
            "evidence",
            "请填写双录编号、确认编号或文件名。",
            "State the number of the recording, confirmation or file.",
        )
    return None
