"""The pages of connections show what was read, stored and set aside, to authorized readers, and never a secret."""

import pytest

from dakehu.foundation.jobs import queue
from tests.architecture.pages import browser_of
from tests.exchange.connectors.desks import connect, fill, pull, without_waiting, zoho  # noqa: F401
from tests.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(settings, tmp_path, zoho, admin, zhou):  # noqa: F811
    own_home(settings, tmp_path / "home")
    fill(zoho, accounts=3)
    zoho.put("Tasks", 7302, Subject="没有日期", What_Id={"id": "4150868000000000001"}, Due_Date=None)
    return connect(admin, zoho, "zoho")


def text_of(user, path: str) -> str:
    answer = browser_of(user).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_run_shows_what_was_set_aside_and_why(connection, zhou):
    pull(zhou, connection)
    page = text_of(zhou, f"/connections/{connection.pk}/")
    assert "上次有 1 条没有导入" in page
    assert "计划日期" in page
    assert "没有日期" not in page  # a reason contains no value of a client
    assert "Campaigns" in page
    assert connection.name in text_of(zhou, "/connections/")


def test_run_now_runs_it_in_the_background(connection, zhou):
    browser = browser_of(zhou)
    assert browser.post(f"/connections/{connection.pk}/", {"action": "connections.start"}).status_code == 302
    queue.run_due_jobs()
    assert "已完成" in text_of(zhou, f"/connections/{connection.pk}/")


def test_the_system_page_lists_what_leaves(connection, admin, he):
    for person in (admin, he):
        page = text_of(person, "/system/")
        assert "离开本系统的数据" in page
        assert connection.name in page
        assert "只读" in page


@pytest.mark.parametrize("name", ["lin", "an"])
def test_nobody_else_gets_the_pages_or_the_menu(connection, request, name):
    user = request.getfixturevalue(name)
    browser = browser_of(user)
    for path in ("/connections/", f"/connections/{connection.pk}/", "/api/v1/queries/connections.list"):
        assert browser.get(path).status_code in (403, 404)
    assert 'href="/connections/"' not in browser.get("/").content.decode()


def test_forms_of_secrets_show_none(connection, admin):
    browser = browser_of(admin)
    page = browser.get(f"/actions/connections.replace_secrets?connection={connection.pk}").content.decode()
    assert page.count('type="password"') == 2
    sent = {"connection": connection.pk, "app_secret": "secret-of-a-slip", "grant": ""}
    answer = browser.post("/actions/connections.replace_secrets", sent)
    assert answer.status_code == 422
    assert "secret-of-a-slip" not in answer.content.decode()
    page = text_of(admin, f"/connections/{connection.pk}/") + text_of(admin, "/system/")
    assert "•••" in page


def test_a_run_at_intervals_queues_the_next_one_even_when_refused(connection, zoho, zhou):  # noqa: F811
    from dakehu.exchange.connectors import jobs
    from dakehu.exchange.connectors.models import Connection
    from dakehu.foundation.base.errors import Refused
    from dakehu.foundation.gates import perform
    from tests.cast import acting

    with acting(zhou):
        row = perform("connections.schedule", {"connection": connection.pk, "every_hours": 6})
        due = row.next_run_at.isoformat()
        zoho.refused_grant = True
        with pytest.raises(Refused):
            jobs.pull_in_background(lambda *_: None, connection=row.pk, due=due)
        assert Connection.objects.get(pk=row.pk).next_run_at.isoformat() > due
        assert jobs.pull_in_background(lambda *_: None, connection=row.pk, due=due) == {
            "skipped": "another interval was chosen meanwhile"
        }
