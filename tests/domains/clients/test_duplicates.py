"""Likely duplicates: found without comparing all pairs, shown with reasons, and never beyond the reader's scope."""

from datetime import date

import pytest

from dakehu.domains.clients.duplicates.detection import LikelyDuplicate
from dakehu.domains.clients.duplicates.rules import Profile, normalize_name_for_match, similarity
from dakehu.domains.clients.models import Client
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

ID = "11010519491231002X"


def portrait(name: str, pinyin: str = "", **facts) -> Profile:
    return Profile(name, pinyin, **facts)


@pytest.mark.parametrize(
    ("one", "two", "reasons", "likely"),
    [
        (portrait("张伟"), portrait("張偉"), ("name",), True),
        (portrait("張國榮"), portrait(" 张国荣 "), ("name",), True),
        (portrait("张建国", "zhangjianguo"), portrait("章建国", "zhangjianguo"), ("sound",), False),
        (
            portrait("张建国", "zhangjianguo", birth_on=date(1980, 1, 2)),
            portrait("章建国", "zhangjianguo", birth_on=date(1980, 1, 2)),
            ("sound", "birth"),
            True,
        ),
        (portrait("Wei Lin"), portrait("Lin Wei", birth_on=date(1980, 1, 2)), ("close",), False),
        (
            portrait("上海明远科技有限公司", kind="institution", employer="甲"),
            portrait("上海明远科技公司", kind="institution", employer="甲"),
            ("close", "employer"),
            False,
        ),
        (portrait("李四", contacts=frozenset("a")), portrait("王五", contacts=frozenset("a")), ("contact",), True),
        (portrait("张伟", birth_on=date(1980, 1, 2)), portrait("张伟", birth_on=date(1991, 5, 6)), ("name",), False),
        (
            portrait("张伟", id_index="x", id_type="resident"),
            portrait("张伟", id_index="y", id_type="resident"),
            ("name",),
            False,
        ),
        (portrait("张三", id_index="x"), portrait("李四", id_index="x"), ("id",), True),
    ],
)
def test_likeness_says_how_much_and_why(one, two, reasons, likely):
    found = similarity(one, two)
    assert (found.reasons, found.is_likely) == (reasons, likely)
    assert similarity(two, one) == found


def test_a_name_is_folded_to_simplified_half_width_letters():
    assert normalize_name_for_match("　張　偉（VIP）") == "张伟vip"


@pytest.fixture
def lins(lin, zhang):
    """Two more clients of Lin, one with a phone and an ID number."""
    with acting(lin):
        perform("clients.create", {"name": "李明", "code": "C0005", "phone": "13812345678", "id_number": ID})
        perform("clients.create", {"name": "王芳", "code": "C0006", "birth_on": "1980-02-03"})


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_new_client_who_is_likely_known_is_refused_by_name_until_somebody_insists(lin, lins):
    with acting(lin):
        with pytest.raises(LikelyDuplicate) as refusal:
            perform("clients.create", {"name": "張三"})
        assert (
            "C0001" in str(refusal.value) and refusal.value.status == 409 and set(refusal.value.messages) == {"anyway"}
        )
        with pytest.raises(LikelyDuplicate, match="C0005"):
            perform("clients.create", {"name": "李小明", "phone": "138 1234 5678"})
        assert perform("clients.create", {"name": "張三", "anyway": True}).pk


@pytest.mark.django_db
@pytest.mark.postgres
def test_one_id_number_is_one_client_whoever_insists(lin, lins):
    with acting(lin), pytest.raises(LikelyDuplicate, match="C0005") as refusal:
        perform("clients.create", {"name": "别人", "id_number": ID.lower(), "anyway": True})
    assert set(refusal.value.messages) == {"id_number"}


@pytest.mark.django_db
@pytest.mark.postgres
def test_of_clients_of_others_only_the_very_number_tells_and_neither_name_nor_code_nor_manager(wang, lin, lins):
    with acting(wang):
        for details in ({"name": "李明", "phone": "13812345678"}, {"name": "李明", "id_number": ID}):
            with pytest.raises(LikelyDuplicate) as refusal:
                perform("clients.create", details)
            text = str(refusal.value)
            assert "已由其他客户经理服务，请联系团队负责人" in text
            assert not any(secret in text for secret in ("C0005", "林晓", "李明"))
        report = ask("clients.similar_clients", {"name": "王芳", "birth_on": "1980-02-03"})
        assert report == {"found": [], "elsewhere": False}
        assert ask("clients.similar_clients", {"name": "x", "phone": "13812345678"}) == {"found": [], "elsewhere": True}
        perform("clients.create", {"name": "王芳", "birth_on": "1980-02-03"})  # no refusal, no disclosure


@pytest.mark.django_db
def test_nothing_at_all_is_said_of_a_client_behind_a_wall(wang, he, lin, lins):
    with acting(he):
        perform("clients.set_information_wall", {"client": "C0005", "walled": True, "reason": "并购"})
    with acting(wang):
        assert (
            ask("clients.similar_clients", {"name": "李明", "phone": "13812345678", "id_number": ID})["elsewhere"]
            is False
        )


@pytest.mark.django_db
@pytest.mark.postgres
def test_likely_duplicates_are_listed_with_reasons_and_never_again_once_told_apart(lin, wang, lins):
    with acting(lin):
        perform("clients.create", {"name": "王方", "code": "C0007", "birth_on": "1980-02-03", "anyway": True})
        perform("clients.create", {"name": "李明", "code": "C0008", "phone": "13812345678", "anyway": True})
        report = ask("clients.duplicates", {})
        assert [(p["client"]["code"], p["other"]["code"], p["reasons"]) for p in report] == [
            ("C0005", "C0008", "联系方式相同、姓名相同"),
            ("C0006", "C0007", "姓名读音相同、出生日期相同"),
        ]
        batch = perform("clients.mark_not_duplicate", {"client": "C0007", "other": "C0006"})["batch"]
        assert [p["other"]["code"] for p in ask("clients.duplicates", {})] == ["C0008"]
        perform("workbook.undo", {"batch": batch})
        assert len(ask("clients.duplicates", {})) == 2
        with pytest.raises(Refused):
            perform("clients.mark_not_duplicate", {"client": "C0007", "other": "C0007"})
    with acting(wang):
        assert ask("clients.duplicates", {}) == []


@pytest.mark.django_db
def test_a_name_that_many_share_is_not_compared_all_with_all(lin, zhang):
    with acting(lin):
        for number in range(13):
            perform("clients.create", {"name": "张三", "code": f"D{number:03}", "anyway": True})
        assert ask("clients.duplicates", {}) == []
    with as_system():
        assert Client.objects.filter(name="张三").count() == 14


@pytest.mark.django_db
def test_a_masked_number_points_to_nobody(lin, lins):
    with acting(lin):
        assert ask("clients.similar_clients", {"name": "某人", "phone": "138****5678"})["found"] == []


@pytest.mark.django_db
def test_a_pair_shows_both_records_and_the_points_that_make_its_score(lin):
    with acting(lin):
        for code in ("C0001", "C0002"):
            values = {"name": "欧阳明", "code": code, "birth_on": "1980-05-06", "anyway": True}
            perform("clients.create", values)
        pair = ask("clients.duplicates", {})[0]
    assert sum(row["points"] for row in pair["points"]) == pair["score"]
    assert {row["text"] for row in pair["points"]} == {"姓名相同", "出生日期相同"}
    same = {row["label"]: row["same"] for row in pair["fields"]}
    assert same["客户姓名"] and not same["客户号"]
