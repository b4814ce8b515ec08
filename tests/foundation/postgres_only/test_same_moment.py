"""If two users save one row at the same moment, one is notified and no change is lost silently."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from dakehu.domains.clients.models import Client
from dakehu.foundation.base.errors import Conflict
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
TOGETHER = 6


def test_of_those_who_save_one_version_at_the_same_moment_one_succeeds_and_the_others_are_told(lin, zhang):
    at_once = Barrier(TOGETHER)

    def save(number):
        try:
            with acting(lin):
                at_once.wait(timeout=20)
                perform(
                    "clients.change", {"client": zhang.pk, "version": zhang.row_version, "occupation": f"第{number}位"}
                )
            return "saved"
        except Conflict:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(TOGETHER) as people:
        ends = sorted(people.map(save, range(TOGETHER)))
    assert ends == ["saved", *["told"] * (TOGETHER - 1)]
    with as_system():
        assert Client.objects.get(pk=zhang.pk).row_version == zhang.row_version + 1
