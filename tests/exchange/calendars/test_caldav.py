"""Each row of the table in docs/connections.md: what happens to an event that is on the desk and on a CalDAV server."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from dakehu.domains.service.models import Meeting
from dakehu.exchange.calendars import runs
from dakehu.exchange.calendars.models import CalendarLink, CalendarRun, LinkedEvent
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.exchange.calendars.dav_server import PASSWORD, USER, Phone, dav_server

NUMBERS = count(1)
MADE_THERE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T000000Z\r\n"
    "DTSTART:20270310T020000Z\r\nDTEND:20270310T030000Z\r\nSUMMARY:{title}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dav_server(tmp_path_factory.mktemp("dav")) as address:
        yield address


@pytest.fixture
def phone(root: str) -> Phone:
    return Phone(root, f"work{next(NUMBERS)}")


@pytest.fixture
def link(phone: Phone, lin: Any) -> Any:
    """Return Lin's calendar connection, switched on."""
    return connect(phone, lin)


def connect(phone: Phone, owner: Any, **others: Any) -> Any:
    values = {"name": "手机", "url": phone.url, "username": USER, "password": PASSWORD, "since": "2027-01-01"}
    with acting(owner):
        row = perform("calendars.add", {**values, **others})
    with as_system():
        perform("calendars.switch_on", {"calendar": row.pk})
    return row


def sync(link: Any) -> dict[str, Any]:
    with as_system():
        return runs.sync(CalendarLink.objects.get(pk=link.pk))


