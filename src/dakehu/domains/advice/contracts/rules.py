"""Until when a client may cancel a contract of advice, and when one may be recorded. Pure.

domain.md 1.8 [S]: the client may end the contract in writing within five working days of signing. Working days are counted as
trading days: a working Saturday before a holiday does not count, so that the client never has less time than the rule gives.
"""

from datetime import date

CANCEL_DAYS = 5
RULE = "advice.contract_cancellation"
EFFECTIVE_FROM = date(2011, 1, 1)
Error = tuple[str, str, str]  # field, zh, en


def contract_error(signed_on: date, ends_on: date | None, today: date) -> Error | None:
    """Return why a contract may not be recorded, None where it may."""
    if signed_on > today:
        return "signed_on", "签订日期不能晚于今天。", "It cannot have been signed after today."
    if ends_on is not None and ends_on <= signed_on:
        return "ends_on", "到期日应晚于签订日期。", "It ends after it was signed."
    return None


def cancel_error(signed_on: date, last_day: date, received_on: date, today: date) -> Error | None:
    """Return why a contract cannot be cancelled by a notice of a day, None where it can. `last_day`: the last day to cancel."""
    if received_on > today:
        return "ended_on", "收到日期不能晚于今天。", "A notice cannot be received after today."
    if received_on < signed_on:
        return "ended_on", "收到日期不能早于签订日期。", "A notice cannot be received before signing."
    if received_on > last_day:
        return (
            "ended_on",
            f"解除期已于 {last_day.isoformat()} 届满，请按协议约定办理终止。",
            f"The time to cancel ended on {last_day.isoformat()}: end the contract by its terms.",
        )
    return None
