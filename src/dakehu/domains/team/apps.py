"""Configure the team app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from dakehu.foundation.access.actor import set_actor_source


class TeamConfig(AppConfig):
    name = "dakehu.domains.team"
    label = "team"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import modules that register themselves, and set the source of actors."""
        import dakehu.domains.team.actions
        import dakehu.domains.team.audit_queries
        import dakehu.domains.team.calendar
        import dakehu.domains.team.custom_fields
        import dakehu.domains.team.queries
        import dakehu.domains.team.renamed
        import dakehu.domains.team.sign_in.second_factors
        import dakehu.domains.team.sign_in.sessions
        import dakehu.domains.team.sign_in.single_sign_on  # noqa: F401  (their actions, queries and jobs register themselves)
        from dakehu.domains.team import queries

        set_actor_source(queries.actor_for)
        user_logged_in.disconnect(dispatch_uid="update_last_login")  # our own action records the sign-in
