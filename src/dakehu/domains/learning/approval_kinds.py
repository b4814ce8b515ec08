"""Approval kinds of learning: versions of articles, external trainings, promotion proposals."""

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.learning.knowledge import actions as knowledge
from dakehu.domains.learning.knowledge import store
from dakehu.domains.learning.ladder import promotions
from dakehu.domains.learning.ladder.store import get_promotion
from dakehu.domains.learning.training import actions as training
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        knowledge.SUBJECT,
        "知识库文章",
        "Article",
        model="learning.ArticleVersion",
        permission=Permission.ARTICLE_APPROVE,
        open_url="/knowledge/versions/{id}/",
        digest_of=lambda version: store.content_digest(store.get_version(version)),
        on_decision=knowledge.decide_version,
    ),
    ApprovalKind(
        training.SUBJECT,
        "外部培训",
        "External training",
        model="learning.TrainingRecord",
        permission=Permission.TRAINING_REVIEW,
        open_url="/learning/training/{id}/",
        digest_of=lambda record: training.content_digest(training.get_record(record)),
        on_decision=training.decide_training,
    ),
    ApprovalKind(
        promotions.SUBJECT,
        "晋升提名",
        "Proposal of promotion",
        model="learning.Promotion",
        permission=Permission.PROMOTION_DECIDE,
        open_url="/learning/promotions/{id}/",
        digest_of=lambda promotion: promotions.content_digest(get_promotion(promotion)),
        on_decision=promotions.decide_promotion,
    ),
)
