# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from django.apps import AppConfig, apps


class WorkbookConfig(AppConfig):
    name = "dakehu.exchange"
    label = "workbook"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        import dakehu.exchange.bi.actions
        import dakehu.exchange.bi.outgoing
        import dakehu.exchange.client_copy.service
        import dakehu.exchange.exports.service
        import dakehu.exchange.imports.erasure
        import dakehu.exchange.imports.service
        import dakehu.exchange.imports.undo
        import dakehu.exchange.inbox.step
        import dakehu.exchange.notices
        import dakehu.exchange.odata.queries
        import dakehu.exchange.pivots.service
        import dakehu.exchange.powerbi.queries
        import dakehu.exchange.renamed
        import dakehu.exchange.scheduled_reports.nightly
        import dakehu.exchange.steps
        import dakehu.exchange.tableau.service  # noqa: F401  (their jobs, actions, former names and labels register themselves)
        from dakehu.exchange.bi import install

        last = apps.get_app_config(
            "connections"
        )  # Django sends migration signals only to apps with tables; this app is listed last
        pre_migrate.connect(install.before_migrations, sender=last, dispatch_uid="dakehu.bi.before")
        post_migrate.connect(install.after_migrations, sender=last, dispatch_uid="dakehu.bi.after")
