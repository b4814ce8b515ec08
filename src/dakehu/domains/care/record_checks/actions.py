"""Actions on checks of service records: draw those of a month, and note a reader's result."""

from collections import Counter
from datetime import date, timedelta
from random import SystemRandom
from typing import Any

from dakehu.domains.care.models import RecordCheck
from dakehu.domains.care.permissions import RECORD_CHECK
from dakehu.domains.care.record_checks import rules
from dakehu.domains.care.record_checks.choices import CheckResult
from dakehu.domains.learning.choices import Topic
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CHECK = Parameter("record_check", kind="integer", spec=FieldSpec("服务记录抽检", "Check of a service record"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
MONTH = Parameter(
    "month",
    required=False,
    kind="date",
    spec=FieldSpec("抽检月份", "Month", help_zh="月内任一天；留空为上月", help_en="Any day of it; last month if empty"),
)
NUMBER = Parameter("number", required=False, kind="integer", spec=FieldSpec("每人份数", "Records of each person"))


@action(
    "care.draw_record_checks",
    needs=RECORD_CHECK,
    zh="抽取服务记录",
    en="Draw service records",
    parameters=(MONTH, NUMBER),
)
def draw_record_checks(*, month: date | None = None, number: int | None = None) -> dict[str, int]:
    """Draw records of a month at random for each person whose records the actor sees; a tenth is read twice.

    Drawing again only tops up to the number. Returns {drawn, second}. Raises Refused for a month that is not over.
    """
    today, count = clock.today(), number or rules.A_PERSON
    first, last = rules.month_of(month or today.replace(day=1) - timedelta(days=1))
    if last >= today:
        raise refusal("month", "请选择已结束的月份。", "Choose a month that is over.")
    if not 1 <= count <= rules.MOST:
        raise refusal("number", "每人 1–{n} 份。", "1 to {n} for each.", n=rules.MOST)
    random, chosen = SystemRandom(), []
    known = Counter(RecordCheck.objects.filter(month=first, is_second=False).values_list("staff", flat=True))
    for staff, rows in _records(first, last).items():
        wanted = set(rules.draw_records([row.pk for row in rows], known[staff], count, random))
        chosen += [row for row in rows if row.pk in wanted]
    twice = set(rules.read_twice([row.pk for row in chosen], random))
    for row in chosen:
        for is_second in (False, True) if row.pk in twice else (False,):
            RecordCheck(
                client=row.client,
                interaction_ref=row.pk,
                staff_id=row.staff_id,
                month=first,
                is_second=is_second,
                drawn_on=today,
            ).save()
    return {"drawn": len(chosen), "second": len(twice)}


def _records(first: date, last: date) -> dict[int, list[Any]]:
    """Return {person: records of a month that are not drawn yet}, of persons other than the actor, in scope."""
    rows = model_of("service.Interaction").objects.filter(
        held_at__gte=clock.start_of_day(first), held_at__lt=clock.start_of_day(last + timedelta(days=1))
    )
    drawn = RecordCheck.objects.filter(month=first).values("interaction_ref")
    rows = rows.exclude(staff=None).exclude(staff_id=current_actor().user_id).exclude(pk__in=drawn)
    found: dict[int, list[Any]] = {}
    for row in rows.select_related("client").order_by("pk"):
        found.setdefault(row.staff_id, []).append(row)
    return found


@action(
    "care.check_record",
    needs=RECORD_CHECK,
    zh="登记抽检结果",
    en="Note the result of a check",
    parameters=(CHECK, VERSION, *parameters_of("care.RecordCheck", "result", optional=("topic", "note"))),
    offers_undo=False,  # it was passed to learning, which proposes courses
)
def check_record(
    *, record_check: int, result: str, topic: str | None = None, note: str | None = None, version: int | None = None
) -> RecordCheck:
    """Note whether a record passed; a failed one proposes the courses of its topic to its author.

    Raises Refused for one's own record, for its other reader, once it is decided, and without topic or reason.
    """
    row = RecordCheck.objects.filter(pk=record_check).first()
    if row is None:
        raise NotFound(bilingual("服务记录抽检", "check of a record"), record_check)
    check_version(row, version)
    if row.result != CheckResult.WAITING:
        raise refusal("record_check", "已有抽检结果。", "There is a result already.")
    other = RecordCheck.objects.filter(interaction_ref=row.interaction_ref).exclude(pk=row.pk).first()
    fault = rules.reading_fault(current_actor().user_id, row.staff_id, other.checked_by_id if other else None)
    fault = fault or rules.result_fault(result, topic or "", note or "")
    if fault is not None:
        raise refusal(*fault)
    is_failed = result == CheckResult.FAILED
    row.result, row.topic, row.note = result, topic if is_failed and topic else "", note or ""
    row.checked_by, row.checked_on = team.current_user(), clock.today()
    row.save()
    if is_failed:
        publish_event("quality.missed", user=row.staff_id, topic=Topic(topic).value)
    return row