def figures(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["stored"], report["sent"], report["aside"], report["conflicts"]


def meet(owner: Any, client: Any = None, **others: Any) -> Any:
    given = {"subject": "张三资产检视", "starts_at": "2027-03-01 10:00", "place": "张江高科", **others}
    given |= {"client": client.pk} if client is not None else {"kind": "internal"}
    with acting(owner):
        return perform("service.plan_meeting", given)


def fresh(row: Any) -> Any:
    with as_system():
        return Meeting.objects.get(pk=row.pk)


def starts(row: Any) -> str:
    return f"{fresh(row).starts_at:%m-%d %H:%M}"


def decide(owner: Any, side: str) -> None:
    with as_system():
        waiting = LinkedEvent.objects.exclude(state="linked").get()
    with acting(owner):
        perform("calendars.decide", {"event": waiting.pk, "side": side})


def test_a_meeting_goes_there_by_code_and_purpose_and_a_second_run_does_nothing(
    phone: Phone, link: Any, lin: Any, zhang: Any
) -> None:
    meet(lin, zhang)
    assert figures(sync(link)) == (0, 1, 0, 0)
    _, text = phone.only()
    assert f"SUMMARY:{zhang.code} · " in text and "TZID=Asia/Shanghai:20270301T100000" in text
    assert "张三" not in text and "张江" not in text and "资产" not in text
    assert figures(sync(link)) == figures(sync(link)) == (0, 0, 0, 0)


@pytest.mark.postgres
def test_a_change_here_goes_there_and_a_change_there_comes_here(phone: Phone, link: Any, lin: Any, zhang: Any) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.change(
        ("END:VEVENT", "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT")
    )
    with acting(lin):
        perform("service.change_meeting", {"meeting": row.pk, "starts_at": "2027-03-01 14:00"})
    assert figures(sync(link)) == (0, 1, 0, 0)
    assert "20270301T140000" in phone.only()[1] and "VALARM" in phone.only()[1]
    phone.change(("20270301T140000", "20270302T153000"), ("20270301T150000", "20270302T163000"))
    report = sync(link)
    assert figures(report) == (1, 0, 0, 0) and starts(row) == "03-02 07:30"
    with acting(lin):
        detail = ask("calendars.detail", {"calendar": link.pk})
        perform("calendars.undo_run", {"calendar_run": detail["runs"][0]["id"]})
    assert starts(row) == "03-01 06:00"
    assert figures(sync(link)) == (0, 1, 0, 0) and "20270301T140000" in phone.only()[1]


def test_changes_of_different_parts_on_both_sides_are_put_together(phone: Phone, lin: Any, zhang: Any) -> None:
    link = connect(phone, lin, names_clients=True)
    row = meet(lin, zhang)
    sync(link)
    assert "张三" in phone.only()[1]
    phone.change(("LOCATION:张江高科", "LOCATION:陆家嘴"))
    with acting(lin):
        perform("service.change_meeting", {"meeting": row.pk, "starts_at": "2027-03-01 14:00"})
    assert figures(sync(link)) == (1, 1, 0, 0)
    assert fresh(row).place == "陆家嘴" and "20270301T140000" in phone.only()[1]
    phone.change(("张三资产检视", "年度检视"))
    assert figures(sync(link)) == (1, 0, 0, 0) and fresh(row).subject == "年度检视"
    assert figures(sync(link)) == (0, 0, 0, 0)


@pytest.mark.parametrize("side", ["here", "there"])
def test_the_same_part_changed_on_both_sides_waits_and_both_versions_stay(
    phone: Phone, link: Any, lin: Any, zhang: Any, side: str
) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.change(("20270301T100000", "20270301T080000"))
    with acting(lin):
        perform("service.change_meeting", {"meeting": row.pk, "starts_at": "2027-03-01 14:00"})
    report = sync(link)
    assert figures(report) == figures(sync(link)) == (0, 0, 0, 1) and report["reasons"] == {"both": 1}
    assert starts(row) == "03-01 06:00" and "20270301T080000" in phone.only()[1]
    with acting(lin):
        waiting = ask("calendars.detail", {"calendar": link.pk})["events"][0]
    assert f"{waiting['here']['starts']:%H:%M}" == "14:00"
    assert f"{waiting['there']['starts']:%H:%M}" == "08:00" and waiting["may_choose"]
    decide(lin, side)
    sync(link)
    expected = ("03-01 06:00", "20270301T140000") if side == "here" else ("03-01 00:00", "20270301T080000")
    assert starts(row) == expected[0] and expected[1] in phone.only()[1]
    assert figures(sync(link)) == (0, 0, 0, 0)


def test_a_meeting_cancelled_here_is_deleted_there(phone: Phone, link: Any, lin: Any, zhang: Any) -> None:
    row = meet(lin, zhang)
    sync(link)
    with acting(lin):
        perform("service.cancel_meeting", {"meeting": row.pk, "reason": "客户出差"})
    assert figures(sync(link)) == (0, 1, 0, 0) and phone.texts() == {}
    assert figures(sync(link)) == (0, 0, 0, 0)


def test_an_event_deleted_there_cancels_the_meeting_and_the_record_stays(
    phone: Phone, link: Any, lin: Any, zhang: Any
) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.delete()
    assert figures(sync(link)) == (1, 0, 0, 0)
    assert fresh(row).state == "cancelled" and "手机" in fresh(row).cancel_reason
    assert figures(sync(link)) == (0, 0, 0, 0)


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_deletion_there_against_a_change_here_waits_for_a_person(
    phone: Phone, link: Any, lin: Any, zhang: Any, side: str
) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.delete()
    with acting(lin):
        perform("service.change_meeting", {"meeting": row.pk, "starts_at": "2027-03-01 14:00"})
    assert sync(link)["reasons"] == {"changed_deleted": 1} and fresh(row).state == "planned"
    decide(lin, side)
    sync(link)
    assert fresh(row).state == ("planned" if side == "here" else "cancelled")
    assert len(phone.texts()) == (1 if side == "here" else 0)


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_cancellation_here_against_a_change_there_waits_for_a_person(
    phone: Phone, link: Any, lin: Any, zhang: Any, side: str
) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.change(("20270301T100000", "20270301T080000"))
    with acting(lin):
        perform("service.cancel_meeting", {"meeting": row.pk, "reason": "客户出差"})
    assert sync(link)["reasons"] == {"cancelled_changed": 1} and len(phone.texts()) == 1
    decide(lin, side)
    report = sync(link)
    assert len(phone.texts()) == (0 if side == "here" else 1)
    assert fresh(row).state == "cancelled" and report["conflicts"] == 0


def test_the_language_of_whoever_starts_a_run_changes_no_title(phone: Phone, link: Any, lin: Any, zhang: Any) -> None:
    meet(lin, zhang)
    sync(link)
    with in_language("en"):
        assert figures(sync(link)) == (0, 0, 0, 0)


def test_deleted_on_both_sides_is_forgotten(phone: Phone, link: Any, lin: Any, zhang: Any) -> None:
    row = meet(lin, zhang)
    sync(link)
    phone.delete()
    with acting(lin):
        perform("service.cancel_meeting", {"meeting": row.pk, "reason": "客户出差"})
    assert figures(sync(link)) == (0, 0, 0, 0)
    with as_system():
        assert not LinkedEvent.objects.exists()


def test_one_of_a_series_moves_and_is_cancelled_on_either_side(phone: Phone, link: Any, lin: Any, zhang: Any) -> None:
    row = meet(lin, zhang, rrule="FREQ=WEEKLY;COUNT=6")
    sync(link)
    assert "RRULE:FREQ=WEEKLY;COUNT=6" in phone.only()[1]
    with acting(lin):
        perform(
            "service.change_meeting", {"meeting": row.pk, "at": "2027-03-08 10:00", "starts_at": "2027-03-09 11:00"}
        )
        perform(
            "service.cancel_meeting", {"meeting": row.pk, "at": "2027-03-15 10:00", "which": "one", "reason": "休假"}
        )
    assert figures(sync(link)) == (0, 1, 0, 0)
    text = phone.only()[1]
    assert (
        "RECURRENCE-ID;TZID=Asia/Shanghai:20270308T100000" in text
        and "EXDATE;TZID=Asia/Shanghai:20270315T100000" in text
    )
    moved = (
        f"BEGIN:VEVENT\r\nUID:{row.uid}\r\nDTSTAMP:20270101T000000Z\r\nRECURRENCE-ID;TZID=Asia/Shanghai:20270322T100000\r\n"
        "DTSTART;TZID=Asia/Shanghai:20270323T160000\r\nDTEND;TZID=Asia/Shanghai:20270323T170000\r\nSUMMARY:x\r\nEND:VEVENT\r\n"
        "END:VCALENDAR"
    )
    phone.change(
        ("EXDATE;TZID=Asia/Shanghai:20270315T100000", "EXDATE;TZID=Asia/Shanghai:20270315T100000,20270329T100000"),
        ("END:VCALENDAR", moved),
    )
    assert figures(sync(link)) == (1, 0, 0, 0)
    with as_system():
        singles = {f"{one.recurrence_id:%m-%d}": one for one in Meeting.objects.filter(series=row.pk)}
    assert f"{singles['03-22'].starts_at:%m-%d %H:%M}" == "03-23 08:00" and singles["03-29"].state == "cancelled"
    assert figures(sync(link)) == (0, 0, 0, 0)


def test_what_is_made_there_is_listed_and_becomes_a_meeting_only_where_that_is_wished(
    phone: Phone, link: Any, lin: Any, zhang: Any
) -> None:
    phone.write("a.ics", MADE_THERE.format(uid="a", title=f"{zhang.code} 吃饭", more=""))
    phone.write("b.ics", MADE_THERE.format(uid="b", title="体检", more="CLASS:PRIVATE\r\n"))
    assert sync(link)["reasons"] == {"new": 1, "private": 1}
    with acting(lin):
        perform("calendars.change", {"calendar": link.pk, "takes_new": True})
    report = sync(link)
    assert figures(report) == (1, 0, 1, 0)
    with as_system():
        row = Meeting.objects.get()
    assert row.client_id == zhang.pk and row.organiser_id == lin.pk and f"{row.starts_at:%m-%d %H:%M}" == "03-10 02:00"
    with acting(lin):
        run = ask("calendars.detail", {"calendar": link.pk})["runs"][0]
        perform("calendars.undo_run", {"calendar_run": run["id"]})
    assert sync(link)["stored"] == 0 and len(phone.texts()) == 2
    with as_system():
        assert not Meeting.objects.exists()


def test_a_held_meeting_is_not_changed_and_a_rule_that_cannot_be_kept_is_set_aside(
    phone: Phone, link: Any, lin: Any, zhang: Any
) -> None:
    row = meet(lin, zhang, starts_at="2026-03-02 10:00", rrule="FREQ=WEEKLY;COUNT=60")
    sync(link)
    phone.change(("RRULE:FREQ=WEEKLY;COUNT=60", "RRULE:FREQ=HOURLY;COUNT=6"))
    assert sync(link)["reasons"] == {"rule": 1} and fresh(row).rrule == "FREQ=WEEKLY;COUNT=60"


def test_what_is_no_event_there_is_set_aside_as_unreadable_and_left_alone(phone: Phone, link: Any, lin: Any) -> None:
    entry = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//\r\nBEGIN:VJOURNAL\r\nUID:journal-1\r\nDTSTAMP:20270101T000000Z\r\n"
        "SUMMARY:Buy paper\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n"
    )
    phone.write("journal-1.ics", entry)
    report = sync(link)
    assert (figures(report), report["reasons"]) == ((0, 0, 1, 0), {"unreadable": 1})
    with as_system():
        assert not Meeting.objects.exists()
    assert "Buy paper" in phone.only()[1] and sync(link)["stored"] == 0


