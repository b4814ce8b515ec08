"""The conditions measured by learning: certificates in force, training hours, months in the level, a path completed."""

from datetime import date, timedelta
from decimal import Decimal

from dakehu.domains.learning.certificates.gate import issues_of
from dakehu.domains.learning.certificates.rules import counts_on
from dakehu.domains.learning.choices import RecordState
from dakehu.domains.learning.ladder.conditions import ConditionKind, Evidence, Figure, declare
from dakehu.domains.learning.ladder.rules import months_between
from dakehu.domains.learning.ladder.store import level_of
from dakehu.domains.learning.models import CertificateKind, LearningPath, PathAssignment, TrainingRecord
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual

YEAR = timedelta(days=365)


def certificate(person: int, subject: str, day: date) -> Figure:
    """Return 1 if a person holds a certificate of a kind on a day, else 0; None for an unknown kind."""
    kind = CertificateKind.objects.filter(code=subject).first()
    if kind is None:
        return Figure(None, bilingual("没有“{code}”这个证书类别", "no certificate of the kind “{code}”", code=subject))
    valid = [one for one in issues_of(person, kind.pk) if counts_on(one, day)]
    rows = [Evidence(f"{kind.name} · {one.issued_on} – {one.expires_on}", "/learning/#certificates") for one in valid]
    return Figure(Decimal(bool(valid)), rows=rows)


def hours(person: int, subject: str, day: date) -> Figure:
    """Return the credited training hours in the year up to a day; each row is one training."""
    with elevated("measure a condition of a level"):
        rows = TrainingRecord.objects.filter(
            user_id=person, state=RecordState.COUNTED.value, held_on__gt=day - YEAR, held_on__lte=day
        )
        found = list(rows.order_by("-held_on", "-pk"))
    evidence = [Evidence(f"{row.held_on} {row.name} · {row.hours} h", f"/learning/training/{row.pk}/") for row in found]
    return Figure(sum((row.hours for row in found), Decimal(0)), rows=evidence)


def months_in_level(person: int, subject: str, day: date) -> Figure:
    """Return the whole months of a person in the current level; None if no level is entered."""
    level = level_of(person)
    if level is None:
        return Figure(None, bilingual("尚未登记现职级", "no level is entered yet"))
    return Figure(Decimal(months_between(level.since, day)), rows=[Evidence(f"{level.name} · {level.since}")])


def path(person: int, subject: str, day: date) -> Figure:
    """Return 1 if a person completed a learning path by a day, else 0; None for an unknown path."""
    found = LearningPath.objects.filter(code=subject).first()
    if found is None:
        return Figure(None, bilingual("没有“{code}”这条学习路径", "no learning path “{code}”", code=subject))
    with elevated("measure a condition of a level"):
        row = PathAssignment.objects.filter(user_id=person, path=found, done_on__lte=day).first()
    rows = () if row is None else (Evidence(f"{found.name} · {row.done_on}", "/learning/path/"),)
    return Figure(Decimal(row is not None), rows=rows)


declare(
    ConditionKind(
        "certificate",
        "持有有效证书",
        "Certificate in force",
        bilingual("当日有效、未吊销的证书，有为 1", "A certificate that counts on the day and is not revoked: 1"),
        bilingual("张", ""),
        certificate,
        needs_subject=True,
    ),
    ConditionKind(
        "training_hours",
        "近 12 个月学时",
        "Hours of training in 12 months",
        bilingual("截至当日 365 天内已计入的学时", "Hours that count, of the 365 days up to the day"),
        bilingual("学时", "h"),
        hours,
        decimals=1,
    ),
    ConditionKind(
        "months_in_level",
        "任现职级时间",
        "Time in the present level",
        bilingual("自任现职级之日起的整月数", "Whole months since the present level began"),
        bilingual("个月", "months"),
        months_in_level,
    ),
    ConditionKind(
        "path",
        "完成学习路径",
        "Learning path completed",
        bilingual("路径内全部课程已完成，完成为 1", "Every course of the path is completed: 1"),
        bilingual("条", ""),
        path,
        needs_subject=True,
    ),
)
