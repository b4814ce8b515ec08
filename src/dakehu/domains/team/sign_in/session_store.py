"""Django's database sessions, loaded with one fixed SQL statement.

Every page loads one, and compiling the query costs as much as running it. The same is done for the user
(`backends.user_behind`) and the state of custom fields (`foundation.schema.custom_fields`).
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

from dakehu.foundation.base import clock


class SessionStore(db.SessionStore):
    """Database sessions with a fixed load statement."""

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def _get_session_from_db(self) -> Any:
        """Return the live session of this key; without one, return None and clear the key."""
        table = self.model._meta.db_table
        now = connection.ops.adapt_datetimefield_value(clock.now())
        sessions = self.model.objects.raw(
            f"SELECT * FROM {table} WHERE session_key = %s AND expire_date > %s",  # noqa: S608  name from the model
            [self.session_key, now],
        )
        for session in sessions:
            return session
        self._session_key = None
        return None
