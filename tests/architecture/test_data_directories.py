"""Workers of the test run do not share a data directory."""

import os

from django.conf import settings


def test_every_worker_has_its_own_data_directory():
    assert str(settings.DAKEHU_HOME) == os.environ["DAKEHU_HOME"]
