"""Lists in which a text finds more clients than are sorted: read in their own order, no client left out."""

import pytest

from dakehu.domains.clients import queries, rare_segments, search
from dakehu.domains.clients.models import SearchLine
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import pagination, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

NAMES = ("张伟", "張三丰", "李张琴", "王五", "赵六", "张家港投资")


@pytest.fixture(params=[2, 100], ids=["walked line by line", "walked among candidates"])
def book(request, lin, monkeypatch):
    """Six clients, four of them with 张 in the name, while the index is limited to two lines."""
    monkeypatch.setattr(search, "MOST", 2)
    monkeypatch.setattr(search, "SORTED", 2)
    monkeypatch.setattr(search, "CANDIDATES", request.param)
    with acting(lin):
        for number, name in enumerate(NAMES):
            perform(
                "clients.create",
                {"name": name, "code": f"K{number}", "assets": 100 * number, "segment": "AB"[number % 2]},
            )


def report(listing, order):
    return [row.code for row in listing.page(order, 50).rows]


def walk(listing, order, size):
    """Return codes of all pages from first to last, and of all from last to first."""
    there, page = [], listing.page(order, size)
    while True:
        there += [row.code for row in page.rows]
        if not page.after:
            break
        page = listing.page(order, size, after=page.after)
    page = listing.page(order, size, last=True)
    back = [row.code for row in page.rows]
    while page.before:
        page = listing.page(order, size, before=page.before)
        back = [row.code for row in page.rows] + back
    return there, back


def test_a_common_character_finds_everybody_in_the_order_of_the_list(he, book):
    with acting(he):
        listing = queries.listing(text="张", order="-assets")
        assert report(listing, "-assets") == ["K5", "K2", "K1", "K0"]
        assert [row.code for row in queries.clients(text="张", order="-assets")] == ["K5", "K2", "K1", "K0"]


def test_the_number_of_such_a_list_says_that_there_are_more(he, book):
    with acting(he):
        number, more = queries.listing(text="张").counted()
        assert 1 <= number <= 4 and more
        assert queries.listing(text="王五").counted() == (1, False)


def test_filters_hold_while_the_list_is_walked(he, book):
    with acting(he):
        assert report(queries.listing(text="张", filters={"segment": "B"}, order="-assets"), "-assets") == ["K5", "K1"]


@pytest.mark.parametrize("order", ["-assets", "assets", "-last_contact_on", "code", "-opened_on,segment"])
@pytest.mark.parametrize("worthwhile", [1, 10], ids=["from an index", "among those that pass the filters"])
def test_pages_of_candidates_meet_everybody_once_in_order(he, lin, book, order, worthwhile, monkeypatch):
    """Two candidates are tested at a time, so that no page is full from one reading."""
    monkeypatch.setattr(pagination, "AHEAD", 2)
    monkeypatch.setattr(pagination, "WORTHWHILE", worthwhile)
    with acting(lin):
        for number in range(6, 14):
            perform(
                "clients.create",
                {
                    "name": f"张{number}",
                    "code": f"K{number:02}",
                    "assets": 50 * number if number % 3 else None,
                    "segment": "AB"[number % 2],
                    "opened_on": f"2024-01-{number}" if number % 4 else None,
                },
            )
    with acting(he):
        wanted = [row.code for row in queries.clients(text="张", filters={"segment": "B"}).order_by("pk")]
        there, back = walk(queries.listing(text="张", filters={"segment": "B"}, order=order), order, 3)
        assert there == back and sorted(there) == sorted(wanted) and len(wanted) == 6
        whole = queries.listing(filters={"segment": "B"}, order=order)
        assert there == [code for code in walk(whole, order, 50)[0] if code in wanted]


def test_candidates_that_only_hold_the_same_characters_are_left_out(he, lin, book):
    with acting(lin):
        for number, name in enumerate(("三小张", "张小三", "三张", "张三")):
            perform("clients.create", {"name": name, "code": f"L{number}"})
    with acting(he):
        assert report(queries.listing(text="张三", order="code"), "code") == ["K1", "L3"]


def test_initials_are_walked_too(he, book):
    with acting(he):
        assert report(queries.listing(text="z", order="code"), "code") == ["K0", "K1", "K4", "K5"]


@pytest.mark.parametrize("few", [0, 5_000], ids=["by the index", "line by line"])
def test_a_manager_finds_own_clients_only_however_common_the_text(lin, wang, book, few, monkeypatch):
    monkeypatch.setattr(search, "FEW", few)
    with acting(wang):
        perform("clients.create", {"name": "张小北", "code": "W1"})
        assert report(queries.listing(text="张", order="code"), "code") == ["W1"]
    with acting(lin):
        assert report(queries.listing(text="张", order="code"), "code") == ["K0", "K1", "K2", "K5"]
        assert queries.listing(text="张").counted() == (4, False)
        assert {row["code"] for row in search.search(text="张")["rows"]} == {"K0", "K1", "K2", "K5"}


def test_masked_readers_do_not_find_by_names_when_the_list_is_walked(an, book):
    with acting(an):
        assert report(queries.listing(text="张", order="code"), "code") == []
        assert len(report(queries.listing(text="K", order="code"), "code")) == 6


