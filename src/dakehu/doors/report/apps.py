from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "dakehu.doors.report"
    label = "report"

    def ready(self) -> None:
        from dakehu.doors.report import giving  # noqa: F401  (its action and its job register themselves)
