"""Queries of surveys: the list, one with its batches, requests that were or were not surveyed, distress."""

from collections import Counter
from datetime import timedelta
from typing import Any

from dakehu.domains.care.distress.choices import CaseSource, CaseState
from dakehu.domains.care.distress.queries import PEOPLE, case_lines
from dakehu.domains.care.models import ComplaintSurvey, DistressCase, RequestSurvey, Survey, SurveyAnswer, SurveyBatch
from dakehu.domains.care.permissions import SURVEY_OFFICE, SURVEY_PHONE, SURVEY_READ, SURVEY_WRITE
from dakehu.domains.care.surveys import frames, rules
from dakehu.domains.care.surveys.choices import Anonymity, BatchOrigin, Purpose, RequestOutcome, SurveyState
from dakehu.domains.care.surveys.parameters import FILTERS, ORDER, SURVEY
from dakehu.domains.care.surveys.results import are_open
from dakehu.domains.care.surveys.store import get_survey, is_begun, latest_version, unaudited_rows
from dakehu.domains.care.surveys.texts import PRIVACY, invitation_text
from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query

MOST_CASES = 100


@query("care.surveys", needs=SURVEY_READ, zh="问卷列表", en="Surveys", parameters=(FILTERS, ORDER))
def surveys(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the surveys, newest first."""
    rows = filter_rows(Survey.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("care.survey", needs=SURVEY_READ, zh="问卷", en="A survey", parameters=(SURVEY,))
def survey_detail(*, survey: int) -> Survey:
    """Return one survey."""
    return get_survey(survey)


@query("care.survey_questions", needs=SURVEY_READ, zh="问卷题目", en="Questions of a survey", parameters=(SURVEY,))
def survey_questions(*, survey: int) -> dict[str, Any]:
    """Return the version in force: {version, is_frozen, questions: [{code, kind, zh, en, options, rows, required, show_if}]}."""
    version = latest_version(get_survey(survey))
    return {"version": version.number, "is_frozen": version.frozen_on is not None, "questions": version.questions}


@query("care.survey_page", needs=SURVEY_READ, zh="问卷页面", en="Page of a survey", parameters=(SURVEY,))
def survey_page(*, survey: int) -> dict[str, Any]:
    """Return what the page of a survey shows: {survey, shown, version, questions, batches, finished, requests, privacy, mail, can}.

    `can`: {edit, open, close, send, links, phone, office, results}.
    """
    row, actor = get_survey(survey), current_actor()
    version = latest_version(row)
    is_open, may_write = row.state == SurveyState.OPEN, actor.may(SURVEY_WRITE)
    with elevated("count the answers of a survey"):
        batches = list(SurveyBatch.objects.filter(survey=row).order_by("-pk"))
        finished = unaudited_rows(SurveyAnswer).filter(batch__survey=row).count()
    is_anonymous = row.anonymity == Anonymity.ANONYMOUS
    return {
        "survey": {**render_row(row), "is_begun": is_begun(row)},
        "shown": render_row(row, shown=True),
        "version": {"number": version.number, "is_frozen": version.frozen_on is not None},
        "questions": version.questions,
        "batches": [_batch_line(batch, is_open) for batch in batches[:50]],
        "invited": sum(batch.invited for batch in batches),
        "finished": finished,
        "requests": decision_lines(row),
        "privacy": str(PRIVACY[str(row.anonymity)]),
        "mail": invitation_text(row, clock.today() + timedelta(days=row.days_open)),
        "can": {
            "edit": may_write and row.state != SurveyState.CLOSED,
            "open": may_write and row.state == SurveyState.DRAFT,
            "close": may_write and is_open,
            "send": may_write and is_open and row.purpose == Purpose.GENERAL,
            "links": may_write and is_open and is_anonymous,
            "phone": actor.may(SURVEY_PHONE) and is_open and not is_anonymous,
            "office": actor.may(SURVEY_OFFICE),
            "results": are_open(row),
        },
    }


def _batch_line(batch: SurveyBatch, is_open: bool) -> dict[str, Any]:
    shown = render_row(batch, shown=True)
    can_remind = (
        is_open
        and batch.origin not in (BatchOrigin.EVENT, BatchOrigin.PHONE)
        and batch.reminders < rules.MOST_REMINDERS
        and batch.expires_on >= clock.today()
    )
    return {
        "id": batch.pk,
        "origin": shown["origin"],
        "stratum": batch.stratum,
        "invited": batch.invited,
        "expires_on": batch.expires_on.isoformat(),
        "reminders": batch.reminders,
        "can_remind": can_remind,
    }


def decision_lines(survey: Survey) -> list[dict[str, Any]]:
    """Return [{text, count}]: how many requests or complaints were surveyed or why not; [] for one to a list."""
    tables: dict[str, Any] = {Purpose.REQUEST.value: RequestSurvey, Purpose.COMPLAINT.value: ComplaintSurvey}
    if str(survey.purpose) not in tables:
        return []
    with elevated("count the decisions of a survey"):
        rows = tables[str(survey.purpose)].objects.filter(survey=survey).values_list("outcome", "rule")
        counts = Counter((outcome, rule if outcome == RequestOutcome.REFUSED else "") for outcome, rule in rows)
    return [
        {
            "text": RequestOutcome.text_of(outcome) + (f" · {rule_text(rule, frames.RULES)}" if rule else ""),
            "count": count,
        }
        for (outcome, rule), count in counts.most_common()
    ]


@query(
    "care.request_surveys",
    needs=SURVEY_READ,
    zh="办结调查记录",
    en="Surveys of requests",
    parameters=(FILTERS, ORDER),
)
def request_surveys(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return for each closed request of visible clients whether a survey was sent and why not, newest first."""
    rows = filter_rows(RequestSurvey.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("care.survey_distress", needs=SURVEY_READ, zh="问卷中的情绪个案", en="Distress in surveys")
def survey_distress() -> list[dict[str, Any]]:
    """Return the open cases of distress opened by answers, visible to the reader: distress.queries.case_lines."""
    rows = DistressCase.objects.filter(source=CaseSource.SURVEY.value, state=CaseState.OPEN.value)
    return case_lines(rows.select_related(*PEOPLE).order_by("pk")[:MOST_CASES])