def test_clients_behind_a_wall_stay_hidden_from_those_who_see_nearly_everybody(an, he, book):
    with acting(he):
        perform("clients.set_information_wall", {"client": "K1", "walled": True, "reason": "并购项目"})
    with acting(an):
        assert report(queries.listing(text="K", order="code"), "code") == ["K0", "K2", "K3", "K4", "K5"]
        assert "K1" not in set(SearchLine.objects.values_list("client__code", flat=True))
        assert "K1" not in {row["code"] for row in search.search(text="K1")["rows"]}


def test_a_list_without_the_right_to_read_clients_is_refused(lin, book):
    from dataclasses import replace

    from dakehu.domains.team.queries import actor_of

    with acting_as(replace(actor_of(lin), permissions=frozenset())), pytest.raises(NotAllowed):
        queries.listing(text="张")


def test_that_a_list_is_long_is_taken_as_known_for_a_minute_and_a_short_one_is_counted_each_time(he, lin, book):
    with acting(he):
        first = queries.listing(text="张").counted()
        assert first[1] and queries.listing(text="王五").counted() == (1, False)
    with acting(lin):
        perform("clients.create", {"name": "王五六", "code": "W2"})
        perform("clients.create", {"name": "张七", "code": "W3"})
    with acting(he):
        assert queries.listing(text="王五").counted() == (2, False) and queries.listing(text="张").counted() == first
        assert "W3" in report(queries.listing(text="张", order="code"), "code")


def test_a_list_that_became_short_since_says_its_true_number(he, book, monkeypatch):
    with acting(he):
        queries.listing(text="张")
        monkeypatch.setattr(search, "MOST", 50)
        assert queries.listing(text="张").counted() == (4, False)
        assert report(queries.listing(text="张", order="-assets"), "-assets") == ["K5", "K2", "K1", "K0"]


@pytest.mark.parametrize("name", ["segment", "segment.eq", "客户类别"])
def test_a_list_with_a_filter_says_how_many_a_common_text_finds_in_it(he, lin, book, name):
    """Lines are also found by the words of the filter, so that those of other segments need not be read."""
    with acting(he):
        listing = queries.listing(text="张", filters={name: "B"}, order="code")
        assert report(listing, "code") == ["K1", "K5"] and listing.counted() == (2, False)
    with acting(lin):
        perform("clients.change", {"client": "K0", "segment": "B"})
        perform("clients.change", {"client": "K5", "segment": "★"})
    with acting(he):
        assert report(queries.listing(text="张", filters={name: "B"}, order="code"), "code") == ["K0", "K1"]
        assert report(queries.listing(text="张", filters={name: "★"}, order="code"), "code") == ["K5"]
        assert report(queries.listing(text="张", filters={name: "C"}, order="code"), "code") == []


def test_a_client_is_found_by_the_name_of_one_merged_into_it_under_a_filter(he, lin, book):
    """The line of a merged client has its name and code, and not the segment of the client that remains."""
    with acting(lin):
        perform("clients.merge", {"client": "K3", "other": "K0"})
    with acting(he):
        assert report(queries.listing(text="张伟", filters={"segment": "B"}, order="code"), "code") == ["K3"]
        assert report(queries.listing(text="张", filters={"segment": "B"}, order="code"), "code") == ["K1", "K3", "K5"]
        assert report(queries.listing(text="张伟", filters={"segment": "A"}, order="code"), "code") == []


def test_masked_readers_find_by_codes_under_a_filter(an, he, book):
    with acting(he):
        perform("clients.set_information_wall", {"client": "K1", "walled": True, "reason": "并购项目"})
    with acting(an):
        listing = queries.listing(text="K", filters={"segment": "B"}, order="code")
        number, more = listing.counted()
        assert report(listing, "code") == ["K3", "K5"] and (number == 2 or (number < 2 and more))
        assert report(queries.listing(text="张", filters={"segment": "B"}, order="code"), "code") == []


@pytest.mark.parametrize("order", ["-assets", "-last_contact_on", "code"])
@pytest.mark.parametrize("rare", [0, 50], ids=["common", "rare"])
def test_a_list_of_a_segment_holds_the_same_clients_whether_it_is_common_or_rare(
    an, he, book, order, rare, monkeypatch
):
    monkeypatch.setattr(rare_segments, "RARE", rare)
    with acting(he):
        perform("clients.set_information_wall", {"client": "K1", "walled": True, "reason": "并购项目"})
        listing = queries.listing(filters={"segment": "B"}, order=order)
        there, back = walk(listing, order, 2)
        assert there == back and sorted(there) == ["K1", "K3", "K5"] and listing.counted() == (3, False)
    with acting(an):
        listing = queries.listing(filters={"segment": "B"}, order="code")
        assert report(listing, "code") == ["K3", "K5"] and listing.counted(listing.page("code", 1)) == (2, False)


@pytest.mark.parametrize("order", ["-assets", "-last_contact_on", "code"])
def test_a_list_that_had_few_rows_when_last_counted_is_sorted_and_counted_at_once(he, lin, book, order):
    with acting(he):
        listing = queries.listing(filters={"status": "active"}, order=order)
        first = listing.page(order, 2)
        assert first.total is None and listing.counted(first) == (6, False)
        again = listing.page(order, 2)
        assert again.total == 6 and again.rows == first.rows and again.after == first.after
        there, back = walk(listing, order, 2)
        assert there == back and sorted(there) == ["K0", "K1", "K2", "K3", "K4", "K5"]
    with acting(lin):
        perform("clients.create", {"name": "张七", "code": "K6"})
    with acting(he):
        assert listing.counted(queries.listing(filters={"status": "active"}, order=order).page(order, 2)) == (7, False)
