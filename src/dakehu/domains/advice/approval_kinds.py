"""The subjects of advice that a second person approves: advice itself, and investor classes."""

from dakehu.domains.advice.classes import actions as classes
from dakehu.domains.advice.questionnaire_versions import actions as questionnaires
from dakehu.domains.advice.records import actions, checks
from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        actions.SUBJECT,
        "投资建议",
        "Advice",
        model="advice.Advice",
        permission=Permission.ADVICE_APPROVE,
        open_url="/advice/{id}/",
        digest_of=lambda advice: checks.content_digest(actions.get_advice(advice)),
        on_decision=actions.decide_advice,
    ),
    ApprovalKind(
        questionnaires.SUBJECT,
        "测评问卷版本",
        "Questionnaire version",
        model="advice.QuestionnaireVersion",
        permission=Permission.SUITABILITY_REVIEW,
        open_url="/suitability/questionnaire/{id}/",
        digest_of=lambda version: questionnaires.content_digest(questionnaires.get_version(version)),
        on_decision=questionnaires.decide_version,
        seen_by=Permission.SUITABILITY_REVIEW,
    ),
    ApprovalKind(
        classes.SUBJECT,
        "投资者分类",
        "Investor class",
        model="advice.ClassApplication",
        permission=Permission.CLASS_DECIDE,
        open_url="/suitability/",
        digest_of=classes.content_digest,
        on_decision=classes.decide_class,
        seen_by=Permission.SUITABILITY_READ,
        waiting=classes.waiting_subjects,
    ),
)
