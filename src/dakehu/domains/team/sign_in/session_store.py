"""Sessions in their table as Django keeps them, found by a statement that is written once: every page begins with it, and
to make it anew each time costs as much as to run it. The same is done for the user behind it (`signin`) and for the state of the
custom fields (`foundation.customs`)."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

from dakehu.foundation.base import clock


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def _get_session_from_db(self) -> Any:
        """The living session of this key; None, and no key any more, where there is none."""
        table = self.model._meta.db_table
        now = connection.ops.adapt_datetimefield_value(clock.now())
        found = self.model.objects.raw(
            f"SELECT * FROM {table} WHERE session_key = %s AND expire_date > %s",  # noqa: S608  name from the model
            [self.session_key, now],
        )
        for session in found:
            return session
        self._session_key = None
        return None