def test_two_writers_at_once_never_overwrite_each_other(
    phone: Phone, link: Any, lin: Any, zhang: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = meet(lin, zhang)
    sync(link)
    with acting(lin):
        perform("service.change_meeting", {"meeting": row.pk, "starts_at": "2027-03-01 14:00"})
    true_put = runs.CalendarServer.put

    def somebody_is_faster(self: Any, href: str, content: bytes, etag: str = "") -> Any:
        phone.change(("20270301T100000", "20270301T080000"))
        return true_put(self, href, content, etag)

    with monkeypatch.context() as patched:
        patched.setattr(runs.CalendarServer, "put", somebody_is_faster)
        assert sync(link)["sent"] == 0
    assert "20270301T080000" in phone.only()[1]
    assert sync(link)["reasons"] == {"both": 1}


def test_a_run_broken_off_after_its_write_is_taken_up_without_a_second_event(
    phone: Phone, link: Any, lin: Any, zhang: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(lin, zhang)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(runs, "_save_event_state", die)
        sync(link)
    assert len(phone.texts()) == 1
    assert figures(sync(link)) == (0, 0, 0, 0) and len(phone.texts()) == 1


def test_a_client_handed_over_leaves_the_calendar(phone: Phone, link: Any, lin: Any, wang: Any, zhang: Any) -> None:
    meet(lin, zhang)
    sync(link)
    with as_system():
        perform("clients.hand_over", {"clients": [zhang.pk], "user": "wang"})
    assert sync(link)["sent"] == 1 and phone.texts() == {}


def test_a_connection_is_off_sealed_and_ones_own(phone: Phone, lin: Any, wang: Any) -> None:
    with acting(lin):
        row = perform(
            "calendars.add",
            {"name": "x", "url": phone.url, "username": USER, "password": PASSWORD, "since": "2027-01-01"},
        )
        with pytest.raises(Refused):
            perform("calendars.start", {"calendar": row.pk})
        with pytest.raises(NotAllowed):
            perform("calendars.switch_on", {"calendar": row.pk})
        assert PASSWORD not in str(ask("calendars.detail", {"calendar": row.pk}))
        with pytest.raises(Refused):
            perform("calendars.change", {"calendar": row.pk, "url": "http://dav.example.com/"})
    with acting(wang), pytest.raises((NotFound, Refused)):
        ask("calendars.detail", {"calendar": row.pk})
    with as_system():
        assert PASSWORD not in str(CalendarLink.objects.values_list("password").get())


def test_a_wrong_password_is_said_and_the_run_is_kept(phone: Phone, link: Any, lin: Any) -> None:
    with acting(lin):
        perform("calendars.replace_password", {"calendar": link.pk, "password": "wrong"})
    with pytest.raises(Refused, match=r"登录名和密码|password"):
        sync(link)
    with as_system():
        assert CalendarRun.objects.get().failure["zh"]
