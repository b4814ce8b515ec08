"""Users of the desk enter the training desk by a single-use link; exercises are checked by the audit there."""

from pathlib import Path

import pytest

from dakehu.domains.support.training import evidence, people, rules
from dakehu.domains.support.training.exercises import EXERCISES
from dakehu.domains.team.sign_in import one_time_links
from dakehu.domains.team.sign_in.one_time_links import LinkRefused
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import ACTIONS, act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.cli import start_state
from dakehu.interfaces.training_environment import training_environment
from tests.cast import acting


@pytest.fixture
def training(settings):
    settings.TRAINING = True


def join(**person):
    with acting_as(system_actor("sign-in", "web")):
        return people.join_training(**{"username": "tan", "name": "谭静", "role": "manager", **person})


def test_each_newcomer_serves_the_next_clients_and_the_last_begin_again():
    assert rules.clients_for(0, "abcdefg", 3) == ["a", "b", "c"]
    assert rules.clients_for(2, "abcdefg", 3) == ["g", "a", "b"]
    assert rules.clients_for(0, "ab", 3) == ["a", "b"] and rules.clients_for(5, "", 3) == []


def test_the_training_desk_gets_a_directory_of_its_own_and_nothing_that_leads_elsewhere():
    given = {
        "PATH": "/bin",
        "DAKEHU_HOME": "/srv/desk",
        "DAKEHU_DATABASE_URL": "postgres://real",
        "DAKEHU_INBOX": "/srv/in",
        "DAKEHU_HOSTS": "desk.example",
    }
    found = training_environment(given)
    kept = {"PATH": "/bin", "DAKEHU_HOSTS": "desk.example", "DAKEHU_TRAINING": "1"}
    assert found == {**kept, "DAKEHU_HOME": str(Path("/srv/desk/training"))}
    assert training_environment(found) == found


@pytest.mark.django_db
@pytest.mark.usefixtures("training")
def test_a_newcomer_has_the_name_and_role_of_the_desk_clients_to_serve_and_no_known_password(zhang, qian):
    user = join()
    assert (user.username, user.name, str(user.role), user.must_change) == ("practice-tan", "谭静", "manager", False)
    with acting(user):
        assert ask("clients.list", {})["count"] == 2
    assert join(name="谭静静").pk == user.pk  # the second visit updates the name and adds no clients
    assert str(join(username="he2", role="compliance").role) == "compliance"
    assert model_of("team.User").objects.get(pk=user.pk).name == "谭静静"


@pytest.mark.django_db
def test_only_a_training_desk_takes_people_in_and_only_a_real_one_sends_them(lin, settings):
    with pytest.raises(Refused):
        join()
    with acting(lin):
        assert people.go_to_training().as_plain() == {
            "username": "lin",
            "name": "林晓",
            "role": "manager",
            "language": "zh",
        }
    settings.TRAINING = True
    with acting(lin), pytest.raises(Refused):
        people.go_to_training()


@pytest.mark.django_db
def test_an_exercise_is_done_once_the_audit_holds_its_action_by_this_person(lin, wang, zhang):
    with acting(lin):
        before = ask("support.exercises", {})
        perform("service.plan_follow_up", {"client": zhang.pk, "subject": "回访", "due_on": clock.today()})
        after = ask("support.exercises", {})
    assert [row["done_on"] for row in before] == [""] * len(before)
    assert [row["title"] for row in after if row["done_on"]] == ["安排一次跟进"]
    with acting(wang):
        assert not any(row["done_on"] for row in ask("support.exercises", {}))


