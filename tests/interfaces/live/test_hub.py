"""Messages to open pages, and the presence of their users: within reach, as long as the session lasts."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from dakehu.domains.team.sign_in.session_store import SessionStore
from dakehu.foundation.gates import perform
from dakehu.foundation.live import presence
from dakehu.foundation.schema.live_pages import find
from dakehu.interfaces.live.hub import Hub, NotOpened, tell
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import BACKEND, desk

pytestmark = pytest.mark.django_db


def session_of(user):
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


class Pages:
    """Open pages of one web process, updated manually instead of by the clock."""

    def __init__(self):
        self.hub = Hub()

    def open(self, user, page, subject=0, entry=None):
        stream, parts = self.hub._opened(session_of(user), page, subject, None, entry)
        stream.parts.update(parts)
        self.hub.streams.add(stream)
        self.hub.entry = stream.entry if self.hub.entry is None else self.hub.entry
        return stream

    def look(self):
        self.hub.next_check = 0
        for stream in self.hub.streams:
            stream.parts.clear()
        for news in self.hub._look(list(self.hub.streams)):
            tell(news)


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def zhang(lin):
    with acting(lin):
        return perform("clients.create", {"name": "张三", "code": "C0001"})


def plan(user, client, subject="回访"):
    with acting(user):
        return perform("service.plan_follow_up", {"client": client.pk, "subject": subject, "due_on": "2027-01-05"})


@pytest.mark.postgres
def test_those_at_one_client_see_each_other_and_what_either_changes(pages, lin, zhou, zhang):
    mine, theirs = pages.open(lin, "client", zhang.pk), pages.open(zhou, "client", zhang.pk)
    pages.look()
    assert (mine.people, theirs.people) == (["周宁"], ["林晓"])
    plan(zhou, zhang)
    pages.look()
    assert "work" in mine.parts and mine.parts == theirs.parts
    pages.hub.close(theirs)
    pages.look()
    assert mine.people == [] and mine.parts == set()


def test_wang_cannot_open_the_page_of_lins_client_and_his_board_is_not_told(pages, lin, wang, zhang):
    with pytest.raises(NotOpened) as refused:
        pages.open(wang, "client", zhang.pk)
    assert refused.value.status == 404
    calendar, own = pages.open(wang, "calendar"), pages.open(lin, "calendar")
    plan(lin, zhang)
    pages.look()
    assert calendar.parts == set() and own.parts == {"calendar"}


def test_a_page_that_comes_back_is_told_what_it_missed(pages, lin, zhang):
    first = pages.open(lin, "client", zhang.pk)
    plan(lin, zhang)
    assert "work" in pages.open(lin, "client", zhang.pk, entry=first.entry).parts


def test_a_stream_ends_with_its_session_and_with_the_reach_of_its_reader(pages, lin, zhou, zhang):
    mine, theirs = pages.open(lin, "client", zhang.pk), pages.open(zhou, "client", zhang.pk)
    SessionStore(mine.session).delete()
    with as_system():
        perform("clients.set_information_wall", {"client": zhang.pk, "walled": True, "reason": "内幕信息"})
    pages.look()
    assert mine.is_ended and theirs.is_ended


def test_a_page_nobody_declared_and_a_session_that_is_none_are_refused(pages, lin):
    for session, page, status in ((session_of(lin), "nothing", 404), ("no-such-session", "calendar", 401)):
        with pytest.raises(NotOpened) as refused:
            pages.hub._opened(session, page, 0, None, None)
        assert refused.value.status == status


def test_presence_that_nobody_renews_counts_no_more(lin, monkeypatch):
    presence.store("gone", {(lin.pk, "calendar", 0)})
    assert presence.present([("calendar", 0)]) == {("calendar", 0): {lin.pk}}
    monkeypatch.setattr(presence, "EXPIRES", -1)
    assert presence.present([("calendar", 0)]) == {("calendar", 0): set()}


def test_a_page_without_a_stream_asks_and_is_answered_within_reach(lin, zhou, wang, zhang):
    mine, theirs, outside = desk(lin), desk(zhou), desk(wang)
    address = f"/live/client/{zhang.pk}/"
    assert mine.get(f"{address}stream").status_code == 204
    entry = mine.get(f"{address}changes").json()["entry"]
    assert theirs.get(f"{address}changes").json()["people"] == ["林晓"]
    plan(lin, zhang)
    answer = mine.get(f"{address}changes?entry={entry}").json()
    assert "timeline" in answer["parts"] and answer["entry"] > entry and answer["people"] == ["周宁"]
    assert outside.get(f"{address}changes?entry={entry}").status_code == 404


def test_every_part_of_a_declared_page_is_on_the_page(lin, zhang):
    drawn = {
        "client": desk(lin).get(f"/clients/{zhang.pk}/").content.decode(),
        "calendar": desk(lin).get("/calendar/").content.decode(),
        "opportunities": desk(lin).get("/opportunities/").content.decode(),
    }
    for name, html in drawn.items():
        assert f'data-live="/live/{name}/' in html
        for part in find(name).parts:
            assert f'data-live-part="{part}"' in html, (name, part)
