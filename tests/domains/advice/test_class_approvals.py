"""An investor class is decided on by the approvals of compliance, by somebody else than who entered the application."""

import pytest

from dakehu.domains.advice.models import ClassApplication
from dakehu.domains.compliance.approvals.missing_requests import request_if_missing
from dakehu.domains.compliance.models import Approval
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

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
