"""Cards of the start page for compliance and the administrator."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.cards import Card, declare

# Names, as in the audit, of the actions whose weekly number is shown to compliance.
SENSITIVE = [
    "clients.open_id_number",
    "clients.open_contact",
    "sealed.look_up",
    "workbook.export",
    "tableau.export",
    "bi.create_login",
    "report.create",
]

declare(
    Card(
        "team.acts_of_week",
        "近 7 天：查看完整号码与导出",
        "7 days: numbers opened and exports",
        kind="table",
        query="team.acts_of_week",
        parameters={"actions": SENSITIVE},
        roles=(RoleName.COMPLIANCE,),
        order=15,
        size="main",
        empty=bilingual("近 7 天没有人查看完整号码或导出。", "Nobody opened numbers or exported in seven days."),
        link=(bilingual("操作日志", "Audit"), "/audit/"),
    ),
    Card(
        "team.setup_checklist",
        "管理员清单",
        "Administrator's checklist",
        kind="checklist",
        query="team.setup_checklist",
        roles=(RoleName.ADMIN,),
        order=5,
        size="full",
    ),
    Card(
        "team.health",
        "系统健康",
        "Health of the desk",
        kind="figures",
        query="team.health",
        roles=(RoleName.ADMIN,),
        order=10,
        size="full",
    ),
    Card(
        "team.failed_sign_ins",
        "登录失败（近 7 天）",
        "Failed sign-ins, 7 days",
        kind="table",
        query="team.failed_sign_ins",
        roles=(RoleName.ADMIN,),
        order=30,
        empty=bilingual("近 7 天没有登录失败。", "No sign-in failed in seven days."),
        link=(bilingual("操作日志", "Audit"), "/audit/"),
    ),
)
