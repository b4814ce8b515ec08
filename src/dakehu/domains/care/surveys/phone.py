"""A survey by telephone: staff read the questions out and note the answers. Such an answer counts as attended."""

from typing import Any

from dakehu.domains.care.models import SurveyBatch, SurveyInvitation, SurveyToken
from dakehu.domains.care.permissions import SURVEY_PHONE
from dakehu.domains.care.surveys import frames, questions
from dakehu.domains.care.surveys.choices import Anonymity, AnswerChannel, BatchOrigin, SurveyState
from dakehu.domains.care.surveys.links import store_answer
from dakehu.domains.care.surveys.parameters import ANSWERS, CLIENT, SURVEY
from dakehu.domains.care.surveys.sending import add_batch, check_days, invite
from dakehu.domains.care.surveys.store import get_survey
from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import add_audit_note

BY_MAIL_ONLY = (frames.NO_ADDRESS,)  # rules that do not apply to a call


@action(
    "care.record_phone_survey",
    needs=SURVEY_PHONE,
    zh="电话代填问卷",
    en="Note a survey by phone",
    parameters=(SURVEY, CLIENT, ANSWERS),
    irreversible=bilingual("答卷提交后不能修改。", "An answer is not changed once it is in."),
)
def record_phone_survey(*, survey: int, client: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """Note the answers of a client who was called: {question: text or list of texts}, a row of a matrix as `question.row`.

    It counts as attended and never enters an appraisal. Raises Refused for an anonymous survey, a client who answered or may
    not be asked now, and for every answer that cannot be read, by question.
    """
    row = get_survey(survey)
    if row.anonymity == Anonymity.ANONYMOUS or row.state != SurveyState.OPEN:
        raise refusal(
            "survey", "匿名或未启用的问卷不能电话代填。", "An anonymous or closed survey is not filled in by phone."
        )
    invitation = _open_invitation(row.pk, client)
    rule = "" if invitation is not None else frames.refused_clients([client.pk]).get(client.pk, "")
    if rule and rule not in BY_MAIL_ONLY:
        text = rule_text(rule, frames.RULES)
        raise refusal("client", "现在不能调查这位客户：{why}", "This client may not be asked now: {why}", why=text)
    raw = {name: _texts(value) for name, value in answers.items()}
    batch = invitation.batch if invitation is not None else _phone_batch(row)
    choices, texts, faults = questions.read_answers(batch.version.questions, raw)
    if faults:
        raise Refused({code: [Bilingual(*text)] for code, text in faults.items()})
    if invitation is None:
        invite(batch, [client.pk])
        invitation = SurveyInvitation.objects.get(batch=batch, client=client)
    with acting_as(system_actor("note a survey by phone", current_actor().door)):
        spent = {"digest": f"phone:{invitation.pk}", "is_spent": True}
        SurveyToken(**spent, batch=batch, invitation=invitation, client_id=client.pk).save()
        store_answer(batch, invitation, choices, texts, AnswerChannel.PHONE.value, is_attended=True)
    add_audit_note(survey=row.pk, client=client.pk)
    return {"survey": row.pk, "client": client.code}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _open_invitation(survey: int, client: Any) -> SurveyInvitation | None:
    """Return the client's invitation that is not answered. Raises Refused for a client who answered."""
    rows = SurveyInvitation.objects.filter(batch__survey_id=survey, client=client)
    found: SurveyInvitation | None = rows.select_related("batch__version", "batch__survey").order_by("-pk").first()
    if found is not None and SurveyToken.objects.filter(invitation=found, is_spent=True).exists():
        raise refusal("client", "这位客户已经填写。", "This client has answered.")
    return found


def _phone_batch(survey: Any) -> SurveyBatch:
    """Return a batch for one client who is called without an invitation."""
    return add_batch(survey, BatchOrigin.PHONE, check_days(survey, None), in_book=0)
