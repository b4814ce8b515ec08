"""The feeds about clients: balances, activity, debts, allotments and holdings."""

from datetime import time

from dakehu.domains.ledger.feeds.columns import client_column, day_column, money_column, product_column
from dakehu.domains.ledger.feeds.feed import Feed, FeedColumn
from dakehu.foundation.base.i18n import bilingual

BALANCES = Feed(
    "balances",
    "日终资产",
    "End-of-day balances",
    (
        client_column(),
        money_column(
            "cash", "资金余额", "Cash", ("现金", "资金", "可用资金", "资金资产"), required=True, example="120000.00"
        ),
        money_column(
            "securities",
            "证券市值",
            "Securities",
            ("股票市值", "证券资产", "持仓市值"),
            required=True,
            example="880000.00",
        ),
        money_column(
            "products", "产品市值", "Products", ("产品", "理财市值", "场外产品市值", "金融产品市值", "otcproducts")
        ),
        money_column("restricted", "限售市值", "Restricted shares", ("限售股市值", "限售股份市值")),
        money_column("margin_assets", "信用资产", "Margin assets", ("信用账户总资产", "两融资产", "信用账户资产")),
        money_column("margin_debt", "融资融券负债", "Margin debt", ("两融负债", "信用负债", "融资负债")),
        money_column(
            "total",
            "总资产",
            "Total assets",
            ("净资产", "客户总资产", "资产总额", "totalassets"),
            required=True,
            help_zh="净值：资金 + 证券 + 产品 + 信用资产 − 两融负债",
            help_en="Net: cash + securities + products + margin assets − margin debt",
            example="1000000.00",
        ),
        money_column(
            "deposits",
            "转入金额",
            "Deposits",
            ("转入", "银证转入", "当日转入", "流入金额"),
            help_zh="当日银证转入与证券转入（按当日市值）",
            help_en="Money and securities (at the day's value) moved in",
        ),
        money_column(
            "withdrawals",
            "转出金额",
            "Withdrawals",
            ("转出", "银证转出", "当日转出", "流出金额"),
            help_zh="当日银证转出与证券转出（按当日市值），写正数",
            help_en="Money and securities moved out, as a positive amount",
        ),
        money_column(
            "securities_in",
            "其中证券转入",
            "Of which securities in",
            ("证券转入", "证券转入市值", "转托管转入"),
            help_zh="转入金额中的证券部分（按当日市值）",
            help_en="The part of the deposits that was securities (at the day's value)",
        ),
        money_column(
            "securities_out",
            "其中证券转出",
            "Of which securities out",
            ("证券转出", "证券转出市值", "转托管转出"),
            help_zh="转出金额中的证券部分（按当日市值），写正数",
            help_en="The part of the withdrawals that was securities (at the day's value), as a positive amount",
        ),
        money_column("commission", "净佣金", "Net commission", ("佣金", "当日佣金")),
    ),
    ("client",),
    "day",
    bilingual(
        "每个客户每个交易日收市后的资产：资金、证券、产品、信用资产与负债、总资产（净值）和当日转入转出。",
        "What each client has after the close of a trading day: cash, securities, products, margin assets and debt, the net total, and what was moved in and out.",
    ),
)
ACTIVITY = Feed(
    "activity",
    "客户活跃度",
    "Client activity",
    (
        client_column(),
        FeedColumn("logins", "登录次数", "Logins", "count", required=True, aliases=("登录", "登陆次数"), example="3"),
        FeedColumn(
            "orders",
            "委托笔数",
            "Orders",
            "count",
            required=True,
            aliases=("委托", "委托次数", "下单笔数"),
            example="2",
        ),
        FeedColumn(
            "cancelled_orders", "撤单笔数", "Cancelled orders", "count", aliases=("撤单", "撤单次数", "撤销笔数")
        ),
    ),
    ("client",),
    "day",
    bilingual(
        "每个客户当日的登录、委托和撤单次数；没有登录也没有委托的客户可以不列。",
        "How often each client signed in, ordered and cancelled on the day; clients who did neither may be left out.",
    ),
)
MARGIN_CONTRACTS = Feed(
    "margin_contracts",
    "融资融券合约",
    "Margin contracts",
    (
        client_column(),
        FeedColumn(
            "contract",
            "合约编号",
            "Contract",
            "text",
            required=True,
            aliases=("合约号", "合同编号", "contractno"),
            example="RZ2026-0001",
        ),
        day_column("opened_on", "开仓日期", "Opened on", ("合约日期", "开始日期", "起始日")),
        day_column("ends_on", "到期日期", "Ends on", ("合约到期日", "到期日", "归还截止日"), required=True),
        money_column("debt", "合约负债", "Debt", ("负债金额", "负债", "未还负债"), required=True),
        FeedColumn(
            "ratio",
            "维持担保比例",
            "Maintenance ratio",
            "share",
            required=True,
            unit="%",
            aliases=("担保比例", "维保比例"),
            example="156.3%",
        ),
        FeedColumn("warn_line", "警戒线", "Warning line", "share", unit="%", aliases=("预警线",), example="140%"),
        FeedColumn(
            "close_line", "平仓线", "Closing line", "share", unit="%", aliases=("强平线", "最低线"), example="130%"
        ),
    ),
    ("client", "contract"),
    "snapshot",
    bilingual(
        "当日全部未了结的融资融券合约，以及合同约定的警戒线和平仓线。",
        "All margin contracts open on the day, with the warning and closing lines that the contract names.",
    ),
)
ALLOTMENTS = Feed(
    "allotments",
    "新股新债中签",
    "Allotments",
    (
        client_column(),
        FeedColumn("product", "证券产品", "Security", "product", lenient=True, aliases=("中签产品代码",)),
        FeedColumn(
            "code",
            "中签代码",
            "Allotted code",
            "text",
            required=True,
            aliases=("申购代码", "新股代码", "配号代码", "证券代码"),
            example="787001",
        ),
        FeedColumn("name", "中签简称", "Name", "text", aliases=("新股名称", "证券名称", "证券简称", "名称")),
        day_column("won_on", "中签日期", "Allotted on", ("中签公布日", "中签日"), required=True),
        FeedColumn(
            "quantity", "中签数量", "Quantity", "number", required=True, aliases=("获配数量", "中签股数"), example="500"
        ),
        money_column(
            "amount_due", "应缴金额", "Amount due", ("应缴款", "缴款金额", "中签金额"), required=True, example="9850.00"
        ),
        day_column("pay_by", "缴款截止日", "Pay by", ("缴款日期", "缴款日"), required=True),
        FeedColumn("paid", "是否已缴款", "Paid", "flag", aliases=("已缴款", "缴款状态")),
    ),
    ("client", "code", "won_on"),
    "events",
    bilingual(
        "当日公布的新股、新债中签及应缴款；之后的文件用同一客户、代码和中签日期更正或标明已缴款。",
        "Allotments of new shares and bonds and what is to be paid; a later file with the same client, code and day corrects one or says that it was paid.",
    ),
    every_day=False,
)
PERMISSIONS_HELD = Feed(
    "permissions_held",
    "业务权限",
    "Permissions held",
    (
        client_column(),
        FeedColumn(
            "permission",
            "业务权限",
            "Permission",
            "text",
            required=True,
            aliases=("权限名称", "权限", "交易权限", "业务类型"),
            example="科创板",
        ),
        day_column("opened_on", "开通日期", "Opened on", ("权限开通日期", "开通日"), required=True),
        day_column("closed_on", "关闭日期", "Closed on", ("权限关闭日期", "关闭日", "注销日期")),
    ),
    ("client", "permission"),
    "snapshot",
    bilingual(
        "客户已开通的业务权限：创业板、科创板、北交所、港股通、融资融券、期权等，全量。",
        "The business permissions that clients hold (ChiNext, STAR, BSE, Stock Connect, margin, options …), delivered whole.",
    ),
    every_day=False,
)
CLIENT_LINES = Feed(
    "client_lines",
    "客户提醒线",
    "Lines set by clients",
    (
        client_column(),
        product_column(),
        FeedColumn(
            "kind",
            "提醒线类别",
            "Line",
            "choice",
            required=True,
            aliases=("提醒类别", "条件类型"),
            choices=(
                ("stop_loss", "止损线", "Stop loss", "止损"),
                ("take_profit", "止盈线", "Take profit", "止盈"),
            ),
        ),
        FeedColumn(
            "price", "提醒价格", "Price", "number", required=True, aliases=("触发价格", "触发价"), example="1520.00"
        ),
    ),
    ("client", "product", "kind"),
    "snapshot",
    bilingual(
        "客户自己设定的止损、止盈提醒价，全量；只用于提醒，不作任何买卖建议。",
        "The stop-loss and take-profit prices that clients set themselves, delivered whole; used to inform, never to advise.",
    ),
    every_day=False,
)
SUPERVISORY_NOTICES = Feed(
    "supervisory_notices",
    "监管与异常交易提示",
    "Supervisory notices",
    (
        client_column(),
        FeedColumn(
            "kind",
            "提示类别",
            "Notice",
            "text",
            required=True,
            aliases=("函件类别", "提示类型", "监管类别"),
            example="异常交易",
        ),
        FeedColumn("reference", "函件编号", "Reference", "text", required=True, aliases=("文号", "编号")),
        day_column("received_on", "收到日期", "Received on", ("收函日期",), required=True),
        day_column("due_on", "办理期限", "Due on", ("答复期限", "回复期限"), required=True),
    ),
    ("client", "reference"),
    "events",
    bilingual(
        "交易所、监管和反洗钱对客户的提示，只有合规人员可见。",
        "Notices of exchanges, supervisors and anti-money-laundering about clients; seen by compliance only.",
    ),
    due=time(8, 30),
    every_day=False,
    is_secret=True,
)
