"""Cards of the start page about clients' assets and the nightly close."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.cards import Card, declare

MANAGER, LEAD, COMPLIANCE, ANALYST, ADMIN = RoleName
IMPORT = (bilingual("导入对账单", "Import a statement"), "/import/")
NOT_CLOSED = bilingual(
    "还没有日终计算。导入对账单与行情后，次日这里会显示市值、净转入和涨跌。",
    "No close yet. Import statements and prices; the next close shows value, inflow and moves here.",
)

declare(
    Card(
        "ledger.book",
        "客户资产",
        "Assets under care",
        kind="figures",
        query="ledger.book",
        roles=(MANAGER, LEAD),
        order=10,
        size="full",
        empty=NOT_CLOSED,
        link=IMPORT,
    ),
    Card(
        "ledger.months",
        "持仓市值与净转入（近 12 个月）",
        "Market value and net inflow, 12 months",
        kind="months",
        query="ledger.months",
        roles=(MANAGER, LEAD),
        order=30,
        size="main",
        empty=NOT_CLOSED,
        link=IMPORT,
    ),
    Card(
        "ledger.movers",
        "当日涨跌最大的客户",
        "Biggest movers of the day",
        kind="table",
        query="ledger.movers",
        roles=(MANAGER, LEAD),
        order=31,
        size="side",
        empty=NOT_CLOSED,
        link=IMPORT,
    ),
    Card(
        "ledger.worth_bands",
        "持仓市值分布",
        "Clients by market value",
        kind="bars",
        query="ledger.worth_bands",
        roles=(ANALYST,),
        order=33,
        empty=NOT_CLOSED,
    ),
    Card(
        "ledger.return_distribution",
        "累计收益率分布",
        "Clients by return on money put in",
        kind="bars",
        query="ledger.return_distribution",
        roles=(ANALYST,),
        order=34,
        empty=NOT_CLOSED,
    ),
    Card(
        "ledger.last_close",
        "日终计算",
        "The close",
        kind="figures",
        query="ledger.last_close",
        roles=(ADMIN,),
        order=20,
        size="half",
        empty=bilingual(
            "还没有日终计算。行情由团队负责人或客户经理导入，或放入每晚运行的文件夹；每晚运行时计算。",
            "No close yet. A lead or manager imports prices, or they lie in the folder of the nightly run, which computes it.",
        ),
        link=(bilingual("每晚运行的说明", "About the nightly run"), "/guide/nightly/"),
    ),
)
