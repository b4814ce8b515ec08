"""The rule of supervised exports among those that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    RuleSource(
        "read_log.supervised_export",
        "超过机构设定客户数的导出，须由申请人以外的人批准，批准后 7 天内导出一次。",
        "An export of more clients than the firm has set is approved by somebody else and made once within 7 days.",
        "",
        "D",
        date(2026, 11, 29),
    )
)
