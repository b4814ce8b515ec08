"""The rules of reading and exporting that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

FROM = date(2026, 11, 29)

declare(
    RuleSource(
        "read_log.kept",
        "打开客户资料和导出数据逐次登记，供合规查阅；默认保存 1095 天。",
        "Opening a client and taking data out is recorded for compliance, kept 1,095 days unless the firm says otherwise.",
        "",
        "D",
        FROM,
    ),
    RuleSource(
        "read_log.watermark",
        "屏幕和导出的文件带有查看人和时间的水印。",
        "Screens and exported files carry who saw them and when.",
        "JR/T 0171-2020、JR/T 0250-2022（附表未核对）",
        "K",
        FROM,
    ),
)
