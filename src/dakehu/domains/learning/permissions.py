"""The permissions of learning."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

LEAD, COMPLIANCE = RoleName.LEAD, RoleName.COMPLIANCE

LEARNING_READ = Permission(
    "learning.read", "阅读知识库、学习与考试", "Read articles, take courses and exams", granted_to=tuple(RoleName)
)
ARTICLE_WRITE = Permission(
    "learning.articles", "编写知识库文章", "Write articles", granted_to=(RoleName.MANAGER, LEAD, COMPLIANCE)
)
ARTICLE_APPROVE = Permission(
    "learning.article_approve", "审批知识库文章", "Approve articles", granted_to=(LEAD, COMPLIANCE)
)
COURSE_WRITE = Permission(
    "learning.courses", "维护课程与培训要求", "Keep courses and requirements", granted_to=(LEAD, COMPLIANCE)
)
QUESTION_WRITE = Permission(
    "learning.questions", "维护题库与试卷", "Keep the question bank and papers", granted_to=(COMPLIANCE,)
)
TRAINING_REVIEW = Permission(
    "learning.training",
    "查看本队学习、审批外部培训",
    "See the learning of the team, approve training",
    granted_to=(LEAD, COMPLIANCE),
)
CERTIFICATE_WRITE = Permission(
    "learning.certificates", "颁发、吊销证书，设置证书要求", "Issue and revoke certificates", granted_to=(COMPLIANCE,)
)
LADDER_WRITE = Permission(
    "learning.ladder", "维护职级体系和人员职级", "Keep ladders and the levels of staff", granted_to=(COMPLIANCE,)
)
PROMOTION_DECIDE = Permission(
    "learning.promotion_decide", "审批晋升提名", "Decide on proposals of promotion", granted_to=(LEAD, COMPLIANCE)
)
