"""The feeds: facts that come every day and that no trade statement holds. The order is that of pages and documents."""

from datetime import time

from dakehu.domains.ledger.feeds.feed import KINDS, STORAGES, Feed, FeedColumn
from dakehu.foundation.base.i18n import bilingual

YUAN = "元"


def _client(**more: object) -> FeedColumn:
    return FeedColumn(
        "client",
        "客户号",
        "Client code",
        "client",
        required=True,
        aliases=("客户编号", "客户代码", "资产账户客户号", "clientcode", "client_code", "clientid", "custno"),
        example="K000001",
        **more,  # type: ignore[arg-type]
    )


def _product(**more: object) -> FeedColumn:
    return FeedColumn(
        "product",
        "证券代码",
        "Security code",
        "product",
        required=not more.get("lenient"),
        aliases=("产品代码", "代码", "股票代码", "基金代码", "code", "securitycode", "symbol", "ticker"),
        example="600519",
        **more,  # type: ignore[arg-type]
    )


def _money(name: str, zh: str, en: str, aliases: tuple[str, ...] = (), **more: object) -> FeedColumn:
    return FeedColumn(name, zh, en, "money", aliases=aliases, unit=YUAN, **more)  # type: ignore[arg-type]


def _day(name: str, zh: str, en: str, aliases: tuple[str, ...] = (), **more: object) -> FeedColumn:
    return FeedColumn(name, zh, en, "day", aliases=aliases, **more)  # type: ignore[arg-type]


