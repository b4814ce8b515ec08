"""A survey after a request is closed: by a random draw, with the reason why it was or was not sent for each request."""

from random import SystemRandom
from typing import Any

from dakehu.domains.care.models import RequestSurvey, Survey, SurveyBatch, SurveyInvitation
from dakehu.domains.care.permissions import SURVEY_WRITE
from dakehu.domains.care.surveys import frames
from dakehu.domains.care.surveys.choices import BatchOrigin, Purpose, RequestOutcome, SurveyState
from dakehu.domains.care.surveys.sending import add_batch, check_days, invite, queue_invitation
from dakehu.domains.care.surveys.store import latest_version
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of

NO_DESK_ADDRESS = "no_desk_address"  # rule: links would have no base address
OUTCOMES = {frames.RECENT: RequestOutcome.RECENT, frames.NO_ADDRESS: RequestOutcome.NO_ADDRESS}


@on_event("request.moved")
def on_request(*, request: int) -> str:
    """Decide once for a request that is closed whether its client is surveyed; return the outcome."""
    with acting_as(system_actor("a request was closed", "worker")):
        return decide_request(request=request)


@action(
    "care.decide_request_survey",
    needs=SURVEY_WRITE,
    zh="判定办结调查",
    en="Decide on the survey of a request",
    is_public=False,
    offers_undo=False,
)
def decide_request(*, request: int) -> str:
    """Invite the client of a closed request if the rules allow it and it is drawn; store the outcome in any case.

    Every closed request is in the draw, regardless of its owner. Does nothing for a request that is open again or
    decided, or while no survey of requests is open.
    """
    row = model_of("service.Request").objects.select_related("client").filter(pk=request, state="closed").first()
    survey = Survey.objects.filter(purpose=Purpose.REQUEST.value, state=SurveyState.OPEN.value).first()
    if row is None or survey is None or RequestSurvey.objects.filter(request_ref=request).exists():
        return ""
    rule = frames.refused_clients([row.client_id]).get(row.client_id, "")
    rule = rule or ("" if message_settings().desk_address else NO_DESK_ADDRESS)
    invitation = None
    if rule:
        outcome = OUTCOMES.get(rule, RequestOutcome.REFUSED)
    elif SystemRandom().randrange(100) >= survey.sample_percent:
        outcome = RequestOutcome.NOT_DRAWN
    else:
        outcome, invitation = RequestOutcome.SENT, _invite(survey, row)
    RequestSurvey(
        client=row.client,
        request_ref=row.pk,
        survey=survey,
        decided_on=clock.today(),
        outcome=outcome.value,
        rule=rule,
        invitation=invitation,
    ).save()
    return outcome.value


def _invite(survey: Survey, request: Any) -> SurveyInvitation:
    """Invite the client of a request in the day's batch; the invitation permanently stores who handled it."""
    last = check_days(survey, None)
    same = {"survey": survey, "origin": BatchOrigin.REQUEST.value, "expires_on": last}
    batch = SurveyBatch.objects.filter(**same, version=latest_version(survey)).first()
    batch = batch or add_batch(survey, BatchOrigin.REQUEST, last)
    invite(batch, [request.client_id], {request.client_id: request.owner_id} if request.owner_id else None)
    invitation: SurveyInvitation = SurveyInvitation.objects.filter(batch=batch, client=request.client).order_by("-pk")[
        0
    ]
    queue_invitation(batch, invitation)
    return invitation
