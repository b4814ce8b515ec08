"""The first minutes of an empty desk: the one-time link, the first account, and what it may do."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from dakehu.domains.team import first_account
from dakehu.domains.team import queries as team
from dakehu.domains.team.sign_in import one_time_links
from dakehu.domains.team.sign_in.one_time_links import Purpose
from dakehu.exchange.imports import kept_files
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.imports import batches
from tests.cast import PASSWORD, acting, as_system
from tests.homes import own_home
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.postgres

TABLE = "姓名,手机\n张三,13800138000\n李四,13900139000\n".encode()
ANSWERS = {"kind": "alone", "firm": "", "name": "林晓", "username": "", "password": PASSWORD}


@pytest.fixture
def home(db, settings, tmp_path):
    return own_home(settings, tmp_path / "home")


@pytest.fixture
def newcomer(home):
    """A browser of the machine that serves the desk."""
    return Browser(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN", HTTP_HOST="localhost:8000")


def follow(browser, token, **around):
    return browser.get("/begin/link", {"token": token}, **around)


def set_up(browser, **changed):
    follow(browser, one_time_links.issue_link(Purpose.SET_UP))
    return browser.post("/begin/", {**ANSWERS, **changed})


def keep(content=TABLE, name="客户.csv"):
    with as_system():
        return kept_files.keep_file(name, content, None, {})


# --- the link ------------------------------------------------------------------------------------


def test_the_link_opens_the_first_account_and_is_gone_from_the_address(newcomer):
    followed = follow(newcomer, one_time_links.issue_link(Purpose.SET_UP))
    assert followed["Location"] == "/begin/"
    page = newcomer.get("/begin/").content.decode()
    assert "建立您的账号" in page and page.count('class="control"') == 4


def test_a_link_works_once_and_says_so(newcomer, home):
    token = one_time_links.issue_link(Purpose.SET_UP)
    follow(newcomer, token)
    assert follow(newcomer, token)["Location"] == "/begin/"  # the page loaded again in the same browser
    again = follow(Browser(HTTP_HOST="localhost", HTTP_ACCEPT="text/html"), token)
    assert again.status_code == 403 and "只能用一次" in again.content.decode()


def test_an_expired_link_says_how_to_get_another(newcomer, monkeypatch):
    token = one_time_links.issue_link(Purpose.SET_UP)
    late = clock.now() + timedelta(minutes=one_time_links.MINUTES, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    refused = follow(newcomer, token)
    assert refused.status_code == 403
    assert "已过期" in refused.content.decode() and "dakehu link" in refused.content.decode()


def test_a_new_link_ends_the_one_before(newcomer):
    first, second = (one_time_links.issue_link(Purpose.SET_UP) for _ in range(2))
    assert follow(newcomer, first).status_code == 403
    assert follow(newcomer, second).status_code == 302


@pytest.mark.parametrize(
    "around",
    [
        {"REMOTE_ADDR": "192.168.1.20"},
        {"HTTP_HOST": "testserver"},
        {"HTTP_X_FORWARDED_FOR": "192.168.1.20"},
        {"HTTP_FORWARDED": "for=192.168.1.20"},
    ],
)
def test_from_another_machine_or_through_a_proxy_the_link_is_refused_and_stays_good(newcomer, around):
    token = one_time_links.issue_link(Purpose.SET_UP)
    refused = follow(newcomer, token, **around)
    assert refused.status_code == 403 and "只能在运行工作台的这台电脑上打开" in refused.content.decode()
    assert follow(newcomer, token).status_code == 302


def test_an_invented_token_opens_nothing(newcomer):
    for token in ("", "x", "../../keys/audit", "a" * 5000):
        refused = follow(newcomer, token)
        assert refused.status_code == 403 and "链接不对" in refused.content.decode()


def test_on_a_desk_with_staff_a_link_of_an_empty_desk_is_refused(newcomer, lin):
    refused = follow(newcomer, one_time_links.issue_link(Purpose.SET_UP))
    assert refused.status_code == 403 and "已经有人员" in refused.content.decode()
    assert newcomer.post("/begin/", ANSWERS)["Location"] == "/sign-in"
    with pytest.raises(Refused, match="已经有人员"), as_system():
        first_account.set_up_desk(name="外人", password=PASSWORD)


def test_without_the_link_nobody_creates_an_account(newcomer):
    assert newcomer.get("/begin/").status_code == newcomer.post("/begin/", ANSWERS).status_code == 403
    assert newcomer.get("/begin/username", {"name": "林晓"}).status_code == 403
    with as_system():
        assert not first_account.has_staff()


def test_the_token_is_stored_as_a_hash_readable_by_its_owner_alone_and_in_no_audit_entry(newcomer, home):
    token = one_time_links.issue_link(Purpose.SET_UP, file=keep())
    (path,) = (home / "run" / "links").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600 and token not in path.name + path.read_text()
    follow(newcomer, token)
    newcomer.post("/begin/", ANSWERS)
    with as_system():
        assert [e.action for e in AuditEntry.objects.all() if token in f"{e.body}{e.reason}"] == []


def test_the_sign_in_page_of_an_empty_desk_says_how_to_begin(newcomer):
    page = newcomer.get("/sign-in").content.decode()
    assert "还没有人员" in page and "dakehu link" in page and "一次性链接" in page
    afar = newcomer.get("/sign-in", REMOTE_ADDR="192.168.1.20").content.decode()
    assert "在运行工作台的那台电脑上建立" in afar


def test_the_sign_in_page_of_a_desk_with_staff_says_nothing_of_it(newcomer, lin):
    page = newcomer.get("/sign-in").content.decode()
    assert "还没有人员" not in page and 'name="password"' in page


# --- the first account ---------------------------------------------------------------------------


def test_just_me_serves_clients_and_runs_the_desk_signed_in_at_once(newcomer):
    assert set_up(newcomer)["Location"] == "/welcome/"
    page = newcomer.get("/welcome/").content.decode()
    assert "linxiao" in page and "导入我的表格" in page and "看看演示" in page and "添加人员" in page
    user = team.find_user("linxiao")
    assert (str(user.role), user.has_admin_duty, user.must_change) == ("manager", True, False)
    with acting(user):
        client = perform("clients.create", {"name": "张三", "code": "C0001"})
        assert [row["user"]["name"] for row in ask("clients.coverage", {"client": client.pk})["rows"]] == ["林晓"]
        perform("team.add_user", {"username": "wang", "name": "王强", "role": "manager", "password": PASSWORD})
        assert ask("team.system", {})["version"]


def test_a_firm_gets_a_team_of_its_name_and_its_lead(newcomer):
    set_up(newcomer, kind="firm", firm="海通证券陆家嘴", username="lx")
    user = team.find_user("lx")
    assert (str(user.role), user.team.name, user.has_admin_duty) == ("lead", "海通证券陆家嘴", True)


def test_setting_up_is_one_audited_act_of_the_desk_itself(newcomer):
    set_up(newcomer)
    with as_system():
        entry = AuditEntry.objects.get(action="team.set_up_desk")
    assert entry.actor_name == "system" and entry.door == "web" and PASSWORD not in entry.body


def test_what_is_wrong_stands_at_its_question_and_nothing_is_created(newcomer):
    weak = set_up(newcomer, kind="firm", password="12345")
    assert weak.status_code == 422 and "公司名称" in weak.content.decode()
    weak = newcomer.post("/begin/", {**ANSWERS, "name": "", "password": PASSWORD})
    assert weak.status_code == 422 and "请填写" in weak.content.decode() and PASSWORD not in weak.content.decode()
    with as_system():
        assert not first_account.has_staff()


def test_a_user_name_is_proposed_from_the_name(newcomer):
    follow(newcomer, one_time_links.issue_link(Purpose.SET_UP))
    assert newcomer.get("/begin/username", {"name": "张伟"}).json() == {"username": "zhangwei"}


def test_set_up_speaks_english_where_the_browser_does(home):
    browser = Browser(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="en-GB", HTTP_HOST="localhost")
    follow(browser, one_time_links.issue_link(Purpose.SET_UP))
    assert "Create your account" in browser.get("/begin/").content.decode()
    browser.post("/begin/", {**ANSWERS, "name": "Ann Lee"})
    user = team.find_user("annlee")
    assert str(user.language) == "en" and user.team.name == "Team of Ann Lee"


# --- a file brought along ------------------------------------------------------------------------


def test_the_file_brought_along_is_the_newcomers_import_and_so_are_its_clients(newcomer):
    token = one_time_links.issue_link(Purpose.SET_UP, file=keep())
    follow(newcomer, token)
    there = newcomer.post("/begin/", ANSWERS)["Location"]
    user = team.find_user("linxiao")
    number = one_time_links.batch_of(token)
    assert there == f"/import/{number}/"
    with acting(user):
        assert batches.get_own(number).filename == "客户.csv"


@pytest.mark.parametrize(
    ("content", "name", "is_tried"),
    [
        (TABLE, "客户.csv", True),
        ("姓名,手机,星座\n张三,13800138000,双鱼\n".encode(), "客户.csv", False),
        ("证券代码,日期,收盘价\n600000,2026-01-05,10.1\n".encode(), "行情.csv", False),
    ],
)
def test_a_file_is_tried_at_once_unless_its_page_has_something_to_ask(lin, content, name, is_tried):
    with acting(lin):
        batch = kept_files.open_file(name, content, None, {})
        assert kept_files.is_understood(batch) is is_tried


def test_what_the_command_line_says_of_a_file_counts(lin):
    with acting(lin):
        batch = kept_files.open_file("客户.csv", TABLE, None, {"mode": "create", "key": "mobile", "profile": ""})
        assert (batch.plan["mode"], batch.plan["key"]) == ("create", "mobile")


def test_a_kept_file_is_handed_out_once_and_only_to_who_may_import(an, lin):
    kept = keep()
    with acting(an), pytest.raises(NotAllowed):
        kept_files.open_kept_file(kept)
    with acting(lin):
        assert kept_files.open_kept_file(kept).owner_ref == lin.pk
        with pytest.raises(NotFound):
            kept_files.open_kept_file(kept)


def test_where_several_people_work_the_link_of_a_file_asks_to_sign_in_first(newcomer, lin, wang):
    token = one_time_links.issue_link(Purpose.FILE, file=keep())
    asked = follow(newcomer, token)
    assert asked["Location"].startswith("/sign-in?next=")
    newcomer.force_login(lin, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    assert follow(newcomer, token)["Location"].startswith("/import/")
    assert follow(newcomer, token).status_code == 403


def test_the_only_person_is_signed_in_by_the_link_but_never_past_a_second_factor(newcomer, settings):
    set_up(newcomer)
    user = team.find_user("linxiao")
    fresh = Browser(HTTP_ACCEPT="text/html", HTTP_HOST="localhost")
    token = one_time_links.issue_link(Purpose.SIGN_IN, user=user.pk, target="/import/")
    assert follow(fresh, token)["Location"] == "/import/" and fresh.get("/import/").status_code == 200
    settings.SECOND_FACTOR_ROLES = ("admin",)
    fresh = Browser(HTTP_ACCEPT="text/html", HTTP_HOST="localhost")
    token = one_time_links.issue_link(Purpose.SIGN_IN, user=user.pk, target="/import/")
    assert follow(fresh, token)["Location"].startswith("/sign-in?next=")
    assert fresh.get("/import/").status_code == 302


def test_a_link_of_the_only_person_signs_in_nobody_once_there_are_two(newcomer, home):
    set_up(newcomer)
    user = team.find_user("linxiao")
    token = one_time_links.issue_link(Purpose.SIGN_IN, user=user.pk, target="/")
    with as_system():
        perform("team.add_user", {"username": "wang", "name": "王强", "role": "manager", "password": PASSWORD})
    assert follow(Browser(HTTP_ACCEPT="text/html", HTTP_HOST="localhost"), token)["Location"].startswith("/sign-in")


# --- the duty of an administrator ----------------------------------------------------------------


def test_the_duty_gives_an_administrators_rights_and_no_wider_view_of_clients(qian):
    with acting(lone_administrator()) as actor:
        assert actor.may("team.write") and actor.may("data.import")
        assert ask("clients.list", {})["count"] == 0  # Wang's client stays Wang's


def lone_administrator():
    """The first account as set up, on a desk where others already work."""
    from dakehu.domains.team.models import User
    from dakehu.foundation.actions.registry import act

    with as_system():
        user = perform("team.add_user", {"username": "lx", "name": "林一", "role": "manager", "password": PASSWORD})
        with act("test.settle"):
            user.has_admin_duty, user.must_change = True, False
            user.save()
        return User.objects.get(pk=user.pk)


def test_the_duty_ends_only_when_somebody_else_administers(db, he):
    first = lone_administrator()
    with acting(first), pytest.raises(Refused, match="最后一位管理员"):
        perform("team.end_admin_duty", {"user": first.pk})
    with acting(first):
        second = perform("team.add_user", {"username": "ad", "name": "管理", "role": "admin", "password": PASSWORD})
        assert perform("team.end_admin_duty", {"user": first.pk}).has_admin_duty is False
    with acting(team.find_user("lx")) as actor:
        assert not actor.may("team.write") and actor.may("data.import")
    with acting(second), pytest.raises(Refused, match="没有兼任"):
        perform("team.end_admin_duty", {"user": first.pk})


def test_who_has_the_duty_still_changes_no_role_of_the_own_and_is_not_deactivated_as_the_last(db, he):
    first = lone_administrator()
    with acting(first), pytest.raises(Refused, match="不能修改自己的角色"):
        perform("team.change_user", {"user": first.pk, "role": "lead"})
    with as_system(), pytest.raises(Refused, match="最后一位管理员"):
        perform("team.change_user", {"user": first.pk, "is_active": False})


# --- the checklist and the demonstration ---------------------------------------------------------


def states():
    return {item["key"]: item["done"] for item in ask("team.setup_checklist", {})}


def test_the_checklist_ticks_itself_from_facts(home, admin):
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.records.recorded import add_audit_note

    with acting(admin):
        assert set(states()) == {"people", "calendar", "backup", "second_factor", "prices"}
        assert not states()["people"] and not states()["backup"]
        perform("team.add_user", {"username": "lin", "name": "林晓", "role": "manager", "password": PASSWORD})
        assert states()["people"]
        far = clock.today() + timedelta(days=400)
        perform("team.set_trading_day", {"on": far.isoformat(), "trading": False})
        assert states()["calendar"]
    with as_system(), act("desk.backup", "test"):
        add_audit_note(file="x")
    with acting(admin):
        assert states()["backup"] and not states()["second_factor"] and not states()["prices"]


def test_a_required_second_factor_ticks_its_line(db, admin, settings):
    settings.SECOND_FACTOR_ROLES = ("admin",)
    with acting(admin):
        assert states()["second_factor"]


def test_the_checklist_stands_on_the_system_page_of_administrators_only(admin, he):
    assert "管理员清单" in desk(admin).get("/system/").content.decode()
    assert "管理员清单" not in desk(he).get("/system/").content.decode()


def test_the_demonstration_is_started_by_an_administrator_on_this_machine_only(lin, admin):
    assert desk(lin).post("/welcome/demonstration", HTTP_HOST="localhost").status_code == 403
    refused = desk(admin).post("/welcome/demonstration", HTTP_HOST="localhost", REMOTE_ADDR="192.168.1.20")
    assert refused.status_code == 403
    page = desk(admin).get("/welcome/", HTTP_HOST="localhost", REMOTE_ADDR="192.168.1.20").content.decode()
    assert "dakehu demo" in page
