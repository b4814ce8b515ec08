from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "dakehu.rooms.service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dakehu.rooms.service import actions, attachments, queries, taking  # noqa: F401  (they register themselves)
