"""Decide whether a certificate is valid on a day, its last day, due reminders, and which actions may be gated. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dakehu.foundation.base.i18n import Bilingual, bilingual

REMINDERS = (60, 30, 7, 0)  # days before the last day; house default
NEVER_GATED = ("learning.", "team.", "firm.", "compliance.")  # gating them could make certification impossible


@dataclass(frozen=True)
class Issue:
    """One issue of a certificate: its first and last day, and its revocation day."""

    issued_on: date
    expires_on: date
    revoked_on: date | None = None


def counts_on(one: Issue, day: date) -> bool:
    """Return whether an issue is valid on a day: from the first to the last, both included, and not revoked."""
    return one.issued_on <= day <= one.expires_on and (one.revoked_on is None or day < one.revoked_on)


def last_day(issued_on: date, months: int) -> date:
    """Return the last day of a term of whole months: the day before the same date then (29 February: before 1 March)."""
    month = issued_on.month - 1 + months
    year, month = issued_on.year + month // 12, month % 12 + 1
    if issued_on.day > monthrange(year, month)[1]:
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, issued_on.day) - timedelta(days=1)


def due_reminder(expires_on: date, today: date) -> int | None:
    """Return the due reminder: 60, 30, 7 or 0 days, the smallest reached; None before the first and after the last day."""
    left = (expires_on - today).days
    if left < 0:
        return None
    reached = [days for days in REMINDERS if left <= days]
    return min(reached) if reached else None


def refusal_of(name: str, held: Iterable[Issue], day: date) -> Bilingual | None:
    """Return why a person with these issues of a certificate lacks it on a day, None if they hold it."""
    issues = list(held)
    if any(counts_on(one, day) for one in issues):
        return None
    ended = [one.expires_on for one in issues if one.revoked_on is None and one.expires_on < day]
    if ended:
        why = bilingual("您的证书已于 {day} 到期", "yours ended on {day}", day=max(ended).isoformat())
    elif any(one.revoked_on is not None for one in issues):
        why = bilingual("您的证书已被吊销", "yours was revoked")
    else:
        why = bilingual("您没有这项证书", "you hold none")
    return bilingual(
        "此操作须持有有效的“{name}”证书：{why}。请在“我的学习”完成考试，或请持证同事办理。",
        "This needs a valid certificate “{name}”: {why}. Sit the exam under “My learning”, or ask a colleague who holds it.",
        name=name,
        why=why,
    )


def gates_fault(gates: Iterable[str], known: Iterable[str]) -> Bilingual | None:
    """Return the error of a certificate's gated actions; None if they are valid."""
    names = set(known)
    for one in gates:
        if one not in names:
            return bilingual("没有“{name}”这个操作。", "There is no action “{name}”.", name=one)
        if one.startswith(NEVER_GATED):
            return bilingual(
                "“{name}”不能设为须持证：否则可能无人能够学习、考试或处理。",
                "“{name}” cannot be gated: nobody might be left to learn, sit the exam or put things right.",
                name=one,
            )
    return None


def number_of(kind: str, issued_on: date, count: int) -> str:
    """Return the number of the next certificate: kind, year, and a running number of five digits."""
    return f"{kind}-{issued_on.year}-{count + 1:05d}"
