from django.apps import AppConfig


class WorkbookConfig(AppConfig):
    name = "dakehu.exchange"
    label = "workbook"

    def ready(self) -> None:
        import dakehu.exchange.exports.service
        import dakehu.exchange.imports.service
        import dakehu.exchange.imports.undo
        import dakehu.exchange.inbox.step
        import dakehu.exchange.notices
        import dakehu.exchange.odata.queries
        import dakehu.exchange.renamed
        import dakehu.exchange.steps  # noqa: F401  (their jobs, actions, former names and labels register themselves)
