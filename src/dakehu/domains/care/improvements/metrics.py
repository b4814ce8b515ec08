"""The metrics of an effect: declared once, read from the records of the desk.

Numbers are of the entire firm, counted by the desk itself, so that they are the same for every reader; they name no
client. The topic of a text is found by the words of care.topics. A share of clients is of those who were clients when
the window ended: opened until then, or without an opening day.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.care.improvements.choices import MetricName
from dakehu.domains.care.improvements.rules import Sample, Share, Values
from dakehu.domains.care.models import Feedback, SurveyAnswer
from dakehu.domains.care.readable import make_readable
from dakehu.domains.care.surveys.choices import INDEPENDENT, QuestionKind
from dakehu.domains.care.topics.rules import find_topics
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of

AGAIN_DAYS = 7  # within which a request on the same topic means that the first was not solved (domain.md 9)
SATISFIED = 4  # of 5 (domain.md 9)
LONGEST_REPLY_DAYS = 30  # after which a mail counts as never replied to

Read = Callable[[str, date, date], Sample]


@dataclass(frozen=True)
class Metric:
    """A metric: its meaning, unit, whether less is better, and its reader for a topic ("" or "other": all) and days."""

    name: str
    zh: str
    en: str
    unit: Bilingual
    lower_is_better: bool
    read: Read | None

    @property
    def meaning(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, Metric] = {}


def declare(*metrics: Metric) -> None:
    """Register metrics. Raises ValueError for a name declared twice."""
    for one in metrics:
        if _declared.get(one.name, one) != one:
            raise ValueError(f"metric {one.name} is declared twice")
        _declared[one.name] = one


def get_metric(name: str) -> Metric:
    """Return a metric by its name. Raises KeyError."""
    return _declared[name]


def metrics() -> Iterator[Metric]:
    """Every declared metric."""
    return iter(_declared.values())


def _is_about(topic: str, *texts: str) -> bool:
    """Return whether texts are about a topic; every text matches "" and "other"."""
    if topic in ("", "other"):
        return True
    readable = make_readable("\n".join(text for text in texts if text))
    return any(found.code == topic for found, _ in find_topics(readable.text))


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the start of a window and the start of the day after it."""
    return (
        clock.at_local(datetime.combine(first, time.min)),
        clock.at_local(datetime.combine(last + timedelta(days=1), time.min)),
    )


def _share_of_clients(clients: Iterable[int | None], last: date) -> Share:
    """Return the number of distinct clients out of all who were clients at the end of a window."""
    rows = model_of("clients.Client").objects.filter(Q(opened_on=None) | Q(opened_on__lte=last))
    known = set(rows.values_list("pk", flat=True))
    found = {client for client in clients if client is not None}
    return Share(len(found), len(known | found))


def _complaints(topic: str, first: date, last: date) -> Sample:
    rows = model_of("compliance.Complaint").objects.filter(received_on__range=(first, last), client__isnull=False)
    found = rows.values_list("client_id", "subject", "detail")
    return _share_of_clients((client for client, *texts in found if _is_about(topic, *texts)), last)


def _suggestions(topic: str, first: date, last: date) -> Sample:
    since, until = _moments(first, last)
    rows = Feedback.objects.filter(received_at__gte=since, received_at__lt=until, kind="suggestion")
    rows = rows.filter(client__isnull=False)
    rows = rows if topic in ("", "other") else rows.filter(topic=topic)
    return _share_of_clients(rows.values_list("client_id", flat=True), last)


def _requests_between(topic: str, first: date, last: date, day: str = "opened_on") -> list[Any]:
    """Return the requests of a window that are about a topic, by the day they were opened or closed."""
    rows = model_of("service.Request").objects.filter(**{f"{day}__range": (first, last)}).order_by("pk")
    return [row for row in rows if _is_about(topic, row.subject, row.detail)]


def _requests(topic: str, first: date, last: date) -> Sample:
    return _share_of_clients((row.client_id for row in _requests_between(topic, first, last)), last)


def _on_time_share(topic: str, first: date, last: date) -> Sample:
    closed = _requests_between(topic, first, last, "closed_on")
    return Share(sum(row.closed_on <= row.due_on for row in closed), len(closed))


def _days_to_close(topic: str, first: date, last: date) -> Sample:
    closed = _requests_between(topic, first, last, "closed_on")
    return Values(tuple(float((row.closed_on - row.opened_on).days) for row in closed))


def _first_contact(topic: str, first: date, last: date) -> Sample:
    closed = _requests_between(topic, first, last, "closed_on")
    later = _requests_between(topic, first, last + timedelta(days=AGAIN_DAYS))
    opened: dict[int, list[date]] = {}
    for row in later:
        opened.setdefault(row.client_id, []).append(row.opened_on)
    solved = 0
    for row in closed:
        until = row.closed_on + timedelta(days=AGAIN_DAYS)
        solved += not any(row.closed_on < day <= until for day in opened.get(row.client_id, ()))
    return Share(solved, len(closed))


