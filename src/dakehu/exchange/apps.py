from django.apps import AppConfig


class WorkbookConfig(AppConfig):
    name = "dakehu.exchange"
    label = "workbook"

    def ready(self) -> None:
        import dakehu.exchange.exports.service
        import dakehu.exchange.imports.service
        import dakehu.exchange.imports.undo  # noqa: F401  (their jobs and actions register themselves)
