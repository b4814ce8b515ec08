"""Rules of absences: who can be the deputy, and whether days overlap. Pure."""

from collections.abc import Iterable
from datetime import date

Fault = tuple[str, str, str]


def overlaps(first: date, last: date, other_first: date, other_last: date) -> bool:
    """Return whether two spans of days share a day."""
    return first <= other_last and other_first <= last


def absence_fault(first: date, last: date, others: Iterable[tuple[date, date]]) -> Fault | None:
    """Return why an absence cannot be recorded, None if it can. `others` are the person's other absences."""
    if last < first:
        return "last_on", "不能早于开始日期。", "Cannot come before the first day."
    if (last - first).days > 366:
        return "last_on", "一次休假最长一年。", "An absence lasts a year at most."
    if any(overlaps(first, last, *other) for other in others):
        return "first_on", "这几天已经登记过休假。", "An absence of these days is recorded already."
    return None


def deputy_fault(
    *,
    is_same: bool,
    is_active: bool,
    serves: bool,
    in_team: bool,
    away: Iterable[tuple[date, date]],
    first: date,
    last: date,
) -> Fault | None:
    """Return why a person cannot be the deputy, None if they can. `away` are their own absences."""
    if is_same:
        return "deputy", "代理人不能是休假的人自己。", "Nobody stands in for themselves."
    if not is_active:
        return "deputy", "代理人的账号已停用。", "The deputy's account is not active."
    if not serves:
        return "deputy", "代理人的角色不服务客户。", "The deputy's role serves no clients."
    if not in_team:
        return "deputy", "代理人须是同一团队的同事。", "The deputy must be on the same team."
    if any(overlaps(first, last, *span) for span in away):
        return "deputy", "代理人这几天自己也在休假。", "The deputy is away on these days as well."
    return None