@pytest.mark.django_db
def test_a_finished_set_of_exercises_is_entered_as_training_once_and_waits_for_approval(
    lin, an, zhou, settings, tmp_path
):
    settings.DAKEHU_HOME, settings.TRAINING = tmp_path, True
    with acting(join(username="an", name="安然", role="analyst")) as actor:
        with pytest.raises(Refused):
            evidence.finish_exercises()
        for done in [one for one in EXERCISES if actor.may(ACTIONS[one.action].needs)]:
            with act(done.action) as record:
                record.note["practised"] = True
        evidence.finish_exercises()
    settings.TRAINING = False
    with acting(lin), pytest.raises(Refused):
        evidence.enter_practice(home=tmp_path)
    with acting(an):
        row = evidence.enter_practice(home=tmp_path)
        assert (str(row.state), row.hours) == ("waiting", evidence.HOURS)
        with pytest.raises(Refused):
            evidence.enter_practice(home=tmp_path)


def test_exercises_are_those_of_the_role(lin, an, admin):
    titles = {}
    for user in (lin, an, admin):
        with acting(user):
            titles[user.username] = {row["title"] for row in ask("support.exercises", {})}
    assert "登记一次电话" in titles["lin"] and "登记一次电话" not in titles["an"]
    assert "做一张透视表并保存" in titles["an"] and "提一个问题" in titles["admin"]


def browse(client, token):
    return client.get(f"/training/enter?token={token}")


@pytest.mark.django_db
def test_the_link_signs_in_once_within_two_minutes_and_every_page_says_that_it_is_practice(
    teams, settings, tmp_path, client, monkeypatch
):
    settings.DAKEHU_HOME = tmp_path
    person = {"username": "tan", "name": "谭静", "role": "manager", "language": "zh"}
    token = one_time_links.issue_training_link(tmp_path, person)
    other = one_time_links.issue_training_link(tmp_path, {**person, "username": "lu"})
    assert browse(client, token).status_code == 404  # this is not a training desk
    settings.TRAINING = True
    assert browse(client, token).url == "/training/"
    page = client.get("/training/").content.decode()
    assert "练习模式：客户均为虚构" in page and "登记一次电话" in page
    assert "练习模式：客户均为虚构" in client.get("/support/").content.decode()
    assert client.post("/training/go").status_code == 400
    client.logout()
    assert browse(client, token).status_code == 403  # used
    later = clock.now() + one_time_links.TRAINING_LASTS
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(LinkRefused):
        one_time_links.read_link(other)


@pytest.mark.django_db
def test_another_kind_of_link_opens_no_training(teams, settings, tmp_path, client):
    settings.DAKEHU_HOME, settings.TRAINING = tmp_path, True
    token = one_time_links.issue_link(one_time_links.Purpose.SET_UP)
    assert browse(client, token).status_code == 403 and browse(client, "x").status_code == 403


@pytest.mark.django_db
def test_a_reset_puts_every_file_back_and_leaves_what_runs(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "files").mkdir()
    for name in ("dakehu.sqlite3", "files/a", start_state.SIGN_INS):
        (tmp_path / name).write_text("start")
    start_state.keep(tmp_path)
    assert start_state.is_kept(tmp_path) and not (tmp_path / start_state.FOLDER / "run").exists()
    (tmp_path / "dakehu.sqlite3").write_text("practised")
    (tmp_path / "files" / "b").write_text("practised")
    (tmp_path / start_state.SIGN_INS).unlink()  # the state after a killed reset
    start_state.restore(tmp_path)
    assert (tmp_path / "dakehu.sqlite3").read_text() == "start" and (tmp_path / start_state.SIGN_INS).exists()
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == ["a"] and (tmp_path / "run").exists()


def test_the_page_of_practice_offers_starting_to_administrators_of_this_machine_only(lin, admin, client):
    for username, expected in (("lin", False), ("admin", True)):
        client.post("/sign-in", {"username": username, "password": "Correct-horse-9"}, HTTP_HOST="localhost")
        page = client.get("/training/", HTTP_HOST="localhost").content.decode()
        assert ("启动练习台" in page) is expected and "练习模式：" not in page
        refused = client.post("/training/run", {"step": "start"}, HTTP_HOST="localhost", REMOTE_ADDR="192.168.1.9")
        assert refused.status_code == 403
    assert client.post("/training/go", HTTP_HOST="localhost").status_code == 400
