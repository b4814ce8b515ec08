"""Configure the report app."""

from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "dakehu.exchange.reports"
    label = "report"

    def ready(self) -> None:
        """Import the service, which registers its action and job."""
        from dakehu.exchange.reports import service as reports  # noqa: F401  (its action and its job register themselves)
