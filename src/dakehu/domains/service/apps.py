"""Configure the service app."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "dakehu.domains.service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import modules that register their actions, queries and jobs."""
        import dakehu.domains.service.actions
        import dakehu.domains.service.attachments
        import dakehu.domains.service.bulk_import
        import dakehu.domains.service.queries
        import dakehu.domains.service.reactions
        import dakehu.domains.service.renamed  # noqa: F401  (their actions, queries and jobs register themselves)
