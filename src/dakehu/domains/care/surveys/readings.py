"""Read single answers: an action each, so that every read is audited."""

import json
from typing import Any

from dakehu.domains.care.models import SurveyAnswer, SurveyAnswerLink
from dakehu.domains.care.permissions import SURVEY_OFFICE, SURVEY_READ
from dakehu.domains.care.sentiment.queries import sentiment
from dakehu.domains.care.surveys import rules
from dakehu.domains.care.surveys.choices import Anonymity, SurveyState
from dakehu.domains.care.surveys.parameters import ANSWER, SURVEY
from dakehu.domains.care.surveys.results import questions_of
from dakehu.domains.care.surveys.store import get_survey
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.records.recorded import add_audit_note

MOST = 500


@action(
    "care.read_survey_texts",
    needs=SURVEY_OFFICE,
    zh="查阅文字答案",
    en="Read the words of answers",
    parameters=(SURVEY,),
    offers_undo=False,
)
def read_survey_texts(*, survey: int) -> list[dict[str, Any]]:
    """Return the words of a survey's answers with mood and topics as suggestions, in no order of time.

    [{answer, texts: [{question, text, label, topics, is_distressed}]}]. Authors are not included. Raises Refused for an
    anonymous survey before it is closed, and for fewer than 5 answers.
    """
    row = get_survey(survey)
    found = SurveyAnswer.objects.filter(batch__survey=row).select_related("batch__version").order_by("pk")[:MOST]
    with elevated("read the words of a survey's answers"):
        answers = list(found)
    if row.anonymity == Anonymity.ANONYMOUS and (row.state != SurveyState.CLOSED or len(answers) < rules.FEWEST_COUNTS):
        raise refusal(
            "survey",
            "匿名问卷结束且不少于 {n} 份后才能查阅文字。",
            "The words of an anonymous survey open when it is closed, from {n} answers on.",
            n=rules.FEWEST_COUNTS,
        )
    add_audit_note(survey=row.pk, answers=len(answers))
    return [{"answer": one.pk, "texts": texts_of(one)} for one in answers if one.texts]


def texts_of(answer: SurveyAnswer) -> list[dict[str, Any]]:
    """Return the texts of one answer with mood, topics and distress. Inside an action: encrypted values are opened."""
    with elevated("open the words of an answer"):
        texts = json.loads(answer.texts.open()) if answer.texts else {}
        asked = {one["code"]: one for one in questions_of([answer.batch.version])}
        return [_render_sentiment(asked[code], text) for code, text in texts.items() if code in asked]


def _render_sentiment(question: dict[str, Any], text: str) -> dict[str, Any]:
    read = sentiment(text=text)
    return {
        "question": str(bilingual(question["zh"], question["en"])),
        "text": text,
        "label": read["label"],
        "label_text": read["label_text"],
        "topics": [one["name"] for one in read["topic_words"]],
        "is_distressed": read["distress"],
    }


@action(
    "care.identify_answer",
    needs=SURVEY_OFFICE,
    zh="查明保密答卷的客户",
    en="Find whose a confidential answer is",
    parameters=(ANSWER,),
    offers_undo=False,
    is_confidential=True,
)
def identify_answer(*, answer: int) -> dict[str, Any]:
    """Return {client, client_id, code} of a confidential answer; the read is audited. Raises NotFound for others."""
    row = SurveyAnswerLink.objects.select_related("client").filter(answer_id=answer).first()
    if row is None:
        raise NotFound(bilingual("可查明的答卷", "answer that names a client"))
    client = row.client
    add_audit_note(answer=answer, client=client.pk)
    return {"client": name_of(client, current_actor().clearance), "client_id": client.pk, "code": client.code}


@action(
    "care.read_named_answers",
    needs=SURVEY_READ,
    zh="查阅实名答卷",
    en="Read named answers",
    parameters=(SURVEY,),
    offers_undo=False,
)
def read_named_answers(*, survey: int) -> list[dict[str, Any]]:
    """Return the named answers of visible clients: [{client, client_id, day, choices, texts}]. Raises Refused for another kind."""
    row = get_survey(survey)
    if row.anonymity != Anonymity.NAMED:
        raise refusal("survey", "只有实名问卷可以逐份查阅。", "Only a named survey is read answer by answer.")
    rows = SurveyAnswer.objects.filter(batch__survey=row).exclude(client=None)
    found = list(rows.select_related("client", "batch__version").order_by("-day", "pk")[:MOST])
    add_audit_note(survey=row.pk, answers=len(found))
    clearance = current_actor().clearance
    return [
        {
            "client": name_of(one.client, clearance),
            "client_id": one.client_id,
            "day": one.day.isoformat(),
            "is_attended": one.is_attended,
            "choices": one.choices,
            "texts": texts_of(one),
        }
        for one in found
    ]
