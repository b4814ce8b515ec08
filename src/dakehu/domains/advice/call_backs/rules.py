"""Who may call a client back, when, and how many call-backs a year requires. Pure.

Source: 暂行规定 art. 21 (dedicated staff acting independently) and 公告〔2010〕11号 (within a month, a tenth of the clients a
year), both read in secondary sources; replaced by rules of 2023 whose text was not read, so these are house minimums.
"""

from collections.abc import Collection
from datetime import datetime

NEW_CLIENT_DAYS = 30  # after opening, within which a new client is called back
YEARLY_SHARE = 0.10  # of the clients, at least, each year
SALE_DAYS = 10  # after a check, within which its call-back is due, house default

# Duties that require a call-back, and its reason; the first that applies sets the reason.
REASONS = (
    ("independent_call_back", "private_fund"),
    ("senior_call_back", "senior"),
    ("more_call_backs", "high_risk"),
)


def reason_of(duties: Collection[str]) -> str:
    """Return the reason of the call-back that the duties of a check require, "" for none."""
    return next((reason for duty, reason in REASONS if duty in duties), "")


def operator_fault(
    operator: int | None, serving: Collection[int], checked_by: int | None
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a user may not call a client back, None where they may."""
    if operator is None:
        return ("call_back", "回访须由具名人员进行。", "A named person must call.")
    if operator in serving or operator == checked_by:
        return (
            "call_back",
            "回访人不能是服务该客户或办理该业务的人员。",
            "Whoever serves the client or made the sale may not call back.",
        )
    return None


def time_fault(now: datetime, not_before: datetime | None) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why it is too early to call, None where it is not. A call inside the cooling-off is void."""
    if not_before is not None and now < not_before:
        return (
            "call_back",
            "冷静期内的回访无效，请期满后再回访。",
            "A call-back inside the cooling-off is void; call after it.",
        )
    return None


def yearly_target(clients: int) -> int:
    """Return the minimum number of clients to call back in a year."""
    return -(-clients // 10)
