"""Queries of self-checks: the reports, whether one is due, and what stands in the bell."""

from datetime import date
from typing import Any

from dakehu.domains.advice.models import SelfCheck, SuitabilityCheck
from dakehu.domains.advice.parameters import FILTERS, ORDER
from dakehu.domains.advice.self_checks import rules
from dakehu.domains.advice.self_checks.choices import SelfCheckState
from dakehu.domains.advice.self_checks.counts import LABELS, counts_of
from dakehu.domains.compliance.rule_sets.registry import find_rule
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

DUE, TO_SIGN = "advice.self_check_notices", "advice.self_check_signatures"
SHOWN = (
    "period_start",
    "period_end",
    "due_on",
    "state",
    "findings",
    "measures",
    "is_reportable",
    "author",
    "signed_by",
    "signed_at",
    "returned_for",
)


@query(
    "advice.self_checks",
    needs=Permission.SUITABILITY_SELF_CHECK_READ,
    zh="适当性自查",
    en="Suitability self-checks",
    parameters=(FILTERS, ORDER),
)
def self_checks(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the reports, the latest half-year first."""
    return filter_rows(SelfCheck.objects.select_related("author", "signed_by"), filters or {}, order or "-period_start")


@query(
    "advice.self_check_page", needs=Permission.SUITABILITY_SELF_CHECK_READ, zh="适当性自查页", en="Page of self-checks"
)
def self_check_page() -> dict[str, Any]:
    """Return what is due, what the desk counts of the last half-year now, and the reports.

    {period, due_on, is_due, is_late, rules: [{text, source, certainty}], counts: [{what, number}], reports: [{id, row_version,
    period_start, …, state_code, must_report, counts, can_sign, can_write}]}.
    """
    today, actor = clock.today(), current_actor()
    first, last = rules.last_complete(today)
    rows = list(self_checks()[:20])
    written = next((row for row in rows if row.period_start == first), None)
    stated = [find_rule(name, today) for name in (rules.RULE, f"{rules.RULE}_due")]
    return {
        "period": f"{first} – {last}",
        "due_on": rules.due_on(last).isoformat(),
        "is_due": (written is None or written.state != SelfCheckState.SIGNED) and _has_begun(last),
        "is_late": rules.due_on(last) < today,
        "may_write": actor.may(Permission.SUITABILITY_REVIEW) and written is None,
        "rules": [
            {"text": str(one.text), "source": str(one.source), "certainty": str(one.certainty)} for one in stated if one
        ],
        "counts": _lines(counts_of(first, last)),
        "reports": [
            {
                **text,
                "id": row.pk,
                "row_version": row.row_version,
                "state_code": str(row.state),
                "counts": _lines(row.counts),
                "must_report": row.is_reportable,
                "can_sign": actor.may(Permission.SUITABILITY_SELF_CHECK_SIGN)
                and rules.sign_error(row.author_id, actor.user_id, str(row.state)) is None,
                "can_write": actor.may(Permission.SUITABILITY_REVIEW) and row.state != SelfCheckState.SIGNED,
            }
            for row, text in zip(rows, render_rows(rows, SHOWN, shown=True), strict=True)
        ],
    }


def _lines(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"what": str(label), "number": counts[name]} for name, label in LABELS.items() if name in counts]


def _has_begun(last: date) -> bool:
    """Return whether the desk checked suitability by the end of a half-year: it does not begin with arrears."""
    end = clock.start_of_day(last)
    return bool(SuitabilityCheck.objects.filter(checked_at__lte=end).exists())


@query(DUE, needs=Permission.SUITABILITY_REVIEW, zh="适当性自查提醒", en="Notice of the self-check")
def due_notices() -> list[dict[str, Any]]:
    """Return a notice where the report on the last half-year is not written, or was returned."""
    first, last = rules.last_complete(clock.today())
    row = SelfCheck.objects.filter(period_start=first).first()
    if not _has_begun(last) or (row is not None and row.state != SelfCheckState.RETURNED):
        return []
    due = rules.due_on(last)
    return [
        notice(
            f"{DUE}:{first}:{row.row_version if row else 0}",
            bilingual(
                "{half} 的适当性自查应于 {day} 前完成",
                "The self-check of {half} is due on {day}",
                half=f"{first} – {last}",
                day=due,
            ),
            at=last.isoformat(),
            url="/suitability/self-checks/",
            tone="bad" if due < clock.today() else "warn",
        )
    ]


@query(TO_SIGN, needs=Permission.SUITABILITY_SELF_CHECK_SIGN, zh="待签署的适当性自查", en="Self-checks to sign")
def signature_notices() -> list[dict[str, Any]]:
    """Return a notice for each report that waits for the reader's signature."""
    rows = SelfCheck.objects.filter(state=SelfCheckState.WAITING.value).exclude(author_id=current_actor().user_id)
    return [
        notice(
            f"{TO_SIGN}:{row.pk}:{row.row_version}",
            bilingual("{half} 的适当性自查待签署", "The self-check of {half} waits for a signature", half=str(row)),
            at=row.due_on.isoformat(),
            url="/suitability/self-checks/",
            tone="warn",
        )
        for row in rows[:20]
    ]


declare(NoticeSource(DUE, bilingual("适当性自查", "Suitability self-check"), "shield-check", order=36))
declare(NoticeSource(TO_SIGN, bilingual("待签署的自查", "Self-checks to sign"), "circle-check", order=37))
