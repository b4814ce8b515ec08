"""Lists in which a text finds more clients than are put in order: walked in their own order, nobody left out."""

import pytest

from dakehu.domains.clients import queries, search
from dakehu.domains.clients.models import SearchLine
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import page_of, perform
from dakehu.foundation.search.text import fragment
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

NAMES = ("张伟", "張三丰", "李张琴", "王五", "赵六", "张家港投资")


@pytest.fixture
def book(lin, monkeypatch):
    """Six clients, four of them with 张 in the name, while the index is asked for two lines only."""
    monkeypatch.setattr(search, "MOST", 2)
    monkeypatch.setattr(search, "SORTED", 2)
    with acting(lin):
        for number, name in enumerate(NAMES):
            perform(
                "clients.create",
                {"name": name, "code": f"K{number}", "assets": 100 * number, "segment": "AB"[number % 2]},
            )


def told(listing, order):
    return [row.code for row in page_of(listing.rows, order, 50).rows]


def test_a_common_character_finds_everybody_in_the_order_of_the_list(he, book):
    with acting(he):
        listing = queries.listing(text="张", order="-assets")
        assert told(listing, "-assets") == ["K5", "K2", "K1", "K0"]
        assert [row.code for row in queries.clients(text="张", order="-assets")] == ["K5", "K2", "K1", "K0"]


def test_the_number_of_such_a_list_says_that_there_are_more(he, book):
    with acting(he):
        number, more = queries.listing(text="张").counted()
        assert 1 <= number <= 4 and more
        assert queries.listing(text="王五").counted() == (1, False)


def test_filters_hold_while_the_list_is_walked(he, book):
    with acting(he):
        assert told(queries.listing(text="张", filters={"segment": "B"}, order="-assets"), "-assets") == ["K5", "K1"]


def test_initials_are_walked_too(he, book):
    with acting(he):
        assert told(queries.listing(text="z", order="code"), "code") == ["K0", "K1", "K4", "K5"]


@pytest.mark.parametrize("few", [0, 5_000], ids=["by the index", "line by line"])
def test_a_manager_finds_own_clients_only_however_common_the_text(lin, wang, book, few, monkeypatch):
    monkeypatch.setattr(search, "FEW", few)
    with acting(wang):
        perform("clients.create", {"name": "张小北", "code": "W1"})
        assert told(queries.listing(text="张", order="code"), "code") == ["W1"]
    with acting(lin):
        assert told(queries.listing(text="张", order="code"), "code") == ["K0", "K1", "K2", "K5"]
        assert queries.listing(text="张").counted() == (4, False)
        assert {row["code"] for row in search.search(text="张")["rows"]} == {"K0", "K1", "K2", "K5"}


def test_masked_readers_do_not_find_by_names_when_the_list_is_walked(an, book):
    with acting(an):
        assert told(queries.listing(text="张", order="code"), "code") == []
        assert len(told(queries.listing(text="K", order="code"), "code")) == 6


def test_clients_behind_a_wall_stay_hidden_from_those_who_see_nearly_everybody(an, he, book):
    with acting(he):
        perform("clients.set_information_wall", {"client": "K1", "walled": True, "reason": "并购项目"})
    with acting(an):
        assert told(queries.listing(text="K", order="code"), "code") == ["K0", "K2", "K3", "K4", "K5"]
        assert "K1" not in set(SearchLine.objects.values_list("client__code", flat=True))
        assert "K1" not in {row["code"] for row in search.search(text="K1")["rows"]}


def test_a_list_without_the_right_to_read_clients_is_refused(lin, book):
    from dataclasses import replace

    from dakehu.domains.team.queries import actor_of

    with acting_as(replace(actor_of(lin), permissions=frozenset())), pytest.raises(NotAllowed):
        queries.listing(text="张")


def test_that_a_list_is_long_is_taken_as_known_for_a_minute_and_a_short_one_is_counted_each_time(he, lin, book):
    with acting(he):
        assert queries.listing(text="张").counted()[1] and search._many.get(fragment("张"))
        assert queries.listing(text="王五").counted() == (1, False)
    with acting(lin):
        perform("clients.create", {"name": "王五六", "code": "W2"})
    with acting(he):
        assert queries.listing(text="王五").counted() == (2, False)


def test_a_list_that_became_short_since_says_its_true_number(he, book, monkeypatch):
    with acting(he):
        queries.listing(text="张")
        monkeypatch.setattr(search, "MOST", 50)
        assert queries.listing(text="张").counted() == (4, False)
        assert told(queries.listing(text="张", order="-assets"), "-assets") == ["K5", "K2", "K1", "K0"]
