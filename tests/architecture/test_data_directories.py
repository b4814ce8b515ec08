"""Workers of the suite do not share a data directory."""

import os

from django.conf import settings


def test_every_worker_has_a_home_of_its_own():
    assert str(settings.DAKEHU_HOME) == os.environ["DAKEHU_HOME"]
