"""Notifications: certificates that end, courses that are due, articles to be reviewed."""

from datetime import timedelta
from typing import Any

from dakehu.domains.learning.certificates.queries import ending_certificates
from dakehu.domains.learning.choices import ArticleState, EnrolmentState
from dakehu.domains.learning.models import Article, Enrolment
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

CERTIFICATES, COURSES, REVIEWS = "learning.certificate_notices", "learning.course_notices", "learning.review_notices"
SOON = timedelta(days=7)
URGENT = 7  # days before the end of a certificate


@query(CERTIFICATES, needs=Permission.LEARNING_READ, zh="证书到期提醒", en="Reminders of certificates")
def certificate_notices() -> list[dict[str, Any]]:
    """Return one notice for each reminder (60, 30, 7, 0 days) of the reader's own certificates that are not renewed."""
    today = clock.today().isoformat()
    return [
        notice(
            f"{CERTIFICATES}:{row.pk}:{days}",
            bilingual(
                "您的证书“{kind}”有效至 {day}，请安排考试续期",
                "Your certificate “{kind}” lasts until {day}; sit the exam to renew it",
                kind=row.kind.name,
                day=row.expires_on.isoformat(),
            ),
            at=today,
            url="/learning/",
            tone="bad" if days <= URGENT else "warn",
        )
        for row, days in ending_certificates()
        if row.user_id == current_actor().user_id
    ]


@query(COURSES, needs=Permission.LEARNING_READ, zh="课程期限提醒", en="Reminders of courses")
def course_notices() -> list[dict[str, Any]]:
    """Return one notice for each of the reader's courses that is due within a week or late."""
    today = clock.today()
    rows = Enrolment.objects.filter(
        user_id=current_actor().user_id, state=EnrolmentState.OPEN.value, due_on__lte=today + SOON
    )
    return [
        notice(
            f"{COURSES}:{row.pk}:{row.due_on < today}",
            bilingual(
                "课程“{name}”应于 {day} 前完成",
                "The course “{name}” is due on {day}",
                name=row.course.name,
                day=row.due_on.isoformat(),
            ),
            at=today.isoformat(),
            url=f"/learning/courses/{row.course_id}/",
            tone="bad" if row.due_on < today else "warn",
        )
        for row in rows.select_related("course").order_by("due_on", "pk")
    ]


@query(REVIEWS, needs=Permission.ARTICLE_WRITE, zh="文章复审提醒", en="Reminders of reviews of articles")
def article_review_notices() -> list[dict[str, Any]]:
    """Return one notice for each of the reader's articles whose review date has come."""
    today = clock.today()
    rows = Article.objects.filter(
        owner_id=current_actor().user_id, state=ArticleState.PUBLISHED.value, review_by__lte=today
    )
    return [
        notice(
            f"{REVIEWS}:{row.pk}:{row.review_by}",
            bilingual("文章“{title}”应复审", "The article “{title}” is due for review", title=row.title),
            at=row.review_by.isoformat(),
            url=f"/knowledge/{row.pk}/",
            tone="warn",
        )
        for row in rows.order_by("review_by", "pk")
    ]


declare(
    NoticeSource(CERTIFICATES, bilingual("证书到期", "Certificates that end"), "shield-check", order=45),
    NoticeSource(COURSES, bilingual("课程期限", "Courses that are due"), "clock", order=46),
    NoticeSource(REVIEWS, bilingual("文章复审", "Articles to review"), "pencil", order=47),
)
