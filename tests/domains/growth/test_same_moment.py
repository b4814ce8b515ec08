"""Several users claim the same prospect concurrently: one gets it, the others are refused, no limit is exceeded."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from dakehu.domains.growth.models import PoolCounter, PoolEvent, Prospect
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from dakehu.foundation.records.conditional import change_if
from tests.cast import acting, as_system

TOGETHER, LIMIT = 6, 2


@pytest.fixture
def waiting(lin, zhou):
    with acting(zhou):
        perform("growth.add_pool", {"name": "公海", "claims_per_day": LIMIT})
    with acting(lin):
        return [perform("growth.add_prospect", {"name": f"陈{n}", "pool": "公海"}) for n in range(4)]


@pytest.mark.postgres
def test_a_change_of_a_row_that_somebody_else_changed_meanwhile_does_nothing(lin, wang, waiting):
    row = waiting[0]
    with as_system(), act("test.claim"):
        again = Prospect.objects.get(pk=row.pk)
        assert change_if(row, {"owner": None}, {"owner_id": lin.pk})
        assert not change_if(again, {"owner": None}, {"owner_id": wang.pk})
        assert Prospect.objects.get(pk=row.pk).owner_id == lin.pk


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_those_who_claim_at_the_same_moment_one_gets_each_prospect(lin, zhou, wang, waiting):
    users, at_once = [lin, zhou, wang] * (TOGETHER // 3), Barrier(TOGETHER)

    def claim(user):
        ends = Counter()
        try:
            with acting(user):
                at_once.wait(timeout=20)
                for prospect in waiting:
                    try:
                        perform("growth.claim", {"prospect": prospect.pk})
                        ends["claimed"] += 1
                    except Refused:
                        ends["told"] += 1
        finally:
            connection.close()
        return ends

    with ThreadPoolExecutor(TOGETHER) as people:
        total = sum(people.map(claim, users), Counter())
    with as_system():
        events = Counter(PoolEvent.objects.filter(kind="claimed").values_list("prospect_id", flat=True))
        held = Counter(Prospect.objects.exclude(owner=None).values_list("owner_id", flat=True))
        assert set(events.values()) == {1} and total["claimed"] == len(events) == sum(held.values()) == 4
        assert max(held.values()) <= LIMIT
        assert dict(PoolCounter.objects.values_list("user_id", "claims")) == dict(held)
