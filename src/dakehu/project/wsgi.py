"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
application = get_wsgi_application()

# What was loaded stays until the end: the collector need not look at it again and again while requests are answered.
gc.collect()
gc.freeze()
