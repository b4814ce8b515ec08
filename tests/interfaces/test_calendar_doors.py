"""The calendar feed and the page on which a client books an hour: what is disclosed, to whom, and until when."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import recurring_ical_events
from django.db import connection
from django.test import Client as Browser
from icalendar import Calendar

from dakehu.domains.service.models import Meeting
from dakehu.exchange.calendars import booking, booking_rules
from dakehu.exchange.calendars.models import BookedQuarter
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system


def a_working_day() -> Any:
    today = clock.today()
    return next(day for day in trading_days.trading_days_between(today + timedelta(days=2), today + timedelta(days=14)))


def arranged(owner: Any, client: Any) -> Any:
    with acting(owner):
        return perform(
            "service.plan_meeting",
            {"client": client.pk, "subject": "张三资产检视", "starts_at": f"{a_working_day()} 10:00", "place": "张江"},
        )


def feed_of(owner: Any, **given: Any) -> dict[str, Any]:
    with acting(owner):
        made: dict[str, Any] = perform("calendars.create_feed", {"name": "手机", **given})
    return made


def test_a_feed_names_nobody_unless_wished_and_an_independent_parser_reads_it(lin: Any, zhang: Any) -> None:
    arranged(lin, zhang)
    plain, named = feed_of(lin), feed_of(lin, names_clients=True)
    browser = Browser()
    answer = browser.get(plain["path"])
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    text = answer.content.decode()
    assert zhang.code in text and "张三" not in text and "张江" not in text
    import vobject

    parsed = vobject.readOne(text)
    assert zhang.code in parsed.vevent.summary.value
    day = a_working_day()
    shown = recurring_ical_events.of(Calendar.from_ical(text)).at(day)
    assert len(shown) == 1 and shown[0]["DTSTART"].dt.hour == 10
    assert "资产检视" in browser.get(named["path"]).content.decode()


def test_a_feed_is_not_sent_twice_and_takes_no_writing(lin: Any, zhang: Any) -> None:
    made = feed_of(lin)
    browser = Browser()
    etag = browser.get(made["path"])["ETag"]
    assert browser.get(made["path"], HTTP_IF_NONE_MATCH=etag).status_code == 304
    arranged(lin, zhang)
    assert browser.get(made["path"], HTTP_IF_NONE_MATCH=etag).status_code == 200
    assert browser.put(made["path"], "x").status_code == browser.delete(made["path"]).status_code == 405
    assert browser.get("/calendar/feed.ics", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 200
    assert browser.get("/calendar/feed.ics").status_code == 401


def test_the_token_of_a_feed_opens_nothing_else_and_another_token_opens_no_feed(lin: Any) -> None:
    made = feed_of(lin)
    with acting(lin):
        other = perform("team.create_token", {"name": "all"})["token"]
    browser = Browser()
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {made['token']}"}
    assert browser.get("/api/v1/queries/service.calendar", **bearer).status_code == 403
    assert browser.get("/odata/v4/", **bearer).status_code in (403, 200)
    assert browser.get(f"/calendar/feed/{other}.ics").status_code == 404


@pytest.mark.postgres
def test_a_revoked_feed_and_that_of_a_leaver_are_dead_at_once(lin: Any, zhang: Any) -> None:
    first, second = feed_of(lin), feed_of(lin)
    browser = Browser()
    with acting(lin):
        perform("team.revoke_token", {"token": ask("calendars.feeds", {})[1]["token"]})
    assert browser.get(first["path"]).status_code == 401 and browser.get(second["path"]).status_code == 200
    with as_system():
        perform("team.change_user", {"user": lin.pk, "is_active": False})
    answer = browser.get(second["path"])
    assert answer.status_code == 401 and zhang.code not in answer.content.decode()


def published(owner: Any, **given: Any) -> str:
    with acting(owner):
        path: str = perform("calendars.publish_hours", {"purpose": "季度回顾", "minutes": 60, **given})["path"]
    return path


def test_a_client_books_a_free_hour_without_sign_in_and_it_becomes_a_meeting_and_a_notice(lin: Any, zhang: Any) -> None:
    arranged(lin, zhang)
    path = published(lin, client=zhang.pk)
    browser = Browser()
    page = browser.get(path).content.decode()
    day = a_working_day()
    assert f"{day}T09:00" in page and f"{day}T10:00" not in page and f"{day}T10:30" not in page
    assert not any(name in page for name in ("张三", "林晓", zhang.code, "资产检视"))
    done = browser.post(path, {"starts": f"{day}T09:00", "remark": "想看基金"})
    assert done.status_code == 200 and "09:00" in done.content.decode()
    with acting(lin):
        row = Meeting.objects.get(agenda="想看基金")
        assert row.client_id == zhang.pk and row.organiser_id == lin.pk
        assert "张三" in ask("calendars.new_bookings", {})[0]["text"]
        assert "张三" not in ask("calendars.new_bookings", {})[0]["outside"]
    assert f"{day}T09:00" not in browser.get(path).content.decode()


def test_a_link_dies_by_expiry_revoking_use_hand_over_and_forgery(lin: Any, wang: Any, zhang: Any) -> None:
    browser, day = Browser(), a_working_day()
    used, revoked, handed = published(lin), published(lin), published(lin, client=zhang.pk)
    assert browser.post(used, {"starts": f"{day}T09:00"}).status_code == 400
    assert browser.post(used, {"starts": f"{day}T09:00", "name": "老赵"}).status_code == 200
    assert browser.post(used, {"starts": f"{day}T14:00", "name": "老赵"}).status_code != 200
    with acting(lin):
        number = next(one["id"] for one in ask("calendars.booking_links", {}) if one["path"] == revoked)
        perform("calendars.revoke_hours", {"booking_link": number})
        with pytest.raises(Refused):
            perform("calendars.publish_hours", {"purpose": "x", "expires_on": "2099-01-01"})
    assert browser.get(revoked).status_code == browser.get("/book/forged/").status_code == 404
    with as_system():
        perform("clients.hand_over", {"clients": [zhang.pk], "user": "wang"})
    assert browser.get(handed).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_five_clients_at_once_book_one_hour_and_one_has_it(lin: Any) -> None:
    tokens = [published(lin).split("/")[2] for _ in range(5)]
    start = clock.local(clock.at_local(_nine())).replace(tzinfo=None)
    outcomes: list[str] = []

    def one(token: str) -> None:
        try:
            booking.book(token, start, "甲")
            outcomes.append("booked")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] + ["refused"] * 4
    with as_system():
        assert Meeting.objects.count() == 1 and BookedQuarter.objects.count() == 4


def _nine() -> Any:
    from datetime import datetime, time

    return datetime.combine(a_working_day(), time(9))


def test_a_cancelled_booking_gives_its_hour_back(lin: Any, zhang: Any) -> None:
    path, other = published(lin, client=zhang.pk), published(lin)
    browser, starts = Browser(), f"{a_working_day()}T09:00"
    browser.post(path, {"starts": starts})
    with acting(lin):
        row = Meeting.objects.get()
        perform("service.cancel_meeting", {"meeting": row.pk, "reason": "客户改期"})
    assert browser.post(other, {"starts": starts, "name": "老赵"}).status_code == 200


def test_the_free_hours_follow_working_hours_days_and_what_is_taken() -> None:
    from datetime import datetime, time

    now = datetime(2027, 3, 1, 8)
    busy = [(now.replace(hour=10), now.replace(hour=11))]
    windows = {1: ((time(9), time(12)),), 2: ((time(9), time(10)),)}
    free = booking_rules.free_starts(windows, lambda day: day.day != 2, busy, 60, now, 2)
    assert [f"{start:%H:%M}" for starts in free.values() for start in starts] == ["11:00"]
    assert [f"{one:%H:%M}" for one in booking_rules.quarters(now.replace(minute=10), 30)] == ["08:00", "08:15", "08:30"]


def test_the_pages_show_connections_feeds_and_links(lin: Any) -> None:
    browser = Browser()
    browser.force_login(lin, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    with acting(lin):
        row = perform(
            "calendars.add",
            {"name": "手机", "url": "https://dav.example.com/lin/", "username": "lin", "password": "secret-9"},
        )
    page = browser.get("/connections/calendars/")
    assert page.status_code == 200 and "手机" in page.content.decode()
    made = browser.post("/connections/calendars/", {"action": "calendars.create_feed", "name": "平板"}).content.decode()
    assert (
        "/calendar/feed/dk_" in made
        and "/calendar/feed/dk_" not in browser.get("/connections/calendars/").content.decode()
    )
    one = browser.get(f"/connections/calendars/{row.pk}/").content.decode()
    assert "dav.example.com" in one and "secret-9" not in one
