"""The palette: a client, an action with a client, in any spelling; and the clients viewed last."""

import pytest

from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def gong(lin):
    with acting(lin):
        return perform("clients.create", {"name": "龚丽华", "code": "C0105"})


def lines(user, typed, **more):
    return desk(user).get("/palette", {"q": typed}, **more).json()


@pytest.mark.parametrize(
    "typed",
    [
        "记服务 龚丽华",
        "登记服务 glh",
        "djfw gonglihua",
        "log gonglihua",
        "龚丽华 记服务",
        "记服务龚丽华",
        "jifuwu glh",
    ],
)
def test_an_action_and_a_name_open_that_action_for_that_client(lin, gong, typed):
    first = lines(lin, typed)[0]
    assert first["url"] == f"/clients/{gong.pk}/actions/service.log_interaction"
    assert first["label"] == "登记服务记录：龚丽华" and first["form"]


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("安排跟进 龚", "service.plan_follow_up"),
        ("登记投诉 龚", "service.open_request"),
        ("plan glh", "service.plan_follow_up"),
    ],
)
def test_other_actions_on_clients_are_found_in_the_same_way(lin, gong, typed, action):
    assert f"/clients/{gong.pk}/actions/{action}" in [line["url"] for line in lines(lin, typed)]


def test_the_words_of_an_action_without_a_client_are_not_taken_for_a_client(lin, gong):
    with acting(lin):
        perform("service.log_interaction", {"client": gong.pk, "held_at": "2026-01-05", "summary": "客户介绍了新客户"})
    assert lines(lin, "新建客户")[0]["url"] != f"/clients/{gong.pk}/actions/clients.create_group"
    assert "/actions/clients.create" in [line["url"] for line in lines(lin, "新建客户")]


def test_letters_that_begin_a_clients_name_and_an_action_mean_the_client_first(lin, gong, zhang):
    desk(lin).get(f"/clients/{zhang.pk}/")
    urls = [line["url"] for line in lines(lin, "gong")]
    assert urls[0] == f"/clients/{gong.pk}/" and f"/clients/{zhang.pk}/actions/service.write_note" in urls


def test_actions_come_from_their_declarations_and_only_those_that_the_reader_may_do(lin, an, he, gong):
    assert not any("/actions/" in line["url"] for line in lines(an, "记服务 龚"))
    assert any("service.open_request" in line["url"] for line in lines(he, "登记投诉 龚"))
    assert any("ledger.add_investment" in line["url"] for line in lines(lin, "登记投资 龚"))


def test_no_action_is_offered_for_a_client_of_somebody_else(wang, gong):
    assert not any(str(gong.pk) in line["url"] for line in lines(wang, "记服务 龚丽华"))


def test_nothing_typed_gives_the_clients_that_one_opened_last_the_last_one_first(lin, wang, zhang, gong):
    for client in (gong, zhang):
        desk(lin).get(f"/clients/{client.pk}/")
    labels = [line["label"] for line in lines(lin, "")]
    assert labels[:2] == ["张三", "龚丽华"]
    desk(lin).get(f"/clients/{gong.pk}/peek")
    assert [line["label"] for line in lines(lin, "")][:2] == ["龚丽华", "张三"]
    assert lines(lin, "记服务")[0]["label"] == "登记服务记录：龚丽华"
    assert "张三" not in [line["label"] for line in lines(wang, "")]


def test_a_client_handed_over_is_no_longer_among_the_recent_ones(lin, zhou, gu, zhang):
    desk(lin).get(f"/clients/{zhang.pk}/")
    with acting(zhou):
        perform("clients.hand_over", {"clients": [zhang.pk], "user": gu.pk})
    assert "张三" not in [line["label"] for line in lines(lin, "")]


@pytest.fixture
def gu(lin):
    from tests.cast import enter

    return enter("gu", "顾明", "manager", "东区一队")
