"""Erase the confidential answers of clients: no foreign key leads from an answer to its client."""

from dakehu.domains.care.models import SurveyAnswer, SurveyAnswerLink
from dakehu.domains.care.surveys.store import unaudited_rows
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.erasure.erase import Erasure, declare_eraser


def erase_answers(erasure: Erasure) -> int:
    """Delete the confidential answers of the clients with their links; anonymous ones stay, as unidentifiable."""
    found = set()
    for some in chunks(sorted(erasure.clients)):
        rows = unaudited_rows(SurveyAnswerLink).filter(client_id__in=some)
        found |= set(rows.values_list("answer_id", flat=True))
    for some in chunks(sorted(found)):
        unaudited_rows(SurveyAnswer).filter(pk__in=some).delete()
    return len(found)


declare_eraser("survey_answers", erase_answers)
