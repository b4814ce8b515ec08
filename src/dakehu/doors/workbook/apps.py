from django.apps import AppConfig


class WorkbookConfig(AppConfig):
    name = "dakehu.doors.workbook"
    label = "workbook"

    def ready(self) -> None:
        from dakehu.doors.workbook import intake, outgo, undoing  # noqa: F401  (their jobs and actions register themselves)
