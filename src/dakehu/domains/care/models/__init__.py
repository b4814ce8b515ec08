"""Models of care, one subject per file."""

from dakehu.domains.care.models.distress import DistressCase
from dakehu.domains.care.models.feedback import Feedback
from dakehu.domains.care.models.improvements import Issue, IssueLink
from dakehu.domains.care.models.outreach import Outreach, OutreachAttempt, OutreachCall, OutreachScript
from dakehu.domains.care.models.survey import Survey, SurveyBatch, SurveyVersion
from dakehu.domains.care.models.survey_answer import SurveyAlert, SurveyAnswer, SurveyAnswerLink, SurveyToken
from dakehu.domains.care.models.survey_invitation import ComplaintSurvey, RequestSurvey, SurveyInvitation
from dakehu.domains.care.models.tendencies import TendencyRemark

__all__ = [
    "ComplaintSurvey",
    "DistressCase",
    "Feedback",
    "Issue",
    "IssueLink",
    "Outreach",
    "OutreachAttempt",
    "OutreachCall",
    "OutreachScript",
    "RequestSurvey",
    "Survey",
    "SurveyAlert",
    "SurveyAnswer",
    "SurveyAnswerLink",
    "SurveyBatch",
    "SurveyInvitation",
    "SurveyToken",
    "SurveyVersion",
    "TendencyRemark",
]
