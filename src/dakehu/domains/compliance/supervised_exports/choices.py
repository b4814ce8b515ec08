"""Choices of supervised exports."""

from dakehu.foundation.schema.fields import Choices


class ExportRequestState(Choices):
    """State of a request to export."""

    WAITING = "waiting", "待审批", "Waiting"
    APPROVED = "approved", "已批准", "Approved"
    REJECTED = "rejected", "已退回", "Sent back"
    USED = "used", "已导出", "Exported"


class ExportWay(Choices):
    """The ways by which the records of many clients are exported."""

    WORKBOOK = "workbook", "表格（工作簿）", "Workbook"
    REPORTS = "reports", "客户报告（PDF）", "Reports (PDF)"
    TABLEAU = "tableau", "Tableau 数据", "Data for Tableau"
    ODATA = "odata", "实时读取（Excel、Power BI）", "Live reading (Excel, Power BI)"
    PROGRAMS = "programs", "程序读取（API、Arrow、AI 助手）", "Programs (API, Arrow, assistants)"
    SQL = "sql", "SQL 登录", "SQL login"
    SHEETS = "sheets", "在线表格", "Linked sheets"
    SCHEDULES = "schedules", "定期报表（含客户明细）", "Scheduled reports with rows of clients"


# Ways that stay open: their approval is not used up by one reading but expires.
STANDING_WAYS = frozenset({ExportWay.ODATA, ExportWay.PROGRAMS, ExportWay.SQL, ExportWay.SHEETS, ExportWay.SCHEDULES})
