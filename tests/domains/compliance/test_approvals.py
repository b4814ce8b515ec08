"""Approvals: four eyes for every kind, visible within scope, listed and notified once."""

import pytest

from dakehu.domains.compliance.approvals.rules import approval_error, digest
from dakehu.domains.compliance.wording import reviews
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system
from tests.domains.growth.test_campaigns import add_client, request_of, submit, write


def test_nobody_approves_what_they_wrote_and_the_desk_approves_nothing():
    assert approval_error(5, [5, 6]) is not None and approval_error(None, [5]) is not None
    assert approval_error(7, [5, 6]) is None


def test_a_digest_is_of_the_content_and_not_of_its_order():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1, "b": [3]})


@pytest.mark.django_db
def test_what_waits_is_listed_for_who_may_decide_and_leaves_the_list_when_decided(lin, zhou, wang, an):
    add_client(lin, "C1")
    number = write(lin)
    submit(lin, number)
    with acting(zhou):
        (row,) = ask("compliance.approvals", {})
        assert (row["kind_label"], row["summary"], row["url"]) == ("营销活动", "年末沟通", f"/campaigns/{number}/")
        (one,) = ask("compliance.approval_notices", {})
        assert (one["url"], one["text"]) == (f"/campaigns/{number}/", "营销活动“年末沟通”待您审批")
        with pytest.raises(Refused, match="填写"):
            perform("compliance.reject", {"approval": row["id"]})
        perform("compliance.reject", {"approval": row["id"], "note": "请补充依据"})
        assert ask("compliance.approvals", {}) == [] == ask("compliance.approval_notices", {})
        with pytest.raises(Refused, match="没有待审批"):
            perform("compliance.approve", {"approval": row["id"]})
    with acting(lin):
        assert [(one["state_code"], one["note"]) for one in ask("compliance.approvals", {"view": "mine"})] == [
            ("rejected", "请补充依据")
        ]
        assert ask("growth.campaign", {"campaign": number})["state"] == "draft"


@pytest.mark.django_db
def test_wang_neither_sees_nor_decides_what_is_about_lins_campaign(lin, zhou, wang, he):
    add_client(lin, "C1")
    number = write(lin)
    submit(lin, number)
    for user in (wang, lin):
        with acting(user):
            assert ask("compliance.approvals", {}) == []
    with acting(wang):
        assert ask("compliance.approvals", {"view": "decided"}) == []
        for verb in ("approve", "reject"):
            with pytest.raises(NotFound):
                perform(f"compliance.{verb}", {"approval": request_of(number), "note": "看看"})
    with acting(he):
        assert len(ask("compliance.approvals", {})) == 1


@pytest.mark.django_db
def test_what_waits_on_other_pages_is_counted_on_the_page_of_approvals(lin, zhou, he, client):
    text = "稳赚不赔是不可能的吗"
    with as_system(), act("test.text"):
        reviews.request_review(text, "mail")
    with acting(he):
        assert [(one["label"], one["count"]) for one in ask("compliance.review_lists", {})] == [("待复核文本", 1)]
    with acting(zhou):
        assert ask("compliance.review_lists", {}) == []
    client.post("/sign-in", {"username": "he", "password": PASSWORD})
    assert "待复核文本" in client.get("/approvals/").content.decode()
