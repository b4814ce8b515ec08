"""A question is posted without client data, answered, solved or reopened; a wish counts votes without names."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = pytest.mark.django_db


def open_ticket(user, subject="怎样撤销一次导入", text="导入选错了文件，想退回去。", **more):
    with acting(user):
        return perform("support.open_ticket", {"subject": subject, "text": text, **more})


def answer(user, ticket, text="在“撤销操作”页面选那一次导入。"):
    with acting(user):
        perform("support.answer_ticket", {"ticket": ticket.pk, "text": text})


def page_of(user, ticket):
    with acting(user):
        return ask("support.ticket_page", {"ticket": ticket.pk})


@pytest.mark.postgres
def test_a_ticket_goes_from_question_over_answer_and_reopening_to_solved(lin, wang, admin):
    ticket = open_ticket(lin, page="/clients/17/?q=张三", guide_page="import")
    with acting(admin):
        assert [row["id"] for row in ask("support.ticket_list", {"tab": "waiting"})["rows"]] == [ticket.pk]
        assert len(ask("support.waiting_notices", {})) == 1
    with acting(wang), pytest.raises(NotFound):
        ask("support.ticket_page", {"ticket": ticket.pk})
    answer(admin, ticket)
    shown = page_of(lin, ticket)
    assert shown["row"]["page"] == "/clients/*/" and shown["row"]["desk_version"]
    assert (shown["row"]["state_code"], shown["steps"]) == ("answered", ["reopen", "solve"])
    with acting(lin):
        first = ask("support.answer_notices", {})
        assert len(first) == 1 and "导入" not in first[0]["outside"]
        perform("support.reopen_ticket", {"ticket": ticket.pk, "text": "按钮是灰的。"})
    answer(admin, ticket, "超过七天的导入不能撤销。")
    with acting(lin):
        assert ask("support.answer_notices", {})[0]["key"] != first[0]["key"]
        perform("support.solve_ticket", {"ticket": ticket.pk})
        with pytest.raises(Refused):
            perform("support.solve_ticket", {"ticket": ticket.pk})
    shown = page_of(lin, ticket)
    assert (shown["row"]["state_code"], shown["row"]["reopened"], len(shown["messages"])) == ("solved", "1", 3)


def test_what_is_written_after_an_answer_waits_for_an_answer_again(lin, zhou, admin):
    ticket = open_ticket(lin)
    answer(admin, ticket)
    with acting(lin):
        perform("support.write_on_ticket", {"ticket": ticket.pk, "text": "还有一点。"})
    assert page_of(admin, ticket)["row"]["state_code"] == "open"
    with acting(zhou), pytest.raises(NotAllowed):
        perform("support.answer_ticket", {"ticket": ticket.pk, "text": "答复"})


@pytest.mark.postgres
def test_readers_of_a_public_ticket_see_neither_who_asked_nor_its_files(lin, wang, admin):
    ticket = open_ticket(lin, is_public=True, file=Upload("截图.pdf", b"%PDF-1.4\n"))
    answer(admin, ticket)
    shown = page_of(wang, ticket)
    assert "林晓" not in str(shown) and shown["files"] == [] and shown["steps"] == []
    assert shown["messages"][0]["author"] == "管理员"
    with acting(wang):
        assert "林晓" not in str(ask("support.tickets", {})) and ask("support.tickets", {})["count"] == 1
        with pytest.raises(NotAllowed):
            perform("support.write_on_ticket", {"ticket": ticket.pk, "text": "我也是"})
        with pytest.raises(NotAllowed):
            perform("support.change_ticket", {"ticket": ticket.pk, "kind": "wish"})
    file = page_of(admin, ticket)["files"][0]["id"]
    with acting(wang), pytest.raises(NotFound):
        ask("support.ticket_file", {"ticket_file": file})
    with acting(lin):
        perform("support.change_ticket", {"ticket": ticket.pk, "shows_name": True})
    assert page_of(wang, ticket)["row"]["asker"] == "林晓"


@pytest.mark.postgres
def test_a_wish_is_public_and_counts_one_voice_a_person(lin, wang, he):
    wish = open_ticket(lin, "批量改标签", "希望一次改多位。", kind="wish", area="clients")
    other = open_ticket(he, "深色打印", "打印省墨。", kind="wish")
    for user in (wang, wang, he):
        with acting(user):
            perform("support.add_voice", {"ticket": wish.pk})
    with acting(wang):
        wishes = ask("support.feature_wishes", {})
        assert [(row["id"], row["voices"]) for row in wishes] == [(wish.pk, 3), (other.pk, 1)]
        assert "林晓" not in str(ask("support.ticket_list", {"tab": "wishes"}))
        perform("support.withdraw_voice", {"ticket": wish.pk})
        assert ask("support.ticket_list", {"tab": "wishes"})["rows"][0]["voices"] == 2
        with pytest.raises(NotFound):
            perform("support.add_voice", {"ticket": open_ticket(lin).pk})


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("他的电话是13912345678", "text"),
        ("证件11010519491231002X", "text"),
        ("客户C0001打不开", "text"),
        ("张三的页面打不开", "anyway"),
        ("写信给 a@example.com", "anyway"),
    ],
)
def test_client_data_is_refused_at_the_field_that_holds_it(lin, zhang, text, field):
    with pytest.raises(Refused) as refused:
        open_ticket(lin, text=text)
    assert list(refused.value.messages) == [field]
    assert "13912345678" not in str(refused.value)


def test_a_name_is_taken_once_confirmed_and_of_clients_out_of_sight_nothing_is_said(lin, wang, admin, zhang):
    assert open_ticket(lin, text="张三这个演示姓名", anyway=True).pk
    assert open_ticket(wang, text="张三和 C0001").pk
    assert open_ticket(admin, text="张三").pk  # the administrator sees names masked: an answer would unmask one


def test_the_counts_hold_every_ticket_and_name_nobody(lin, zhou, wang, admin):
    answer(admin, open_ticket(lin, kind="fault", area="data"))
    open_ticket(wang)
    with acting(zhou):
        counts = ask("support.counts", {})
        assert (counts["asked"], counts["waiting"], counts["answered"]) == (2, 1, 1)
        assert counts["first_answer"] == 0 and "林晓" not in str(counts)
    with acting(lin), pytest.raises(NotAllowed):
        ask("support.counts", {})


@pytest.mark.postgres
def test_who_follows_a_problem_finds_it_in_the_bell_once_it_is_fixed(lin, wang, admin, monkeypatch):
    with acting(admin):
        given = {"title": "打印时表头丢失", "description": "第二页没有表头。", "affected_version": "0.3.0"}
        problem = perform("support.add_problem", {**given, "workaround": "先导出为 Excel 再打印。"})
    ticket = open_ticket(lin)
    with acting(admin):
        perform("support.link_problem", {"ticket": ticket.pk, "problem": problem.pk})
    with acting(wang):
        assert ask("support.suggestions", {"text": "打印表头没有了"})[0]["url"] == f"/support/problems/{problem.pk}/"
        perform("support.subscribe_problem", {"known_problem": problem.pk})
        perform("support.subscribe_problem", {"known_problem": problem.pk})
        assert ask("support.problem_list", {"text": "表头"})[0]["subscribers"] == 2
        assert ask("support.fix_notices", {}) == []
        with pytest.raises(NotAllowed):
            perform("support.fix_problem", {"known_problem": problem.pk, "fixed_in": "0.3.1"})
    with acting(admin):
        perform("support.fix_problem", {"known_problem": problem.pk, "fixed_in": "0.3.1"})
    for user in (lin, wang):
        with acting(user):
            assert "0.3.1" in ask("support.fix_notices", {})[0]["text"]
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    with acting(wang):
        assert ask("support.fix_notices", {}) == []


def test_answered_public_questions_are_suggested_and_others_are_not(lin, wang, admin):
    public, own = open_ticket(lin, is_public=True), open_ticket(lin, "怎样撤销一次导入（我的）")
    for ticket in (public, own):
        answer(admin, ticket)
    open_ticket(lin, "撤销导入后看不到记录", is_public=True)  # waits for an answer
    with acting(wang):
        assert [row["url"] for row in ask("support.suggestions", {"text": "导入怎么撤销"})] == [
            f"/support/{public.pk}/"
        ]
