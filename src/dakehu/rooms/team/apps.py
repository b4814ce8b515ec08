from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class TeamConfig(AppConfig):
    name = "dakehu.rooms.team"
    label = "team"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dakehu.foundation import scope
        from dakehu.rooms.team import actions, calendar, custom_fields, factors, firm, oversight, queries, sessions  # noqa: F401  (they register themselves)

        scope.make_actors_by(queries.actor_for)
        user_logged_in.disconnect(dispatch_uid="update_last_login")  # signing in is an act of ours
