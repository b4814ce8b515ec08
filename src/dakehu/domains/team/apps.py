"""Configure the team app: actors and signing in."""

from django.contrib.auth.signals import user_logged_in

from dakehu.foundation.access.actor import set_actor_source
from dakehu.foundation.domain_config import DomainConfig


class TeamConfig(DomainConfig):
    name = "dakehu.domains.team"
    label = "team"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.team import queries

        set_actor_source(queries.actor_for)
        user_logged_in.disconnect(dispatch_uid="update_last_login")  # signing in is one of our own actions
