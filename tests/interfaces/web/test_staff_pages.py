"""Staff, roles, branches and teams."""

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from tests.cast import PASSWORD, as_system
from tests.interfaces.web.browsers import desk

NEW = {"username": "sun", "name": "孙新", "role": "manager", "team": "", "password": "Strong-start-7"}


def text(answer):
    return answer.content.decode()


def test_a_relationship_manager_sees_colleagues_but_no_way_to_change_them(lin, wang):
    page = text(desk(lin).get("/staff/"))
    assert "王强" in page and "增改人员由管理员处理" in page
    assert "/staff/new" not in page and f"/staff/{wang.pk}/" not in page


def test_a_relationship_manager_who_types_the_address_is_refused(lin, wang):
    browser = desk(lin)
    assert browser.get("/staff/new").status_code == 403
    assert browser.post(f"/staff/{wang.pk}/password", {"password": "Strong-start-7"}).status_code == 403


def test_an_administrator_adds_somebody_who_must_change_the_password(admin):
    browser = desk(admin)
    assert browser.post("/staff/new", NEW).status_code == 302
    page = text(browser.get("/staff/"))
    assert "孙新" in page and "待改密码" in page


def test_a_taken_name_and_a_weak_password_are_said_at_their_questions(admin, lin):
    browser = desk(admin)
    taken = browser.post("/staff/new", {**NEW, "username": "lin"})
    assert taken.status_code == 422 and "已存在" in text(taken) and "孙新" in text(taken)
    assert browser.post("/staff/new", {**NEW, "password": "123"}).status_code == 422


def test_a_deactivated_colleague_leaves_the_list_and_cannot_sign_in(admin, wang):
    browser = desk(admin)
    form = {"name": "王强", "role": "manager", "shown": "is_active", "version": wang.row_version}
    assert browser.post(f"/staff/{wang.pk}/", form).status_code == 302
    browser.get("/staff/")  # shows the message once
    assert "王强" not in text(browser.get("/staff/"))
    assert "王强" in text(browser.get("/staff/?state=all"))
    from django.test import Client

    answer = Client().post("/sign-in", {"username": "wang", "password": PASSWORD})
    assert answer.status_code == 401


def test_a_change_made_on_an_old_page_shows_the_conflict_and_saves_nothing(admin, wang):
    answer = desk(admin).post(f"/staff/{wang.pk}/", {"name": "王大强", "role": "manager", "version": "1"})
    assert answer.status_code == 409 and "刚被他人修改" in text(answer)
    with as_system():
        assert team.users().get(pk=wang.pk).name == "王强"


def test_a_reset_password_must_be_changed(admin, wang):
    desk(admin).post(f"/staff/{wang.pk}/password", {"password": "Fresh-start-88"})
    with acting_as(system_actor("look", "test")):
        assert team.users().get(pk=wang.pk).must_change


def test_nobody_deactivates_themselves(admin):
    form = {"name": "管理员", "role": "admin", "shown": "is_active", "version": admin.row_version}
    answer = desk(admin).post(f"/staff/{admin.pk}/", form)
    assert answer.status_code == 422 and "不能停用自己" in text(answer)


def test_the_list_is_narrowed_by_name_and_role(admin, lin, zhou):
    page = text(desk(admin).get("/staff/?q=周"))
    assert "周宁" in page and "林晓" not in page
    assert "林晓" not in text(desk(admin).get("/staff/?role=lead"))


def test_every_role_is_described_with_its_rights_and_reach(he):
    page = text(desk(he).get("/staff/roles/"))
    for said in (
        "客户经理",
        "团队负责人",
        "合规专员",
        "分析师",
        "管理员",
        "含隔离墙内",
        "个人信息一律脱敏",
        "维护人员",
    ):
        assert said in page
    assert "client.read" not in page, "rights are said in words"


def test_branches_and_teams_are_added_by_the_administrator(admin, lin):
    browser = desk(admin)
    done = browser.post(
        "/staff/teams/", {"action": "team.create_branch", "code": "GZ01", "name": "广州营业部", "city": "广州"}
    )
    assert done.status_code == 302
    page = text(browser.get("/staff/teams/"))
    assert "广州营业部" in page and "东区一队" in page and "林晓" in page
    again = browser.post(
        "/staff/teams/", {"action": "team.create_branch", "code": "GZ01", "name": "又一个", "city": ""}
    )
    assert again.status_code == 422 and "已存在" in text(again)
    assert browser.post("/staff/teams/", {"action": "team.add_user"}).status_code == 404
    assert desk(lin).post("/staff/teams/", {"action": "team.create_team", "name": "自立"}).status_code == 403
