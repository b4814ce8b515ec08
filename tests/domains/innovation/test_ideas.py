"""Ideas: filed by anyone, supported once each, sponsored, decided with a reason that the author sees."""

from datetime import timedelta

import pytest

from dakehu.domains.innovation.models import Idea, IdeaSupport
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
IDEA = {
    "title": "测评到期提前提醒",
    "topic": "账户业务",
    "problem": "客户到期才知道",
    "proposal": "提前一个月打电话",
    "beneficiaries": "测评将到期的客户",
}


def file_idea(user, **more):
    with acting(user):
        return perform("innovation.file_idea", {**IDEA, **more})


def do(user, name, idea, **more):
    with acting(user):
        return perform(f"innovation.{name}", {"idea": idea.pk, **more})


def bell(user):
    with acting(user):
        return [one["text"] for one in ask("innovation.idea_notices", {})]


@pytest.mark.postgres
def test_an_idea_goes_from_its_author_to_a_decision_that_the_author_learns(lin, zhou, wang, an):
    idea = file_idea(lin)
    for user in (wang, an):
        do(user, "support_idea", idea)
    do(zhou, "sponsor_idea", idea)
    assert bell(lin) == ["您的创意“测评到期提前提醒”：已有牵头人"]
    with pytest.raises(Refused):
        do(zhou, "decide_idea", idea, decision="采纳", reason=" ")
    do(zhou, "decide_idea", idea, decision="不采纳", reason="短信平台已有同样提醒")
    assert bell(lin) == ["您的创意“测评到期提前提醒”：不采纳（短信平台已有同样提醒）"]
    with acting(wang):
        page = ask("innovation.idea_page", {"idea": idea.pk})
        assert (page["voices"], page["row"]["reason"], page["row"]["decided_by"]) == (2, "短信平台已有同样提醒", "周宁")
    do(zhou, "reopen_idea", idea, reason="短信平台停用")
    with acting(lin):
        assert ask("innovation.idea_board", {"mine": True})["rows"][0]["state"] == "已有牵头人"


def test_nobody_supports_an_own_idea_nor_twice(lin, wang):
    idea = file_idea(lin)
    do(wang, "support_idea", idea)
    for user in (lin, wang):
        with pytest.raises(Refused):
            do(user, "support_idea", idea)
    do(wang, "withdraw_support", idea)
    with acting(lin):
        assert IdeaSupport.objects.count() == 0


def test_a_manager_neither_sponsors_nor_decides(lin, wang):
    idea = file_idea(lin)
    for name, more in (("sponsor_idea", {}), ("decide_idea", {"decision": "不采纳", "reason": "无"})):
        with pytest.raises(NotAllowed):
            do(wang, name, idea, **more)


def test_the_author_changes_the_text_until_somebody_takes_it(lin, wang, zhou):
    idea = file_idea(lin)
    do(lin, "change_idea", idea, title="提前一个月提醒测评")
    with pytest.raises(Refused):
        do(wang, "change_idea", idea, title="别的")
    do(zhou, "sponsor_idea", idea)
    with pytest.raises(Refused):
        do(lin, "change_idea", idea, title="再改")
    do(zhou, "return_idea", idea)
    do(lin, "change_idea", idea, title="再改")


def test_what_colleagues_ask_for_most_stands_first(lin, zhou, wang, an):
    few, many = file_idea(lin, title="换会议室", topic="其他"), file_idea(lin)
    closed = file_idea(lin, title="旧创意")
    do(zhou, "decide_idea", closed, decision="不采纳", reason="重复")
    for user in (wang, an, zhou):
        do(user, "support_idea", many)
    do(wang, "support_idea", few)
    with acting(an):
        found = ask("innovation.demand", {})
    assert [(one["title"], one["voices"]) for one in found["wishes"]] == [("测评到期提前提醒", 4), ("换会议室", 2)]
    assert [(one["topic"], one["voices"]) for one in found["topics"]] == [("account", 4), ("other", 2)]


def test_wishes_of_the_support_desk_stand_beside_ideas(lin, wang):
    file_idea(lin)
    with acting(lin):
        perform(
            "support.open_ticket", {"subject": "列表可以固定列", "text": "横向滚动时看不到姓名", "kind": "功能建议"}
        )
    with acting(wang):
        found = ask("innovation.demand", {})
    assert {(one["source"], one["title"], one["voices"]) for one in found["wishes"]} == {
        ("创意", "测评到期提前提醒", 1),
        ("功能建议", "列表可以固定列", 1),
    }
    assert {one["topic"] for one in found["topics"]} == {"account", "system"}


def test_an_idea_names_no_client(lin, zhang):
    for text, field in (("13812345678 打不通", "problem"), ("张三到期才知道", "anyway")):
        with pytest.raises(Refused) as refusal:
            file_idea(lin, problem=text)
        assert set(refusal.value.messages) == {field}
    idea = file_idea(lin, problem="张三丰式的提醒", anyway=True)
    with pytest.raises(Refused):
        do(lin, "change_idea", idea, proposal="打 13812345678")


def let_pass(idea, days):
    """Make an idea unchanged since some days."""
    with as_system(), act("test.age"):
        row = Idea.objects.get(pk=idea.pk)
        row.filed_on = row.moved_on = clock.today() - timedelta(days=days)
        row.save()


def test_sponsors_are_reminded_of_what_nobody_took_and_of_what_they_let_lie(lin, zhou):
    idea = file_idea(lin)
    let_pass(idea, 15)
    assert bell(zhou) == ["1 个创意超过 14 天无人牵头"]
    do(zhou, "sponsor_idea", idea)
    assert bell(zhou) == []
    let_pass(idea, 61)
    assert bell(zhou)[0].startswith("您牵头的创意")


def test_colleagues_comment_on_an_idea(lin, zhou):
    idea = file_idea(lin)
    with acting(zhou):
        perform("service.add_comment", {"subject_kind": "idea", "subject_id": idea.pk, "text": "可以先试两周"})
        (found,) = ask("service.comments", {})["rows"]
    assert found["text"] == "可以先试两周"
