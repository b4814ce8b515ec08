"""Settings for those who operate the desk: the log, the figures, how it ends. Imported by settings.py."""

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
