"""Start page cards about clients and their consents."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.cards import Card, declare

MANAGER, LEAD, COMPLIANCE, ANALYST = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST
IMPORT = (bilingual("导入客户表", "Import a table of clients"), "/import/")
LOOK = (bilingual("查看客户列表", "Look at the clients"), "/clients/")
NO_CLIENTS = bilingual(
    "还没有客户。导入现有客户表，或在客户列表中新建。", "No clients yet: import your table, or add one."
)
NONE_BROUGHT = bilingual(
    "还没有客户。客户经理或团队负责人导入后显示在这里。",
    "No clients yet: they appear here once a manager or lead has imported a table.",
)


def _distribution(by: str, zh: str, en: str, order: int) -> Card:
    """Return the card of a distribution of clients."""
    return Card(
        f"clients.by_{by}",
        zh,
        en,
        kind="bars",
        query="clients.distribution",
        parameters={"by": by},
        roles=(ANALYST,),
        order=order,
        empty=NONE_BROUGHT,
    )


declare(
    Card(
        "clients.overview",
        "客户概况",
        "Clients at a glance",
        kind="figures",
        query="clients.overview",
        roles=(ANALYST,),
        order=10,
        size="full",
        empty=NONE_BROUGHT,
    ),
    _distribution("segment", "客户类别", "Segments", 30),
    _distribution("risk_level", "风险等级", "Risk levels", 31),
    _distribution("assets", "资产规模（登记）", "Assets as registered", 32),
    _distribution("branch", "营业部", "Branches", 36),
    Card(
        "clients.coming_dates",
        "未来 14 天",
        "The next 14 days",
        kind="dates",
        query="clients.coming_dates",
        roles=(MANAGER, LEAD),
        order=60,
        size="side",
        empty=bilingual(
            "两周内没有生日、纪念日或测评到期。在客户页登记生日和重要日期，到期前会出现在这里。",
            "No birthdays, anniversaries or expiring tests in two weeks. Key dates noted on a client's page appear here.",
        ),
        link=LOOK,
    ),
    Card(
        "clients.missing_data",
        "待补充资料",
        "Data to complete",
        kind="bars",
        query="clients.missing_data",
        roles=(MANAGER, LEAD),
        order=70,
        size="side",
        empty=NO_CLIENTS,
        link=IMPORT,
    ),
    Card(
        "clients.suitability",
        "适当性",
        "Suitability",
        kind="figures",
        query="clients.suitability",
        roles=(COMPLIANCE,),
        order=20,
        size="side",
        empty=NONE_BROUGHT,
    ),
    Card(
        "clients.restrictions",
        "隔离与拒绝",
        "Walls and refusals",
        kind="figures",
        query="clients.restrictions",
        roles=(COMPLIANCE,),
        order=30,
        size="side",
        empty=NONE_BROUGHT,
    ),
)