def _promises(topic: str, first: date, last: date) -> Sample:
    rows = model_of("service.Interaction").objects.filter(promise_due_on__range=(first, last)).exclude(promise="")
    found = [
        (due, kept)
        for due, kept, promise, summary in rows.values_list("promise_due_on", "promise_kept_on", "promise", "summary")
        if _is_about(topic, promise, summary)
    ]
    return Share(sum(kept is not None and kept <= due for due, kept in found), len(found))


def _satisfaction(topic: str, first: date, last: date) -> Sample:
    """Answers of 4 or 5 to the first question of satisfaction, for any topic; without anonymous ones."""
    rows = SurveyAnswer.objects.filter(
        batch__origin__in=INDEPENDENT, is_attended=False, day__gte=first, day__lte=last
    ).select_related("batch__version")
    scores = []
    for answer in rows:
        code = next((one["code"] for one in answer.batch.version.questions if one["kind"] == QuestionKind.CSAT), "")
        if code in answer.choices:
            scores.append(int(answer.choices[code]))
    return Share(sum(score >= SATISFIED for score in scores), len(scores))


def _mail_minutes(topic: str, first: date, last: date) -> Sample:
    since, until = _moments(first, last)
    mails = model_of("service.Mail").objects.order_by("sent_at")
    came = mails.filter(direction="in", sent_at__gte=since, sent_at__lt=until).exclude(thread="")
    sent = mails.filter(direction="out", sent_at__gte=since, sent_at__lt=until + timedelta(days=LONGEST_REPLY_DAYS))
    replies: dict[tuple[int, str], list[datetime]] = {}
    for client, thread, at in sent.values_list("client_id", "thread", "sent_at"):
        replies.setdefault((client, thread), []).append(at)
    minutes = []
    for client, thread, at, subject, text in came.values_list("client_id", "thread", "sent_at", "subject", "text"):
        reply = next((one for one in replies.get((client, thread), ()) if one > at), None)
        if reply is not None and _is_about(topic, subject, text):
            minutes.append((reply - at).total_seconds() / 60)
    return Values(tuple(minutes))


POINTS = bilingual("百分点", "points")
declare(
    Metric(
        MetricName.COMPLAINTS,
        "时段内就该话题投诉过的客户 ÷ 时段末的客户",
        "Clients who complained on the topic ÷ clients at the end of the window",
        POINTS,
        True,
        _complaints,
    ),
    Metric(
        MetricName.FEEDBACK,
        "时段内就该话题提过建议的客户 ÷ 时段末的客户",
        "Clients with a suggestion on the topic ÷ clients at the end of the window",
        POINTS,
        True,
        _suggestions,
    ),
    Metric(
        MetricName.REQUESTS,
        "时段内就该话题提过诉求的客户 ÷ 时段末的客户",
        "Clients with a request on the topic ÷ clients at the end of the window",
        POINTS,
        True,
        _requests,
    ),
    Metric(
        MetricName.ON_TIME,
        "按期办结的诉求 ÷ 时段内办结的诉求",
        "Requests closed in time ÷ requests closed in the window",
        POINTS,
        False,
        _on_time_share,
    ),
    Metric(
        MetricName.FIRST_CONTACT,
        f"办结后 {AGAIN_DAYS} 天内未就同一话题再提的诉求 ÷ 时段内办结的诉求",
        f"Requests after which none followed on the topic within {AGAIN_DAYS} days ÷ requests closed in the window",
        POINTS,
        False,
        _first_contact,
    ),
    Metric(
        MetricName.PROMISES,
        "按期兑现的承诺 ÷ 时段内到期的承诺",
        "Promises kept in time ÷ promises due in the window",
        POINTS,
        False,
        _promises,
    ),
    Metric(
        MetricName.SATISFACTION,
        "满意度 4–5 分的答卷 ÷ 时段内有效答卷（随机抽样或办结后发送，不含客户经理在场与匿名答卷；不分话题）",
        "Answers of 4 or 5 ÷ valid answers of the window (drawn at random or after a request; not in the presence of staff, not "
        "anonymous; of every topic)",
        POINTS,
        False,
        _satisfaction,
    ),
    Metric(
        MetricName.DAYS_TO_CLOSE,
        "时段内办结的诉求从受理到办结的天数，取中位数",
        "Days from opening to closing of requests closed in the window, the median",
        bilingual("天", "days"),
        True,
        _days_to_close,
    ),
    Metric(
        MetricName.MAIL_MINUTES,
        f"时段内来信到同一会话首次回信的分钟数，取中位数；{LONGEST_REPLY_DAYS} 天内没有回信的不计入",
        f"Minutes from a mail that came in to the first reply in its thread, the median; without those that had none in "
        f"{LONGEST_REPLY_DAYS} days",
        bilingual("分钟", "minutes"),
        True,
        _mail_minutes,
    ),
    Metric(
        MetricName.TYPED,
        "由人填报的数量与总数，须注明来源；越低越好",
        "Counts that a person typed in, with their source; less is better",
        POINTS,
        True,
        None,
    ),
)
