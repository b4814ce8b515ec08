"""The permissions of interactions, plans and requests."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE

SERVICE_READ = Permission(
    "service.read", "查看服务记录", "See service records", granted_to=(MANAGER, LEAD, COMPLIANCE, RoleName.ANALYST)
)
INTERACTION_LOG = Permission("service.log", "登记服务记录", "Log service", granted_to=(MANAGER, LEAD))
PLAN_WRITE = Permission("service.plan", "制定跟进计划", "Plan contacts", granted_to=(MANAGER, LEAD))
REQUEST_WRITE = Permission(
    "service.request", "处理诉求与投诉", "Handle requests and complaints", granted_to=(MANAGER, LEAD, COMPLIANCE)
)
MOMENT_WORK = Permission("service.moment", "处理关键时刻", "Work on moments", granted_to=(MANAGER, LEAD, COMPLIANCE))
MOMENT_ASSIGN = Permission("service.assign_moments", "分派关键时刻", "Reassign moments", granted_to=(LEAD,))
MOMENT_RULES = Permission(
    "service.moment_rules", "修改关键时刻规则", "Change rules of moments", granted_to=(LEAD, COMPLIANCE)
)
DELIVERY_READ = Permission(
    "service.deliveries", "查看送达记录", "Read the delivery log", granted_to=(LEAD, COMPLIANCE, RoleName.ADMIN)
)
DELIVERY_SEND = Permission(
    "service.send_again", "重发与停发消息", "Send again and stop messages", granted_to=(LEAD, RoleName.ADMIN)
)
MAIL_SORT = Permission(
    "service.sort_mail",
    "处理公司邮箱的待归档邮件",
    "Sort the mails of the firm's mailbox",
    granted_to=(LEAD, COMPLIANCE),
)
MAIL_TEMPLATE = Permission("service.mail_templates", "维护邮件模板", "Keep mail templates", granted_to=(LEAD,))
GOALS_SET = Permission("service.goals", "设定工作目标", "Set goals", granted_to=(LEAD,))
CHECKLIST_EDIT = Permission("service.checklists", "维护清单模板", "Keep checklists", granted_to=(LEAD,))
COMMENT_WRITE = Permission(
    "service.comment", "评论与提及同事", "Comment and mention", granted_to=(MANAGER, LEAD, COMPLIANCE)
)
