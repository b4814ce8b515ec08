"""A short survey some days after the reply to a complaint: once, not while the case is reopened, with the reason."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from dakehu.domains.care.models import ComplaintSurvey, Survey, SurveyBatch, SurveyInvitation
from dakehu.domains.care.permissions import SURVEY_WRITE
from dakehu.domains.care.surveys import frames, rules
from dakehu.domains.care.surveys.choices import BatchOrigin, Purpose, RequestOutcome, SurveyState
from dakehu.domains.care.surveys.requests import NO_DESK_ADDRESS, OUTCOMES
from dakehu.domains.care.surveys.sending import add_batch, check_days, invite, queue_invitation
from dakehu.domains.care.surveys.store import latest_version
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

ANSWERED = ("replied", "closed")  # states of a complaint; a reopened one is in neither
STEP = "care.complaint_surveys"


@action(
    "care.decide_complaint_surveys",
    needs=SURVEY_WRITE,
    zh="判定投诉回访",
    en="Decide on the surveys of complaints",
    is_public=False,
    offers_undo=False,
)
def decide_complaint_surveys() -> dict[str, int]:
    """Invite clients whose complaint was answered some days ago, or store why not; returns {invited, left_out, waiting}.

    Each complaint once, even if it is reopened. While another complaint is open or marketing is paused, the decision
    waits until the waiting time is over. Does nothing while no survey of complaints is open.
    """
    survey = Survey.objects.filter(purpose=Purpose.COMPLAINT.value, state=SurveyState.OPEN.value).first()
    counts = {"invited": 0, "left_out": 0, "waiting": 0}
    if survey is None:
        return counts
    for row in answered_complaints(survey):
        counts[_decide(survey, row)] += 1
    return counts


def answered_complaints(survey: Survey) -> list[Any]:
    """Return the complaints of clients answered at least the survey's number of days ago and not yet decided on."""
    today = clock.today()
    newest = today - timedelta(days=survey.days_after)
    oldest = newest - timedelta(days=rules.COMPLAINT_WINDOW)
    with elevated("look for complaints that were answered"):
        known = ComplaintSurvey.objects.filter(complaint_ref=OuterRef("pk"))
        rows = model_of("compliance.Complaint").objects.filter(
            ~Exists(known), state__in=ANSWERED, replied_on__gte=oldest, replied_on__lte=newest
        )
        return list(rows.exclude(client=None).select_related("client").order_by("pk"))


def _decide(survey: Survey, row: Any) -> str:
    """Decide on one complaint; return the count to which it belongs."""
    rule = frames.refused_clients([row.client_id]).get(row.client_id, "")
    days_left = (row.replied_on + timedelta(days=survey.days_after + rules.COMPLAINT_WINDOW) - clock.today()).days
    if rules.waits_for_survey(rule, days_left):
        return "waiting"
    rule = rule or ("" if message_settings().desk_address else NO_DESK_ADDRESS)
    invitation = None if rule else _invite(survey, row)
    outcome = OUTCOMES.get(rule, RequestOutcome.REFUSED) if rule else RequestOutcome.SENT
    ComplaintSurvey(
        client=row.client,
        complaint_ref=row.pk,
        survey=survey,
        decided_on=clock.today(),
        outcome=outcome.value,
        rule=rule,
        invitation=invitation,
    ).save()
    return "left_out" if rule else "invited"


def _invite(survey: Survey, complaint: Any) -> SurveyInvitation:
    """Invite the client of a complaint in the day's batch; the invitation permanently stores who answered it."""
    last = check_days(survey, None)
    same = {"survey": survey, "origin": BatchOrigin.COMPLAINT.value, "expires_on": last}
    batch = SurveyBatch.objects.filter(**same, version=latest_version(survey)).first()
    batch = batch or add_batch(survey, BatchOrigin.COMPLAINT, last)
    served = {complaint.client_id: complaint.owner_id} if complaint.owner_id else None
    invite(batch, [complaint.client_id], served)
    found = SurveyInvitation.objects.filter(batch=batch, client=complaint.client).order_by("-pk")
    invitation: SurveyInvitation = found[0]
    queue_invitation(batch, invitation)
    return invitation


def _run_step(night: Night) -> dict[str, Any]:
    """Run as a step of the night."""
    result = decide_complaint_surveys()
    words = bilingual(
        "投诉回访：发出 {invited} 份，按规则不发 {left_out} 份，等待 {waiting} 份。",
        "Surveys of complaints: {invited} sent, {left_out} left out by rule, {waiting} waiting.",
        **result,
    )
    return {**result, "unchanged": not (result["invited"] or result["left_out"]), "words": words}


declare_step(NightlyStep(STEP, "投诉回访", "Surveys of complaints", order=64, run=_run_step))
