from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "dakehu.exchange.reports"
    label = "report"

    def ready(self) -> None:
        from dakehu.exchange.reports import service as reports  # noqa: F401  (its action and its job register themselves)
