"""Rules of reviews: who may write which notes on whose appraisal. Pure."""

Fault = tuple[str, str, str]


def own_note_fault(actor: int | None, person: int) -> Fault | None:
    """Return why a person may not write as the appraised person, None if they may."""
    if actor != person:
        return "appraisal", "自评和意见由本人填写。", "Only the person writes the self-review and comments."
    return None


def manager_note_fault(actor: int | None, person: int, lead: int | None, may_all: bool) -> Fault | None:
    """Return why a user may not review a person as manager: only the lead or a user who sees all may, never oneself."""
    if actor is None or actor == person:
        return "appraisal", "不能评价自己，请由他人评价。", "Nobody reviews themselves."
    if actor != lead and not may_all:
        return "appraisal", "只能评价本团队人员。", "Only people of one's own team."
    return None


def decider_fault(actor: int | None, *involved: int | None) -> Fault | None:
    """Return why a user may not decide: they are the person, wrote the review or proposed it. No role is exempt."""
    if actor is None:
        return "decision", "须由具体人员决定。", "A person decides, not the desk."
    if actor in involved:
        return (
            "decision",
            "须由另一人决定：本人、评价人和提议人都不能裁定。",
            "Another person decides: neither the person, nor who reviewed or proposed.",
        )
    return None
