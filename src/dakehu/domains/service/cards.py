"""Cards of the start page about the day's work, the team and complaints."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.cards import Card, declare

MANAGER, LEAD, COMPLIANCE, ANALYST, ADMIN = RoleName

declare(
    Card(
        "service.team_day",
        "团队执行情况",
        "How the team works",
        kind="table",
        query="service.team_day",
        roles=(LEAD,),
        order=5,
        size="full",
        empty=bilingual("团队还没有成员。请管理员添加人员。", "Nobody is on the team yet; ask the administrator."),
    ),
    Card(
        "service.team",
        "团队成员",
        "The team",
        kind="table",
        query="service.team",
        roles=(LEAD,),
        order=20,
        size="full",
        empty=bilingual("团队还没有成员。请管理员添加人员。", "Nobody is on the team yet; ask the administrator."),
    ),
    Card(
        "service.today",
        "待办事项",
        "To do",
        kind="day_list",
        query="service.today_list",
        roles=(MANAGER, LEAD, COMPLIANCE),
        order=40,
        size="main",
    ),
    Card(
        "service.week",
        "服务概况",
        "Service at a glance",
        kind="figures",
        query="service.week",
        roles=(MANAGER, LEAD),
        order=50,
        size="side",
    ),
    Card(
        "service.meetings_today",
        "今日会议",
        "Meetings today",
        kind="table",
        query="service.meetings_today",
        roles=(MANAGER, LEAD),
        order=45,
        empty=bilingual(
            "今天没有会议。按“安排会议”新增，或查看整周日程。", "No meetings today; the calendar shows the week."
        ),
        link=(bilingual("打开日程", "Open the calendar"), "/calendar/"),
    ),
    Card(
        "service.goals",
        "工作目标",
        "Goals",
        kind="table",
        query="service.goals_card",
        roles=(MANAGER, LEAD),
        order=55,
        empty=bilingual("还没有工作目标，由团队负责人设定。", "No goals yet; the lead of the team sets them."),
        link=(bilingual("查看目标与时间表", "Goals and timetable"), "/calendar/goals/"),
    ),
    Card(
        "service.complaints",
        "投诉",
        "Complaints",
        kind="table",
        query="service.complaints",
        roles=(COMPLIANCE,),
        order=10,
        size="main",
        empty=bilingual(
            "没有未办结的投诉。投诉在客户页“更多操作”中登记。",
            "No open complaints. They are registered on a client's page under “More”.",
        ),
        link=(bilingual("查看客户列表", "Look at the clients"), "/clients/"),
    ),
    Card(
        "service.contacts_by_week",
        "每周服务次数",
        "Contacts per week",
        kind="columns",
        query="service.contacts_by_week",
        roles=(ANALYST,),
        order=35,
        empty=bilingual("最近 12 周没有服务记录。", "No contacts in twelve weeks."),
    ),
)