BALANCES = Feed(
    "balances",
    "日终资产",
    "End-of-day balances",
    (
        _client(),
        _money("cash", "资金余额", "Cash", ("现金", "资金", "可用资金", "资金资产"), required=True, example="120000.00"),
        _money("securities", "证券市值", "Securities", ("股票市值", "证券资产", "持仓市值"), required=True, example="880000.00"),
        _money("products", "产品市值", "Products", ("理财市值", "场外产品市值", "金融产品市值", "otcproducts")),
        _money("restricted", "限售市值", "Restricted shares", ("限售股市值", "限售股份市值")),
        _money("margin_assets", "信用资产", "Margin assets", ("信用账户总资产", "两融资产", "信用账户资产")),
        _money("margin_debt", "融资融券负债", "Margin debt", ("两融负债", "信用负债", "融资负债")),
        _money(
            "total",
            "总资产",
            "Total assets",
            ("净资产", "客户总资产", "资产总额", "totalassets"),
            required=True,
            help_zh="净值：资金 + 证券 + 产品 + 信用资产 − 两融负债",
            help_en="Net: cash + securities + products + margin assets − margin debt",
            example="1000000.00",
        ),
        _money("deposits", "转入金额", "Deposits", ("转入", "银证转入", "当日转入", "流入金额"),
               help_zh="当日银证转入与证券转入（按当日市值）", help_en="Money and securities (at the day's value) moved in"),
        _money("withdrawals", "转出金额", "Withdrawals", ("转出", "银证转出", "当日转出", "流出金额"),
               help_zh="当日银证转出与证券转出（按当日市值），写正数", help_en="Money and securities moved out, as a positive amount"),
        _money("commission", "净佣金", "Net commission", ("佣金", "当日佣金")),
    ),
    ("client",),
    "day",
    bilingual(
        "每个客户每个交易日收市后的资产：资金、证券、产品、信用资产与负债、总资产（净值）和当日转入转出。",
        "What each client has after the close of a trading day: cash, securities, products, margin assets and debt, the net total, and what was moved in and out.",
    ),
)  # fmt: skip
ACTIVITY = Feed(
    "activity",
    "客户活跃度",
    "Client activity",
    (
        _client(),
        FeedColumn("logins", "登录次数", "Logins", "count", required=True, aliases=("登录", "登陆次数"), example="3"),
        FeedColumn("orders", "委托笔数", "Orders", "count", required=True, aliases=("委托", "委托次数", "下单笔数"), example="2"),
        FeedColumn("cancelled_orders", "撤单笔数", "Cancelled orders", "count", aliases=("撤单", "撤单次数", "撤销笔数")),
    ),
    ("client",),
    "day",
    bilingual(
        "每个客户当日的登录、委托和撤单次数；没有登录也没有委托的客户可以不列。",
        "How often each client signed in, ordered and cancelled on the day; clients who did neither may be left out.",
    ),
)  # fmt: skip
MARGIN_CONTRACTS = Feed(
    "margin_contracts",
    "融资融券合约",
    "Margin contracts",
    (
        _client(),
        FeedColumn("contract", "合约编号", "Contract", "text", required=True, aliases=("合约号", "合同编号", "contractno"), example="RZ2026-0001"),
        _day("opened_on", "开仓日期", "Opened on", ("合约日期", "开始日期", "起始日")),
        _day("ends_on", "到期日期", "Ends on", ("合约到期日", "到期日", "归还截止日"), required=True),
        _money("debt", "合约负债", "Debt", ("负债金额", "负债", "未还负债"), required=True),
        FeedColumn("ratio", "维持担保比例", "Maintenance ratio", "share", required=True, unit="%", aliases=("担保比例", "维保比例"), example="156.3%"),
        FeedColumn("warn_line", "警戒线", "Warning line", "share", unit="%", aliases=("预警线",), example="140%"),
        FeedColumn("close_line", "平仓线", "Closing line", "share", unit="%", aliases=("强平线", "最低线"), example="130%"),
    ),
    ("client", "contract"),
    "snapshot",
    bilingual(
        "当日全部未了结的融资融券合约，以及合同约定的警戒线和平仓线。",
        "All margin contracts open on the day, with the warning and closing lines that the contract names.",
    ),
)  # fmt: skip
ALLOTMENTS = Feed(
    "allotments",
    "新股新债中签",
    "Allotments",
    (
        _client(),
        FeedColumn("product", "证券产品", "Security", "product", lenient=True, aliases=("中签产品代码",)),
        FeedColumn("code", "中签代码", "Allotted code", "text", required=True, aliases=("申购代码", "新股代码", "配号代码", "证券代码"), example="787001"),
        FeedColumn("name", "中签简称", "Name", "text", aliases=("新股名称", "证券名称", "证券简称", "名称")),
        _day("won_on", "中签日期", "Allotted on", ("中签公布日", "中签日"), required=True),
        FeedColumn("quantity", "中签数量", "Quantity", "number", required=True, aliases=("获配数量", "中签股数"), example="500"),
        _money("amount_due", "应缴金额", "Amount due", ("应缴款", "缴款金额", "中签金额"), required=True, example="9850.00"),
        _day("pay_by", "缴款截止日", "Pay by", ("缴款日期", "缴款日"), required=True),
        FeedColumn("paid", "是否已缴款", "Paid", "flag", aliases=("已缴款", "缴款状态")),
    ),
    ("client", "code", "won_on"),
    "events",
    bilingual(
        "当日公布的新股、新债中签及应缴款；之后的文件用同一客户、代码和中签日期更正或标明已缴款。",
        "Allotments of new shares and bonds and what is to be paid; a later file with the same client, code and day corrects one or says that it was paid.",
    ),
    every_day=False,
)  # fmt: skip
ANNOUNCEMENTS = Feed(
    "announcements",
    "证券公告",
    "Announcements",
    (
        _product(),
        _day("published_on", "公告日期", "Published on", ("公告日", "披露日期", "发布日期"), required=True),
        FeedColumn("kind", "公告类别", "Class", "choice", required=True, aliases=("公告类型", "公告分类"), choices=(
            ("st", "风险警示", "Risk warning (ST)", "ST", "*ST", "实施风险警示", "实施退市风险警示"),
            ("delisting", "退市风险", "Delisting", "退市", "终止上市"),
            ("investigation", "立案调查", "Investigation", "立案"),
            ("forecast", "业绩预告", "Earnings forecast"),
            ("flash", "业绩快报", "Preliminary earnings"),
            ("report", "定期报告", "Periodic report", "年报", "半年报", "季报"),
            ("other", "其他", "Other", "其它"),
        )),
        FeedColumn("title", "公告标题", "Title", "text", required=True, aliases=("标题", "公告名称")),
        FeedColumn("link", "公告链接", "Link", "text", aliases=("链接", "网址", "url")),
    ),
    ("product", "published_on", "kind", "title"),
    "events",
    bilingual(
        "当日的证券公告，按类别：风险警示、退市、立案、业绩预告、快报、定期报告、其他。",
        "Announcements of securities by class: risk warning, delisting, investigation, forecast, preliminary earnings, periodic report, other.",
    ),
    every_day=False,
)  # fmt: skip
SECURITY_EVENTS = Feed(
    "security_events",
    "证券事件",
    "Security events",
    (
        _product(),
        FeedColumn("kind", "事件类别", "Event", "choice", required=True, aliases=("事件类型", "事件"), choices=(
            ("ex_date", "除权除息", "Ex-date", "分红", "派息", "送转"),
            ("unlock", "限售解禁", "Unlock", "解禁"),
            ("reduction", "股东减持", "Reduction", "减持"),
            ("pledge", "股权质押", "Pledge", "质押"),
            ("buyback", "股份回购", "Buyback", "回购"),
            ("rights", "配股", "Rights issue"),
            ("rights_payment", "配股缴款", "Rights payment"),
            ("call", "强制赎回", "Forced redemption", "强赎", "赎回"),
            ("put", "回售", "Put"),
            ("maturity", "到期", "Maturity", "到期兑付"),
        )),
        _day("on", "事件日期", "Event day", ("发生日期", "生效日期", "实施日期"), required=True),
        _day("record_on", "股权登记日", "Record day", ("登记日",)),
        FeedColumn("note", "事件说明", "Note", "text", aliases=("说明", "备注")),
    ),
    ("product", "kind", "on"),
    "events",
    bilingual(
        "证券将要发生的事件：除权除息、解禁、减持、质押、回购、配股及缴款、可转债强赎、回售、到期。",
        "What is about to happen to a security: ex-date, unlock, reduction, pledge, buyback, rights and their payment, redemption, put, maturity.",
    ),
    every_day=False,
)  # fmt: skip
PRODUCT_EVENTS = Feed(
    "product_events",
    "产品事件",
    "Product events",
    (
        _product(),
        FeedColumn("kind", "产品事件类别", "Product event", "choice", required=True, aliases=("事件类别", "事件类型", "事件"), choices=(
            ("maturity", "到期", "Maturity", "产品到期", "到期兑付"),
            ("open", "开放日", "Open day", "开放"),
            ("dividend", "产品分红", "Distribution", "分红"),
        )),
        _day("on", "产品事件日期", "Day of the product event", ("事件日期", "发生日期"), required=True),
    ),
    ("product", "kind", "on"),
    "events",
    bilingual("产品的到期日、开放日和分红日。", "The days on which a product matures, opens and distributes."),
    every_day=False,
)  # fmt: skip
PRODUCT_NAVS = Feed(
    "product_navs",
    "产品净值",
    "Product values",
    (
        _product(),
        FeedColumn("nav", "单位净值", "Unit value", "number", required=True, aliases=("净值", "最新净值", "nav"), example="1.0325"),
        FeedColumn("warn_nav", "预警线净值", "Warning value", "number", aliases=("净值预警线", "预警净值"), example="0.90"),
        FeedColumn("stop_nav", "止损线净值", "Stop value", "number", aliases=("净值止损线", "止损净值", "清盘线净值"), example="0.85"),
    ),
    ("product",),
    "day",
    bilingual(
        "产品当日的单位净值，以及合同约定的预警线、止损线。",
        "The unit value of products on the day, with the warning and stop values that the contract names.",
    ),
    every_day=False,
    marks=("warn_nav", "stop_nav"),  # without these a file of codes, days and values is one of prices
)  # fmt: skip
PRODUCT_RISKS = Feed(
    "product_risks",
    "产品风险等级",
    "Product risk levels",
    (
        _product(),
        FeedColumn("risk_level", "产品风险等级", "Product risk", "choice", required=True, choices=(
            ("R1", "R1 低", "R1 low", "低风险"),
            ("R2", "R2 中低", "R2 medium low", "中低风险"),
            ("R3", "R3 中", "R3 medium", "中风险"),
            ("R4", "R4 中高", "R4 medium high", "中高风险"),
            ("R5", "R5 高", "R5 high", "高风险"),
        ), example="R3"),
    ),
    ("product",),
    "snapshot",
    bilingual("全部产品的风险等级，有变化时送一次全量。", "The risk levels of all products, delivered whole when one changes."),
    every_day=False,
)  # fmt: skip
PERMISSIONS_HELD = Feed(
    "permissions_held",
    "业务权限",
    "Permissions held",
    (
        _client(),
        FeedColumn("permission", "业务权限", "Permission", "text", required=True, aliases=("权限名称", "权限", "交易权限", "业务类型"), example="科创板"),
        _day("opened_on", "开通日期", "Opened on", ("权限开通日期", "开通日"), required=True),
        _day("closed_on", "关闭日期", "Closed on", ("权限关闭日期", "关闭日", "注销日期")),
    ),
    ("client", "permission"),
    "snapshot",
    bilingual(
        "客户已开通的业务权限：创业板、科创板、北交所、港股通、融资融券、期权等，全量。",
        "The business permissions that clients hold (ChiNext, STAR, BSE, Stock Connect, margin, options …), delivered whole.",
    ),
    every_day=False,
)  # fmt: skip
CLIENT_LINES = Feed(
    "client_lines",
    "客户提醒线",
    "Lines set by clients",
    (
        _client(),
        _product(),
        FeedColumn("kind", "提醒线类别", "Line", "choice", required=True, aliases=("提醒类别", "条件类型"), choices=(
            ("stop_loss", "止损线", "Stop loss", "止损"),
            ("take_profit", "止盈线", "Take profit", "止盈"),
        )),
        FeedColumn("price", "提醒价格", "Price", "number", required=True, aliases=("触发价格", "触发价"), example="1520.00"),
    ),
    ("client", "product", "kind"),
    "snapshot",
    bilingual(
        "客户自己设定的止损、止盈提醒价，全量；只用于提醒，不作任何买卖建议。",
        "The stop-loss and take-profit prices that clients set themselves, delivered whole; used to inform, never to advise.",
    ),
    every_day=False,
)  # fmt: skip
SUPERVISORY_NOTICES = Feed(
    "supervisory_notices",
    "监管与异常交易提示",
    "Supervisory notices",
    (
        _client(),
        FeedColumn("kind", "提示类别", "Notice", "text", required=True, aliases=("函件类别", "提示类型", "监管类别"), example="异常交易"),
        FeedColumn("reference", "函件编号", "Reference", "text", required=True, aliases=("文号", "编号")),
        _day("received_on", "收到日期", "Received on", ("收函日期",), required=True),
        _day("due_on", "办理期限", "Due on", ("答复期限", "回复期限"), required=True),
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
)  # fmt: skip

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        BALANCES,
        ACTIVITY,
        MARGIN_CONTRACTS,
        ALLOTMENTS,
        ANNOUNCEMENTS,
        SECURITY_EVENTS,
        PRODUCT_EVENTS,
        PRODUCT_NAVS,
        PRODUCT_RISKS,
        PERMISSIONS_HELD,
        CLIENT_LINES,
        SUPERVISORY_NOTICES,
    )
}


def feed_of(name: str) -> Feed:
    """Return a feed by its name. Raises KeyError for an unknown one."""
    return FEEDS[name]


def _check(feed: Feed) -> None:
    """Raise ValueError for a declaration that contradicts itself."""
    names = [column.name for column in feed.columns]
    unknown = [column.name for column in feed.columns if column.kind not in KINDS]
    if unknown or len(set(names)) < len(names) or feed.storage not in STORAGES or not set(feed.key) <= set(names):
        raise ValueError(f"feed {feed.name}: columns {names}, key {feed.key}, storage {feed.storage}")


for _feed in FEEDS.values():
    _check(_feed)
