"""Settings for operators: logging, metrics, shutdown. Imported by settings.py."""

from dakehu.foundation.base import env

LOG_FORMAT = env.text("DAKEHU_LOG_FORMAT", "text", zh="日志格式：text 或 json", en="Format of the log: text or json")
if LOG_FORMAT not in ("text", "json"):
    raise env.WrongSetting(f"DAKEHU_LOG_FORMAT={LOG_FORMAT!r}: write text or json")
METRICS_TOKEN = env.secret(
    "DAKEHU_METRICS_TOKEN",
    zh="读取运行指标（/metrics）的令牌；缺省不开放",
    en="Token with which /metrics may be read; closed when absent",
)
METRICS_LOCAL = env.flag(
    "DAKEHU_METRICS_LOCAL",
    False,
    zh="本机可以不用令牌读取 /metrics",
    en="/metrics may be read from this machine without a token",
)
DRAIN_SECONDS = env.number(
    "DAKEHU_DRAIN_SECONDS",
    0,
    zh="停止前先报告“未就绪”多少秒，让负载均衡改走别处",
    en="Seconds for which /ready says no before the desk ends, so that a balancer sends requests elsewhere",
)
REPLICA_URL = env.secret(
    "DAKEHU_REPLICA_URL",
    zh="只读副本的 PostgreSQL 地址（应用角色）；只读页面可从它读取",
    en="PostgreSQL address of a streaming replica (application role), which pages that only read may be read from",
)
REPLICA_LAG = env.number(
    "DAKEHU_REPLICA_LAG", 1, zh="副本最多可落后几秒", en="Seconds that the replica may be behind to be read"
)
REPLICA_AFTER_WRITE = env.number(
    "DAKEHU_REPLICA_AFTER_WRITE",
    10,
    zh="本人提交内容后多少秒内只读主库",
    en="Seconds for which whoever has written reads from the primary",
)
BACKUP_PASSWORD_FILE = env.text(
    "DAKEHU_BACKUP_PASSWORD_FILE",
    "",
    zh="备份密码所在的文件（不要放在数据目录里）",
    en="File that holds the password of backups (not in the data directory)",
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "dakehu.foundation.base.log_lines.TextLines"},
        "json": {"()": "dakehu.foundation.base.log_lines.JsonLines"},
    },
    "filters": {
        "surveys": {"()": "dakehu.interfaces.survey_log_filter.SurveyFilter"},
        "number": {"()": "dakehu.foundation.base.log_lines.RequestNumber"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["surveys", "number"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"dakehu": {"level": "INFO"}, "axes": {"level": "ERROR"}},
}
