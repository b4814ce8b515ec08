"""The WSGI application."""

import gc
import multiprocessing
import os
import sys

from django.core.wsgi import get_wsgi_application

from dakehu.foundation.base import parent_watch

starter = multiprocessing.parent_process()
if os.environ.get(parent_watch.SUPERVISED) and starter is not None and starter.pid is not None:
    parent_watch.end_with_parent(starter.pid)  # first: the parent process may exit while the rest is loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
gc.disable()  # loaded modules stay in memory: see below
application = get_wsgi_application()

from django.db import DatabaseError, connections  # noqa: E402  the settings must be read first

from dakehu.foundation.base.errors import Refused  # noqa: E402
from dakehu.foundation.installation import key_check  # noqa: E402

try:
    key_check.check_keys()  # under any server: never start with keys that do not belong to this database
except Refused as refusal:
    sys.exit(str(refusal))
except DatabaseError:
    pass  # the database may be unavailable for a moment; /health reports it
connections.close_all()

# Loaded modules stay until the process exits, so they are frozen: the garbage collector no longer scans them.
gc.collect()
gc.freeze()
gc.enable()
