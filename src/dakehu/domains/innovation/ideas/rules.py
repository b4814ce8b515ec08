"""Rules of ideas: who may support, sponsor and decide. Pure."""

Refusal = tuple[str, str, str]  # field, error in Chinese and English
OPEN = ("submitted", "sponsored", "in_trial")
CLOSED = ("adopted", "declined")
LONGEST_REASON = 500  # characters


def change_error(state: str, author: int | None, person: int | None) -> Refusal | None:
    """Return why a person may not change the text of an idea: only its author may, until it has a sponsor."""
    if person != author:
        return "idea", "只有提出人可以修改。", "Its author alone changes it."
    if state != "submitted":
        return (
            "idea",
            "已有牵头人，不能再修改；请在评论中补充。",
            "It has a sponsor and stays; add to it in the comments.",
        )
    return None


def support_error(state: str, author: int | None, person: int | None, is_supporter: bool) -> Refusal | None:
    """Return why a person may not support an idea: one vote each, none for one's own, none once it is decided."""
    if person is None or person == author:
        return "idea", "不能支持自己的创意。", "Nobody supports an own idea."
    if state in CLOSED:
        return "idea", "创意已有决定。", "The idea is decided."
    if is_supporter:
        return "idea", "您已经支持过。", "You support it already."
    return None


def sponsor_error(state: str, author: int | None, person: int | None) -> Refusal | None:
    """Return why a person may not sponsor an idea: the sponsor is not its author, and there is no other sponsor."""
    if person is None or person == author:
        return "idea", "请由提出人以外的人牵头。", "Somebody other than its author sponsors it."
    if state in CLOSED:
        return "idea", "创意已有决定。", "The idea is decided."
    if state != "submitted":
        return "idea", "已有牵头人。", "It has a sponsor."
    return None


def decision_error(state: str, decision: str, reason: str, author: int | None, person: int | None) -> Refusal | None:
    """Return why an idea may not be decided so. Only a sponsored idea is adopted; every decision needs a reason."""
    if person is None or person == author:
        return "idea", "请由提出人以外的人决定。", "Somebody other than its author decides."
    if state in CLOSED:
        return "idea", "创意已有决定；如有新情况请重新打开。", "It is decided; reopen it if something changed."
    if state == "in_trial":
        return "idea", "试点进行中，请先决定试点。", "A trial of it is running; decide on that first."
    if decision == "adopted" and state == "submitted":
        return "decision", "请先由牵头人认领再采纳。", "A sponsor takes it before it is adopted."
    if not reason.strip():
        return "reason", "请写明理由，提出人会看到。", "Give the reason; its author reads it."
    if len(reason) > LONGEST_REASON:
        return "reason", "理由不超过 500 字。", "At most 500 characters."
    return None
