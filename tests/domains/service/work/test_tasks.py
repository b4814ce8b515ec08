"""Tasks and checklists: owners, dependencies, and triggers."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import ChecklistTemplate, Task
from dakehu.domains.service.tasks import reactions
from dakehu.domains.service.tasks.rules import OPEN_STATES
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


def day(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def new(subject, days=3, **more):
    return perform("service.create_task", {"subject": subject, "due_on": day(days), **more})


def test_a_task_is_its_creators_unless_somebody_who_sees_the_client_is_named(lin, gu, zhou, zhang):
    with acting(lin):
        mine = new("补齐资料", client=zhang.pk)
        assert mine.owner == lin and mine.created_by == lin
        with pytest.raises(Refused, match="看不到这位客户"):
            new("请顾明处理", client=zhang.pk, owner=gu.pk)
        given = new("请周宁处理", client=zhang.pk, owner=zhou.pk)
    with acting(zhou):
        assert [one["key"] for one in ask("service.task_notices", {})] == [f"service.task_notices:new:{given.pk}"]


@pytest.mark.postgres
def test_wang_sees_no_task_of_lins_client_nor_one_without_a_client(lin, zhou, wang, gu, zhang):
    with acting(lin):
        of_client, own = new("补齐资料", client=zhang.pk), new("整理工位")
        perform("service.add_task_helper", {"task": own.pk, "user": gu.pk})
    with acting(wang):
        assert ask("service.tasks", {})["count"] == 0
        with pytest.raises(NotFound):
            perform("service.finish_task", {"task": own.pk})
    with acting(gu):
        assert [row["id"] for row in ask("service.tasks", {"mine": True})["rows"]] == [own.pk]
    with acting(zhou):
        assert {row["id"] for row in ask("service.tasks", {})["rows"]} == {of_client.pk, own.pk}


def test_tasks_that_wait_are_blocked_without_circles_until_what_they_wait_for_is_done(lin, zhang):
    with acting(lin):
        first, second, third = (new(f"第{n}步", client=zhang.pk) for n in "一二三")
        for task, after in ((second, first), (third, second)):
            perform("service.add_task_dependency", {"task": task.pk, "after": after.pk})
        with pytest.raises(Refused, match="循环"):
            perform("service.add_task_dependency", {"task": first.pk, "after": third.pk})
        with pytest.raises(Refused, match="前置任务"):
            perform("service.move_task", {"task": second.pk, "state": "working"})
        groups = {one["group"]: one["count"] for one in ask("service.task_list", {})["groups"]}
        assert groups == {"blocked": 2, "later": 1}
        perform("service.finish_task", {"task": first.pk})
        assert perform("service.move_task", {"task": second.pk, "state": "working"}).state == "working"


def test_the_whole_is_done_with_its_last_part_and_not_before(lin, zhang):
    with acting(lin):
        whole = new("入户", client=zhang.pk)
        parts = [new(f"第{n}项", part_of=whole.pk) for n in "一二"]
        assert {part.client_id for part in parts} == {zhang.pk}
        with pytest.raises(Refused, match="2 项子任务"):
            perform("service.finish_task", {"task": whole.pk})
        for part in parts:
            perform("service.finish_task", {"task": part.pk})
        whole.refresh_from_db()
        assert (whole.state, whole.done_on) == ("done", clock.today())


def test_a_repeating_task_creates_its_next_one_with_its_helpers(lin, gu, zhang):
    with acting(lin):
        row = new("月度对账", days=0, every="month", starts_on=day(-2))
        perform("service.add_task_helper", {"task": row.pk, "user": gu.pk})
        perform("service.finish_task", {"task": row.pk})
        following = Task.objects.get(state="open")
        assert following.due_on > clock.today() + timedelta(days=27)
        assert following.due_on - following.starts_on == timedelta(days=2)
        assert [one.user for one in following.helpers.all()] == [gu]


def test_many_are_changed_all_or_nothing_and_taken_back_as_one(lin, zhang):
    with acting(lin):
        rows = [new(f"第{n}项", client=zhang.pk) for n in "一二三"]
        perform("service.change_tasks", {"tasks": [row.pk for row in rows], "priority": "1", "due_on": day(9)})
        assert {row["priority"] for row in ask("service.tasks", {})["rows"]} == {"1"}
        with pytest.raises(Refused):
            perform("service.change_tasks", {"tasks": [row.pk for row in rows], "due_on": "1999-99-99"})
        with pytest.raises(Refused, match="至少填写一个"):
            perform("service.change_tasks", {"tasks": [rows[0].pk]})


def started(client):
    with as_system():
        return list(Task.objects.filter(client=client, parent=None).values_list("subject", flat=True))


def test_a_checklist_starts_by_hand_by_an_opened_client_a_raised_tier_and_a_passed_year_each_once(lin, zhou, zhang):
    with acting(zhou):
        perform("service.add_default_checklists", {})
        for name, trigger in (
            ("新客户入户清单", "client_opened"),
            ("年度回顾清单", "year_passed"),
            ("客户升级欢迎清单", "tier_raised"),
        ):
            row = ChecklistTemplate.objects.get(name=name)
            perform("service.change_checklist", {"checklist": row.pk, "trigger": trigger})
    with acting(lin):
        template = ChecklistTemplate.objects.get(name="年度回顾清单")
        whole = perform("service.start_checklist", {"client": zhang.pk, "template": template.pk})
        parts = Task.objects.filter(parent=whole).order_by("position")
        assert [part.owner for part in parts] == [lin] * 5 and parts[2].needs.get().after == parts[0]
        perform("service.cancel_task", {"task": whole.pk})
        assert not Task.objects.filter(state__in=OPEN_STATES).exists()
        opened = clock.today().replace(year=clock.today().year - 3, day=min(clock.today().day, 28))
        perform("clients.change", {"client": zhang.pk, "opened_on": opened.isoformat()})
    reactions.on_client_opened(client=zhang.pk)
    reactions.on_client_opened(client=zhang.pk)
    from dakehu.foundation.actions.registry import act

    with as_system(), act("test.raise"):
        model_of("tiers.TierChange")(client=zhang, on=clock.today(), kind="upgraded", code="T4").save()
    with as_system():
        for _ in range(2):
            reactions._run(None)
    assert sorted(started(zhang)) == sorted(["年度回顾清单", "新客户入户清单", "客户升级欢迎清单", "年度回顾清单"])


def test_tasks_stand_on_today_on_the_client_and_on_the_board(lin, zhang):
    with acting(lin):
        row = new("补齐资料", days=0, client=zhang.pk, minutes=30)
        line = next(one for one in ask("service.today_list", {"mine": True})["lines"] if one["what"] == "task")
        assert line["work"] == f"task:{row.pk}" and line["group"] == "plan"
        perform("service.postpone_work", {"work": f"task:{row.pk}", "until": day(2), "reason": "客户出差"})
        assert ask("service.tasks_card", {"client": zhang.pk})["lines"][0]["what"] == "补齐资料"
        perform("service.move_task", {"task": row.pk, "state": "waiting"})
        board = {one["state"]: one["count"] for one in ask("service.task_board", {"whose": "mine"})["columns"]}
        assert board == {"open": 0, "working": 0, "waiting": 1, "done": 0}
