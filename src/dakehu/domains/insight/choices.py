"""The choices of insight."""

from dakehu.foundation.schema.fields import Choices


class ReportKind(Choices):
    """Kind of a report."""

    PIVOT = "pivot", "透视表", "Pivot"
    DASHBOARD = "dashboard", "看板", "Dashboard"


class Sharing(Choices):
    """Who else may open a report; each reader sees their own clients in it."""

    NONE = "none", "仅自己", "Nobody else"
    TEAM = "team", "本团队", "The team"
    FIRM = "firm", "全公司", "The firm"


class CardShape(Choices):
    """How a card of a dashboard draws its pivot."""

    FIGURE = "figure", "数字", "Figure"
    LINE = "line", "折线图", "Line"
    BAR = "bar", "柱形图", "Bars"
    PIE = "pie", "饼图", "Pie"
    HEAT = "heat", "热力图", "Heat map"
    TABLE = "table", "表格", "Table"
    FUNNEL = "funnel", "漏斗", "Funnel"
    TEXT = "text", "文字", "Text"


class CardSize(Choices):
    """How wide a card is; on a phone all are as wide as the page."""

    THIRD = "third", "三分之一", "A third"
    HALF = "half", "一半", "Half"
    FULL = "full", "整行", "Full"


class CardChange(Choices):
    """Change of a card of a dashboard."""

    UP = "up", "前移", "Move forward"
    DOWN = "down", "后移", "Move back"
    WIDER = "wider", "变宽", "Make wider"
    NARROWER = "narrower", "变窄", "Make narrower"
    REMOVE = "remove", "删除", "Remove"


class Rhythm(Choices):
    """Days on which a report is generated."""

    DAILY = "daily", "每个交易日", "Every trading day"
    WEEKLY = "weekly", "每周第一个交易日", "The first trading day of a week"
    MONTHLY = "monthly", "每月第一个交易日", "The first trading day of a month"


class FileKind(Choices):
    """File format of a report."""

    WORKBOOK = "workbook", "Excel 工作簿", "Workbook"
    PDF = "pdf", "PDF", "PDF"


class RunState(Choices):
    """Outcome of a report for one recipient."""

    DONE = "done", "已生成", "Made"
    FAILED = "failed", "未能生成", "Failed"
    DROPPED = "dropped", "已停用，不再发送", "Recipient left, dropped"


class BookView(Choices):
    """A view of the book over time."""

    FLOWS = "flows", "资产净流入", "Net inflow by cause"
    COHORTS = "cohorts", "同期群", "Cohorts"
    RETENTION = "retention", "客户留存", "Retention"
    TIERS = "tiers", "级别迁移", "Migration between tiers"
    CONCENTRATION = "concentration", "资产集中度", "Concentration"
    PRODUCTS = "products", "产品渗透", "Product penetration"
    COSTS = "costs", "服务成本与收入", "Service cost and income"


class ReportMail(Choices):
    """What is sent by mail for a scheduled report; the firm's setting."""

    NONE = "none", "不发邮件", "No mail"
    LINK = "link", "只发链接", "A link only"
    FILE = "file", "发文件（仅本机构邮箱）", "The file, to the firm's own domains"
