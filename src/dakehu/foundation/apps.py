# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from dakehu.foundation.base import network_gate
from dakehu.foundation.database import any_of_lookup


class FoundationConfig(AppConfig):
    name = "dakehu.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dakehu.foundation.access.encrypted_fields import set_decryption_recorder
        from dakehu.foundation.records.recorded import record_decryption

        any_of_lookup.register()
        if settings.TRAINING:
            network_gate.close_network()
        set_decryption_recorder(record_decryption)
        connection_created.connect(_guard, dispatch_uid="dakehu.tripwire")
        pre_migrate.connect(_prepare_keys, sender=self, dispatch_uid="dakehu.keys.before")
        post_migrate.connect(_protect_rows, sender=self, dispatch_uid="dakehu.rows")
        post_migrate.connect(_check_keys, sender=self, dispatch_uid="dakehu.keys.after")


def _guard(connection: Any, **_: Any) -> None:
    """Install the query guard on every new connection; tune SQLite for one writer and many readers."""
    from dakehu.foundation.access.query_guard import query_guard

    if query_guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(query_guard)


def _prepare_keys(using: str, **_: Any) -> None:
    from dakehu.foundation.installation import key_check

    key_check.prepare_keys(using)


def _check_keys(using: str, **_: Any) -> None:
    from dakehu.foundation.installation import key_check

    key_check.check_keys(using)


def _protect_rows(using: str, **_: Any) -> None:
    from dakehu.foundation import row_security

    row_security.install(using)
