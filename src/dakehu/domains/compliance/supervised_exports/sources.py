"""The rule of supervised exports that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    RuleSource(
        "read_log.supervised_export",
        "超过机构设定客户数的导出，须由申请人以外的人批准：文件在 7 天内导出一次，实时读取、程序读取、SQL 登录和在线表格 90 天内有效。",
        "An export of more clients than the firm has set is approved by somebody else: a file once within 7 days, a way that stays open for 90.",
        "",
        "D",
        date(2026, 11, 29),
    )
)
