"""An investor class is approved through compliance, by a person other than the one who entered the application."""

import pytest

from dakehu.domains.advice.models import ClassApplication
from dakehu.domains.compliance.approvals.missing_requests import request_if_missing
from dakehu.domains.compliance.models import Approval
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system

STATED = {
    "wanted": "C",
    "financial_assets": "3600000",
    "experience_years": "4",
    "evidence": "2025 年末资产证明",
    "has_statement": True,
}


def apply(user, client):
    with acting(user):
        return perform("advice.apply_for_class", {"client": client.pk, **STATED})


def class_of(client):
    client.refresh_from_db()
    return str(client.investor_class), client.class_proven_on


@pytest.mark.django_db
@pytest.mark.postgres
def test_zhou_approves_with_a_reason_what_lin_entered_and_lin_does_not(lin, zhou, wang, an, zhang):
    row = apply(lin, zhang)
    with acting(lin):
        (mine,) = ask("compliance.approvals", {"view": "mine"})
        assert mine["kind_label"] == "投资者分类" and zhang.name not in mine["summary"]
    for user, refusal in ((lin, Refused), (wang, NotFound), (an, NotFound)):
        with acting(user), pytest.raises(refusal):
            perform("compliance.approve", {"approval": mine["id"], "note": "材料齐全"})
    with acting(zhou):
        (waiting,) = ask("advice.waiting_classes", {})
        assert waiting["approval"] == mine["id"] == ask("compliance.approvals", {})[0]["id"]
        with pytest.raises(Refused, match="理由"):
            perform("compliance.approve", {"approval": mine["id"]})
        perform("compliance.approve", {"approval": mine["id"], "note": "材料齐全"})
        assert ask("advice.waiting_classes", {}) == [] == ask("compliance.approvals", {})
    with as_system():
        assert class_of(zhang)[0] == "C" and class_of(zhang)[1] is not None
        row.refresh_from_db()
        assert (row.decision_note, row.decided_by) == ("材料齐全", zhou)


@pytest.mark.django_db
def test_an_approval_names_the_client_to_who_sees_them_and_says_no_more_to_anybody_else(
    lin, zhou, wang, an, zhang, client
):
    row = apply(lin, zhang)
    with acting(zhou):
        (one,) = ask("compliance.approvals", {})
        assert one["client"] == {"id": zhang.pk, "code": zhang.code, "name": zhang.name}
        assert str(row.pk) not in one["summary"]
        (told,) = ask("compliance.approval_notices", {})
        assert zhang.name in told["text"] and zhang.name not in told["outside"]
    for user in (wang, an):
        with acting(user):
            for view in ("waiting", "mine", "decided"):
                assert ask("compliance.approvals", {"view": view}) == []
            assert ask("compliance.approval_notices", {}) == []
    client.post("/sign-in", {"username": "zhou", "password": PASSWORD})
    page = client.get("/approvals/").content.decode()
    assert f'<a href="/clients/{zhang.pk}/">{zhang.name}</a>' in page and zhang.code in page


@pytest.mark.django_db
def test_an_application_withdrawn_or_sent_back_sets_no_class(lin, zhou, zhang):
    row = apply(lin, zhang)
    with acting(lin):
        perform("advice.withdraw_class", {"application": row.pk})
        assert ask("compliance.approvals", {"view": "mine"})[0]["state_code"] == "void"
    apply(lin, zhang)
    with acting(zhou):
        (waiting,) = ask("compliance.approvals", {})
        perform("compliance.reject", {"approval": waiting["id"], "note": "证明材料不全"})
    with as_system():
        assert class_of(zhang) == ("", None)


@pytest.mark.django_db
def test_an_application_that_an_earlier_version_left_waiting_is_listed_once(lin, zhou, zhang):
    apply(lin, zhang)
    with as_system(), act("test.earlier_version"):
        Approval.objects.all()[0].delete()
    with acting(zhou):
        (waiting,) = ask("advice.waiting_classes", {})
        assert waiting["approval"] is None and ask("compliance.approvals", {}) == []
    with as_system():
        request_if_missing()
        request_if_missing()
        assert ClassApplication.objects.count() == 1
    with acting(zhou):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.approve", {"approval": row["id"], "note": "材料齐全"})
    with as_system():
        assert class_of(zhang)[0] == "C"
