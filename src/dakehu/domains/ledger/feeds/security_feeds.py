"""The feeds about securities and products: announcements, dates, values and risks."""

from dakehu.domains.ledger.feeds.columns import day_column, product_column
from dakehu.domains.ledger.feeds.feed import Feed, FeedColumn
from dakehu.foundation.base.i18n import bilingual

ANNOUNCEMENTS = Feed(
    "announcements",
    "证券公告",
    "Announcements",
    (
        product_column(),
        day_column("published_on", "公告日期", "Published on", ("公告日", "披露日期", "发布日期"), required=True),
        FeedColumn(
            "kind",
            "公告类别",
            "Class",
            "choice",
            required=True,
            aliases=("公告类型", "公告分类"),
            choices=(
                ("st", "风险警示", "Risk warning (ST)", "ST", "*ST", "实施风险警示", "实施退市风险警示"),
                ("delisting", "退市风险", "Delisting", "退市", "终止上市"),
                ("investigation", "立案调查", "Investigation", "立案"),
                ("forecast", "业绩预告", "Earnings forecast"),
                ("flash", "业绩快报", "Preliminary earnings"),
                ("report", "定期报告", "Periodic report", "年报", "半年报", "季报"),
                ("other", "其他", "Other", "其它"),
            ),
        ),
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
)
SECURITY_EVENTS = Feed(
    "security_events",
    "证券事件",
    "Security events",
    (
        product_column(),
        FeedColumn(
            "kind",
            "事件类别",
            "Event",
            "choice",
            required=True,
            aliases=("事件类型", "事件"),
            choices=(
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
            ),
        ),
        day_column("on", "事件日期", "Event day", ("发生日期", "生效日期", "实施日期"), required=True),
        day_column("record_on", "股权登记日", "Record day", ("登记日",)),
        FeedColumn("note", "事件说明", "Note", "text", aliases=("说明", "备注")),
    ),
    ("product", "kind", "on"),
    "events",
    bilingual(
        "证券将要发生的事件：除权除息、解禁、减持、质押、回购、配股及缴款、可转债强赎、回售、到期。",
        "What is about to happen to a security: ex-date, unlock, reduction, pledge, buyback, rights and their payment, redemption, put, maturity.",
    ),
    every_day=False,
)
PRODUCT_EVENTS = Feed(
    "product_events",
    "产品事件",
    "Product events",
    (
        product_column(),
        FeedColumn(
            "kind",
            "产品事件类别",
            "Product event",
            "choice",
            required=True,
            aliases=("事件类别", "事件类型", "事件"),
            choices=(
                ("maturity", "到期", "Maturity", "产品到期", "到期兑付"),
                ("open", "开放日", "Open day", "开放"),
                ("dividend", "产品分红", "Distribution", "分红"),
            ),
        ),
        day_column("on", "产品事件日期", "Day of the product event", ("事件日期", "发生日期"), required=True),
    ),
    ("product", "kind", "on"),
    "events",
    bilingual("产品的到期日、开放日和分红日。", "The days on which a product matures, opens and distributes."),
    every_day=False,
)
PRODUCT_NAVS = Feed(
    "product_navs",
    "产品净值",
    "Product values",
    (
        product_column(),
        FeedColumn(
            "nav",
            "单位净值",
            "Unit value",
            "number",
            required=True,
            aliases=("净值", "最新净值", "nav"),
            example="1.0325",
        ),
        FeedColumn(
            "warn_nav", "预警线净值", "Warning value", "number", aliases=("净值预警线", "预警净值"), example="0.90"
        ),
        FeedColumn(
            "stop_nav",
            "止损线净值",
            "Stop value",
            "number",
            aliases=("净值止损线", "止损净值", "清盘线净值"),
            example="0.85",
        ),
    ),
    ("product",),
    "day",
    bilingual(
        "产品当日的单位净值，以及合同约定的预警线、止损线。",
        "The unit value of products on the day, with the warning and stop values that the contract names.",
    ),
    every_day=False,
    marks=("warn_nav", "stop_nav"),  # without these a file of codes, days and values is one of prices
)
PRODUCT_RISKS = Feed(
    "product_risks",
    "产品风险等级",
    "Product risk levels",
    (
        product_column(),
        FeedColumn(
            "risk_level",
            "产品风险等级",
            "Product risk",
            "choice",
            required=True,
            choices=(
                ("R1", "R1 低", "R1 low", "低风险"),
                ("R2", "R2 中低", "R2 medium low", "中低风险"),
                ("R3", "R3 中", "R3 medium", "中风险"),
                ("R4", "R4 中高", "R4 medium high", "中高风险"),
                ("R5", "R5 高", "R5 high", "高风险"),
            ),
            example="R3",
        ),
    ),
    ("product",),
    "snapshot",
    bilingual(
        "全部产品的风险等级，有变化时送一次全量。", "The risk levels of all products, delivered whole when one changes."
    ),
    every_day=False,
)
