"""Search as users of a Chinese desk expect it: by any fact they remember, in scope, never by what they may not see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def codes(text: str) -> list[str]:
    return [row["code"] for row in ask("clients.search", {"text": text})["rows"]]


@pytest.fixture
def named(lin, zhang):
    """Zhang, here named 曾國藩, with an ID number and a phone."""
    with acting(lin):
        perform(
            "clients.change",
            {"client": zhang.code, "name": "曾國藩", "id_type": "居民身份证", "id_number": "11010519491231002X"},
        )
        perform(
            "clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "139 1234 5678", "person": "李秘书"}
        )
    return zhang


@pytest.mark.parametrize(
    "typed",
    [
        "曾",
        "国藩",
        "國藩",
        "曾国藩",
        "zgf",
        "zengguofan",
        "cgf",
        "zengg",
        "zguofan",
        "C0001",
        "c00",
        "0001",
        "01",
        "5678",
        "13912345678",
        "139-1234-5678",
        "002X",
        "002x",
        "11010519491231002X",
        "李秘书",
        "秘书",
    ],
)
def test_a_client_is_found_by_whatever_is_remembered(lin, named, typed):
    with acting(lin):
        assert "C0001" in codes(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "+86 139 1234 5678",
        "(139) 1234-5678",
        "8613912345678",
        "0086 13912345678",
        "010-88886666",
        "01088886666",
        "(010) 8888 6666",
        "+86 10 8888 6666",
    ],
)
def test_a_number_is_found_however_it_is_written(lin, named, typed):
    with acting(lin):
        perform("clients.add_contact", {"client": "C0001", "kind": "座机", "value": "010-88886666"})
        assert codes(typed) == ["C0001"]


@pytest.mark.parametrize("typed", ["藩国", "zz", "9999", "1391234567", "无此人", "%", "'", "*", "曾 无"])
def test_what_does_not_fit_finds_nothing(lin, named, typed):
    with acting(lin):
        assert codes(typed) == []


@pytest.mark.parametrize("typed", ["曾国藩" * 20_000, "zengguofan" * 10_000, "1" * 60_000, "曾 国 " * 5_000])
def test_a_whole_page_pasted_into_the_search_is_answered(lin, he, named, typed):
    for reader in (lin, he):
        with acting(reader):
            assert codes(typed) == (["C0001"] if " " in typed else [])
            assert [row["code"] for row in ask("clients.list", {"text": typed})["rows"]] == codes(typed)


def test_wang_finds_nothing_of_lins_clients(wang, named):
    with acting(wang):
        for typed in ("曾国藩", "zgf", "C0001", "5678", "李秘书"):
            assert codes(typed) == []


def test_a_reader_without_clearance_finds_by_what_they_may_see_only(an, named):
    with acting(an):
        assert "C0001" in codes("C0001")
        for typed in ("曾国藩", "zgf", "5678", "002X", "秘书"):
            assert codes(typed) == [], typed


def test_a_note_finds_its_client_and_says_where(lin, named):
    with acting(lin):
        perform(
            "service.log_interaction",
            {
                "client": "C0001",
                "held_at": "2026-01-05 10:00",
                "channel": "电话",
                "summary": "客户咨询贵州茅台，想在春节前减仓",
            },
        )
        (row,) = ask("clients.search", {"text": "茅台"})["rows"]
        assert row["code"] == "C0001" and "茅台" in row["passage"] and row["found_in"]


def test_names_come_before_notes_and_whole_before_part(lin, named):
    with acting(lin):
        perform("clients.create", {"code": "C0007", "name": "曾国藩堂", "kind": "机构"})
        perform("clients.create", {"code": "C0008", "name": "李鸿章", "remark": "曾国藩介绍"})
        assert codes("曾国藩") == ["C0001", "C0007", "C0008"]


def test_a_changed_name_is_found_by_the_new_one_only(lin, named):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "name": "左宗棠"})
        assert codes("左宗") == ["C0001"] and codes("曾") == []


def test_twenty_clients_found_cost_no_more_questions_than_two(lin, zhang, admin):
    def asked():
        with CaptureQueriesContext(connection) as questions:
            assert codes("赵")
        return len(questions)

    with acting(lin):
        for number in range(20):
            if number == 2:
                asked()  # the number of clients in scope is counted once a minute
                few = asked()
            with acting(admin):
                branch = perform("team.create_branch", {"code": f"Z{number}", "name": f"网点{number}", "city": "上海"})
            perform("clients.create", {"name": f"赵{number}", "code": f"Z{number}", "branch": branch.code})
        assert asked() <= few


def test_the_list_is_searched_the_same_way(lin, named):
    with acting(lin):
        for typed in ("國藩", "zengg", "0001", "5678", "002X"):
            assert [row["code"] for row in ask("clients.list", {"text": typed})["rows"]] == ["C0001"], typed


def test_what_is_rebuilt_is_what_was_kept_in_step(lin, named):
    from dakehu.domains.clients.models import SearchLine
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.search import index

    def lines() -> set:
        return set(SearchLine.objects.values_list("client_id", "what", "number", "words"))

    with acting(lin):
        perform("service.plan_follow_up", {"client": "C0001", "due_on": "2030-01-02", "subject": "送上产品说明书"})
    with as_system():
        before = lines()
        with act("search.rebuild", "test"):
            index.rebuild(lambda label, rows: None)
        assert lines() == before and len(before) == 3


def test_a_word_of_the_name_and_one_of_the_occupation_find_together_whom_the_reader_may_see_in_clear(lin, an, named):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        assert [row["code"] for row in ask("clients.search", {"text": "国藩 医生"})["rows"]] == ["C0001"]
    with acting(an):
        assert ask("clients.search", {"text": "医生"})["count"] == 1
        assert ask("clients.search", {"text": "国藩 医生"})["count"] == 0


def test_sealed_values_are_not_in_the_search_table(lin, named):
    from dakehu.domains.clients.models import SearchLine
    from dakehu.foundation.search.text import tokens

    with as_system():
        words = " ".join(SearchLine.objects.values_list("words", flat=True))
        assert not {sign + tokens("391") for sign in "ox"} & set(words.split()) and "t912" not in words
