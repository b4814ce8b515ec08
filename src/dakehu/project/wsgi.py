"""What the web server runs."""

import gc
import multiprocessing
import os
import sys

from django.core.wsgi import get_wsgi_application

from dakehu.foundation.base import parent_watch

starter = multiprocessing.parent_process()
if os.environ.get(parent_watch.SUPERVISED) and starter is not None and starter.pid is not None:
    parent_watch.end_with_parent(starter.pid)  # first of all: the parent may end while the rest is loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
gc.disable()  # what is loaded stays: see below
application = get_wsgi_application()

from django.db import DatabaseError, connections  # noqa: E402  the settings must be read first

from dakehu.foundation.base.errors import Refused  # noqa: E402
from dakehu.foundation.installation import key_check  # noqa: E402

try:
    key_check.check_keys()  # whichever server starts us: never with keys that are not the ones of this database
except Refused as refusal:
    sys.exit(str(refusal))
except DatabaseError:
    pass  # the database may be away for a moment; /health says so
connections.close_all()

# What was loaded stays until the end: the collector need not look at it again and again while requests are answered.
gc.collect()
gc.freeze()
gc.enable()
