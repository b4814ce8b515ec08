"""Paging through a long list: no row twice, none omitted, the same on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients.models import Client
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import count_rows, page_of, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

ASSETS = ("300", None, "100", "300", None, "200", "300", None, "50")


@pytest.fixture
def book(lin):
    """Add nine clients: some with equal assets, some without; segments and branches likewise."""
    with acting(lin):
        for number, assets in enumerate(ASSETS):
            perform(
                "clients.create",
                {
                    "name": f"客户{number}",
                    "code": f"K{number}",
                    "assets": assets,
                    "segment": "AB"[number % 2],
                    "opened_on": f"2024-01-0{number}" if number % 3 else None,
                    "branch": ("SH01", "BJ01", "")[number % 3],
                },
            )


def walk(order, size, are_few=False):
    """Return codes in order, paging to the end and back: both directions must agree."""
    rows, there, places, after = Client.objects.all(), [], [], ""
    while True:
        page = page_of(rows, order, size, after=after, are_few=are_few)
        there.append([row.code for row in page.rows])
        places.append(page)
        if not page.after:
            break
        after = page.after
    assert page_of(rows, order, size, are_few=are_few).before == ""
    back, place = [there[-1]], places[-1].before
    while place:
        page = page_of(rows, order, size, before=place, are_few=are_few)
        back.insert(0, [row.code for row in page.rows])
        place = page.before
    assert [code for page in back for code in page] == [code for page in there for code in page]
    end = page_of(rows, order, size, last=True, are_few=are_few)
    assert [row.code for row in end.rows] == [code for page in there for code in page][-size:] and end.after == ""
    return [code for page in there for code in page]


@pytest.mark.parametrize("size", [1, 2, 4, 20])
@pytest.mark.parametrize(
    "order", ["-assets", "assets", "segment,-assets", "-opened_on,segment", "branch", "-branch,assets", "code"]
)
@pytest.mark.parametrize("are_few", [False, True], ids=["read until full", "sorted at once"])
def test_walking_through_pages_meets_everybody_once_in_order(lin, book, order, size, are_few):
    with acting(lin):
        met = walk(order, size, are_few)
        assert sorted(met) == sorted(f"K{n}" for n in range(9))
        assert met == walk(order, 100)


def test_clients_without_a_value_come_last_in_either_direction(lin, book):
    with acting(lin):
        assert set(walk("-assets", 2)[-3:]) == set(walk("assets", 2)[-3:]) == {"K1", "K4", "K7"}
        assert walk("assets", 2)[0] == "K8" and walk("-assets", 2)[:3] == ["K6", "K3", "K0"]


def test_rows_that_are_few_are_counted_while_they_are_sorted(lin, book):
    with acting(lin):
        with CaptureQueriesContext(connection) as questions:
            page = page_of(Client.objects.all(), "-assets", 3, are_few=True)
        assert page.total == 9 and len(page.rows) == 3
        assert sum('FROM "clients_client"' in question["sql"] for question in questions) == 2  # the sort, the page
        assert page_of(Client.objects.all(), "-assets", 3, after=page.after, are_few=True).total is None
        assert page_of(Client.objects.filter(code="none"), "-assets", 3, are_few=True).total == 0
        assert page_of(Client.objects.all(), "-assets", 3).total is None
        assert page_of(Client.objects.all(), "-assets", 9).total == 9


def test_the_place_does_not_move_when_rows_come_and_go_before_it(lin, book):
    with acting(lin):
        first = page_of(Client.objects.all(), "code", 3)
        perform("clients.create", {"name": "新来的", "code": "K00"})
        second = page_of(Client.objects.all(), "code", 3, after=first.after)
    assert [row.code for row in second.rows] == ["K3", "K4", "K5"]


def test_a_place_of_another_order_is_refused_with_a_remedy(lin, book):
    with acting(lin):
        place = page_of(Client.objects.all(), "code", 3).after
        for wrong in (place[:-3], "???", page_of(Client.objects.all(), "-assets", 3).after):
            with pytest.raises(Refused) as refused:
                page_of(Client.objects.all(), "code", 3, after=wrong)
            assert "回到首页" in str(refused.value)


def test_counting_stops_where_it_was_told_to(lin, book):
    with acting(lin):
        assert count_rows(Client.objects.all(), 5) == (5, True)
        assert count_rows(Client.objects.all(), 9) == count_rows(Client.objects.all()) == (9, False)
