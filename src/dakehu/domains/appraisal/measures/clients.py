"""Measures of a person's book: coverage by client-days, data, risk tests, retention, net inflow, new accounts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from django.db.models import Q

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import COUNT, EXACT, ONE, RATIO, SHARE, TRIMMED, ZERO, Row
from dakehu.domains.clients.queries import COUNTED
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

Rows = dict[int, list[Row]]
EFFECTIVE = ("call", "wechat", "mail", "meeting", "event", "video")  # a message alone is not a contact
CLIENT = "clients.Client"


@dataclass(frozen=True)
class Duty:
    """Days on which a person was the main manager of a client, within a span."""

    user: int
    client: int
    first_on: date
    last_on: date

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1


def duties(span: Span) -> list[Duty]:
    """Return the main duties that overlap a span, clipped to it."""
    found = model_of("clients.Coverage").objects.filter(
        Q(until=None) | Q(until__gte=span.first_on), role="main", since__lte=span.until
    )
    rows = found.filter(user_id__in=span.users).order_by("pk").values_list("user_id", "client_id", "since", "until")
    return [
        Duty(user, client, max(since, span.first_on), min(until or span.until, span.until))
        for user, client, since, until in rows
    ]


def book(span: Span) -> dict[int, int]:
    """Return {client: main manager} at the end of a span."""
    return {duty.client: duty.user for duty in duties(span) if duty.last_on == span.until}


def coverage(span: Span) -> Rows:
    """Return the clients of each person, weighted by the share of days of coverage; reached if contacted in these days."""
    held = duties(span)
    contacts = _contacts(span)
    length = Decimal((span.until - span.first_on).days + 1)
    sums: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    with localcontext(EXACT):
        for duty in held:
            weight = Decimal(duty.days) / length
            days = contacts.get((duty.user, duty.client), ())
            reached = any(duty.first_on <= day <= duty.last_on for day in days)
            both = sums[duty.user, duty.client]
            both[0] += weight if reached else ZERO
            both[1] += weight
    return _rows_by_user((user, Row(CLIENT, client, k, n)) for (user, client), (k, n) in sums.items())


def _contacts(span: Span) -> dict[tuple[int, int], list[date]]:
    """Return {(person, client): days of effective contact} in a span."""
    found: dict[tuple[int, int], list[date]] = defaultdict(list)
    rows = model_of("service.Interaction").objects.filter(
        staff_id__in=span.users,
        channel__in=EFFECTIVE,
        held_at__gte=clock.start_of_day(span.first_on),
        held_at__lt=clock.start_of_day(span.until + timedelta(days=1)),
    )
    for staff, client, held_at in rows.values_list("staff_id", "client_id", "held_at"):
        found[staff, client].append(clock.local(held_at).date())
    return found


def _rows_by_user(pairs: Iterable[tuple[int, Row]]) -> Rows:
    rows: Rows = defaultdict(list)
    for user, row in pairs:
        rows[user].append(row)
    return rows


def _clients(span: Span, condition: Q, *columns: str) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
    """Yield (manager, client, values) of the book at the end of a span, for clients that meet a condition."""
    managers = book(span)
    found = (
        model_of(CLIENT)
        .objects.filter(condition)
        .exclude(status__in=("prospect", "closed"))
        .values_list("pk", *columns)
    )
    for pk, *values in found:
        if pk in managers:
            yield managers[pk], pk, tuple(values)


def completeness(span: Span) -> Rows:
    """Return how many of the counted fields of each client are filled in."""
    every = Decimal(len(COUNTED))
    found = _clients(span, Q(), *COUNTED)
    return _rows_by_user(
        (user, Row(CLIENT, pk, Decimal(sum(value not in (None, "") for value in values)), every))
        for user, pk, values in found
    )


def valid_tests(span: Span) -> Rows:
    """Return the ordinary investors of each person; numerator: risk test valid at the end of the span."""
    found = _clients(span, Q(investor_class__in=("ordinary", "")), "risk_valid_to")
    return _rows_by_user(
        (user, Row(CLIENT, pk, ONE if valid_to is not None and valid_to >= span.until else ZERO, ONE))
        for user, pk, (valid_to,) in found
    )


def retention(span: Span) -> Rows:
    """Return the clients each person had on the first day; numerator: relation not ended."""
    had = {duty.client: duty.user for duty in duties(span) if duty.first_on == span.first_on}
    status = dict(model_of(CLIENT).objects.exclude(status="prospect").values_list("pk", "status"))
    return _rows_by_user(
        (user, Row(CLIENT, pk, ZERO if str(status[pk]) == "closed" else ONE, ONE))
        for pk, user in had.items()
        if pk in status
    )


def net_inflow(span: Span) -> Rows:
    """Return deposits less withdrawals of each client of the book, weighted by the assets on the first known day."""
    days = reader.days_of("balances", span.first_on, span.until)
    if not days:
        return {}
    managers = book(span)
    opening = dict(reader.frame("balances", days[0], ("client", "total")).iter_rows())
    sums = reader.sums("balances", days, ("deposits", "withdrawals")).select("client", "deposits", "withdrawals")
    return _rows_by_user(
        (managers[client], Row(CLIENT, client, _yuan(deposits) - _yuan(withdrawals), _yuan(opening.get(client))))
        for client, deposits, withdrawals in sums.iter_rows()
        if client in managers and (opening.get(client) or 0) > 0
    )


def _yuan(amount: Any) -> Decimal:
    """Return an amount of a feed in yuan to the cent, 0 if it has none."""
    return Decimal(str(round(float(amount or 0), 2)))


def new_accounts(span: Span) -> Rows:
    """Return the clients of each person whose relation began in the span."""
    found = _clients(span, Q(opened_on__gte=span.first_on, opened_on__lte=span.until))
    return _rows_by_user((user, Row(CLIENT, pk, ONE, ONE)) for user, pk, _ in found)


def _share(
    code: str,
    zh: str,
    en: str,
    definition: Any,
    source: Any,
    floor: str,
    target: str,
    min_n: int = 20,
    shrunk: bool = False,
) -> Measure:
    kind = RATIO if code == "profile_completeness" else SHARE
    return Measure(code, zh, en, definition, "1", kind, "share", min_n, shrunk, Decimal(floor), Decimal(target), source)


declare(
    _share(
        "coverage",
        "服务覆盖率",
        "Coverage",
        bilingual(
            "按客户日计：客户在本人名下天数 ÷ 考核期天数为分母；名下期间本人有电话、微信、邮件、面谈、活动或视频联系的计入分子，单发短信不计。",
            "By client-days: the share of days a client was theirs; with a call, chat, mail, meeting, event or video of their own "
            "in these days it counts, a message alone does not.",
        ),
        coverage,
        "0.50",
        "0.95",
    ),
    _share(
        "profile_completeness",
        "客户信息完善率",
        "Completeness of data",
        bilingual(
            "期末名下客户的六项必填信息中已填写的比例（与客户页“资料完整率”同一口径）。",
            "Of the six fields that count, those filled in, for clients of the book on the last day (as on the clients page).",
        ),
        completeness,
        "0.70",
        "0.98",
        min_n=1,
    ),
    _share(
        "valid_tests",
        "风险测评有效率",
        "Valid risk tests",
        bilingual(
            "期末名下普通投资者中风险测评仍有效的比例。",
            "Of ordinary investors of the book on the last day: with a valid risk test.",
        ),
        valid_tests,
        "0.70",
        "0.98",
    ),
    _share(
        "retention",
        "客户留存率",
        "Retention",
        bilingual(
            "期初名下客户中期末未销户的比例；期内新客户不计，移交他人的算留存。身故与机构原因销户尚未单独登记，计为流失。",
            "Of clients on the first day: not closed at the end. New ones do not count, handed-over ones are retained. "
            "Deaths and closures by the firm are not recorded apart and count as lost.",
        ),
        retention,
        "0.85",
        "0.99",
        min_n=30,
        shrunk=True,
    ),
    Measure(
        "net_inflow",
        "资产净流入率",
        "Net inflow",
        bilingual(
            "（转入 − 转出）÷ 期初资产，逐户剔除最高与最低各 1%（至少各一户）后合计；本公司客户互转在数据中未标出，未剔除。",
            "(deposits − withdrawals) ÷ opening assets, without the highest and lowest hundredth of clients (one at least). "
            "Transfers between own clients are not marked in the data and stay in.",
        ),
        "1",
        TRIMMED,
        "share",
        30,
        False,
        Decimal("-0.05"),
        Decimal("0.05"),
        net_inflow,
    ),
    Measure(
        "new_accounts",
        "新开户数",
        "New accounts",
        bilingual(
            "考核期内开户且期末在本人名下的客户数。默认权重 0。",
            "Clients opened in the period and in the book on the last day. Weighs 0 by default.",
        ),
        "1",
        COUNT,
        "count",
        0,
        False,
        Decimal(0),
        Decimal(10),
        new_accounts,
    ),
)
