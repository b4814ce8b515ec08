"""No one changes their own role, an administrator always remains, compliance is notified, and a second person confirms."""

import pytest

from dakehu.domains.compliance.approvals.missing_requests import request_if_missing
from dakehu.domains.compliance.models import Approval
from dakehu.domains.team.models import Notice, RoleChange, User
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system, enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def second(teams):
    return enter("root", "备管", "admin")


def role_of(user):
    return str(User.objects.get(pk=user.pk).role)


def test_nobody_changes_the_own_role(admin, second):
    with acting(admin), pytest.raises(Refused) as refused:
        perform("team.change_user", {"user": "admin", "role": "compliance"})
    assert set(refused.value.messages) == {"role"}
    assert role_of(admin) == "admin"


def test_the_last_administrator_stays(admin, he):
    other = enter("root", "备管", "admin")
    with acting(other):
        perform("team.change_user", {"user": "admin", "role": "analyst"})
    with acting(admin), pytest.raises(Refused):
        perform("team.change_user", {"user": "root", "role": "manager"})
    with acting(admin), pytest.raises(Refused):
        perform("team.change_user", {"user": "root", "is_active": False})


def test_compliance_is_told_of_a_change_of_role(admin, he, lin):
    with acting(admin):
        perform("team.change_user", {"user": "lin", "role": "lead"})
    notice = Notice.objects.get(user=he, kind="role_changed")
    assert "林晓" in notice.detail and "管理员" in notice.detail


def test_compliance_is_told_of_a_new_administrator_or_officer(admin, he):
    with acting(admin):
        perform("team.add_user", {"username": "n1", "name": "新合规", "role": "compliance", "password": PASSWORD})
    assert Notice.objects.filter(user=he, kind="role_changed", detail__contains="新合规").exists()


def test_where_the_firm_asks_a_change_waits_for_a_second_person(settings, admin, second, he, lin):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin):
        perform("team.change_user", {"user": "lin", "role": "lead"})
        assert role_of(lin) == "manager"
        (row,) = ask("compliance.approvals", {"view": "mine"})
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": row["id"]})
    with acting(lin), pytest.raises(NotFound):  # hidden from users who may not decide
        perform("compliance.approve", {"approval": row["id"]})
    with acting(he):
        (waiting,) = ask("compliance.approvals", {})
        assert (waiting["kind_label"], waiting["summary"]) == ("角色变更", "林晓 → 团队负责人")
        perform("compliance.approve", {"approval": row["id"]})
    assert role_of(lin) == "lead"
    with acting(he), pytest.raises(Refused):
        perform("compliance.approve", {"approval": row["id"]})


def test_a_change_asked_for_again_takes_the_place_of_the_one_that_waited(settings, admin, second, he, lin):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin):
        perform("team.change_user", {"user": "lin", "role": "lead"})
        perform("team.change_user", {"user": "lin", "role": "analyst"})
    with acting(he):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.approve", {"approval": row["id"]})
    assert role_of(lin) == "analyst"


def test_a_change_that_an_earlier_version_left_waiting_is_asked_for_by_the_desk(settings, admin, he, lin):
    settings.ROLE_SECOND_PERSON = True
    with as_system(), act("test.earlier_version"):
        RoleChange(user=lin, role="lead", asked_by=admin).save()
    with acting(he):
        assert ask("compliance.approvals", {}) == []
    with as_system():
        request_if_missing()
        request_if_missing()
    with acting(admin):
        (row,) = ask("compliance.approvals", {"view": "mine"})
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": row["id"]})
    with acting(he):
        perform("compliance.approve", {"approval": row["id"]})
    assert role_of(lin) == "lead"


def test_whoever_is_meant_does_not_confirm(settings, admin, second, he):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin):
        perform("team.change_user", {"user": "root", "role": "compliance"})
    with acting(second):
        assert ask("compliance.approvals", {}) == []
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": Approval.objects.get().pk})
    with acting(he):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.reject", {"approval": row["id"], "note": "未说明理由"})
        assert ask("team.role_changes", {}) == []
    assert role_of(second) == "admin"


def test_a_new_officer_cannot_sign_in_before_a_second_person_has_confirmed(settings, admin, he):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin):
        perform("team.add_user", {"username": "n1", "name": "新合规", "role": "compliance", "password": PASSWORD})
        assert not User.objects.get(username="n1").is_active
        with pytest.raises(Refused):
            perform("team.change_user", {"user": "n1", "is_active": True})
    with acting(he):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.approve", {"approval": row["id"]})
    assert User.objects.get(username="n1").is_active
