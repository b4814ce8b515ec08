"""Models of care, one subject per file."""

from dakehu.domains.care.models.survey import Survey, SurveyBatch, SurveyVersion
from dakehu.domains.care.models.survey_answer import SurveyAlert, SurveyAnswer, SurveyAnswerLink, SurveyToken
from dakehu.domains.care.models.survey_invitation import RequestSurvey, SurveyInvitation

__all__ = [
    "RequestSurvey",
    "Survey",
    "SurveyAlert",
    "SurveyAnswer",
    "SurveyAnswerLink",
    "SurveyBatch",
    "SurveyInvitation",
    "SurveyToken",
    "SurveyVersion",
]
