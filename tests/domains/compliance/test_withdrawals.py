"""A request to withdraw consent withdraws what it names, immediately and with an audit entry."""

import pytest

from dakehu.domains.compliance.consents.queries import has_consent
from dakehu.domains.compliance.privacy.models import PrivacyRequest
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def consenting(lin, he, zhang):
    """Zhang consents to marketing and to a profile."""
    with acting(he):
        for purpose in ("marketing", "profiling"):
            perform("compliance.publish_consent_text", {"purpose": purpose, "text_zh": "告知"})
    with acting(lin):
        for purpose in ("marketing", "profiling"):
            perform("compliance.give_consent", {"client": zhang.pk, "purpose": purpose})
    return zhang


def open_withdrawal(client, purposes, **more):
    return perform(
        "compliance.open_privacy_request", {"client": client.pk, "kind": "withdraw", "purposes": purposes, **more}
    )


def consented(client):
    return [purpose for purpose in ("marketing", "profiling") if has_consent(client.pk, purpose)]


@pytest.mark.postgres
def test_what_is_named_is_withdrawn_at_once_stays_on_the_record_and_can_be_taken_back(lin, consenting):
    with acting(lin):
        row = open_withdrawal(consenting, "营销推广")
        assert consented(consenting) == ["profiling"]
        said = model_of("clients.Consent").objects.filter(client=consenting, purpose="marketing").order_by("pk")
        assert [str(one.state) for one in said] == ["given", "withdrawn"]
        assert said[1].evidence == f"个人信息请求 {row.pk}" and said[1].stated_on == row.received_on
        assert "已撤回：营销推广" in desk(lin).get("/compliance/privacy/").content.decode()
        perform("workbook.undo", {"batch": ask("workbook.undoable", {})[0]["batch"]})
        assert consented(consenting) == ["marketing", "profiling"]
        assert not PrivacyRequest.objects.exists()


def test_all_are_those_consented_to_now_and_the_answer_ends_the_request(lin, he, consenting):
    with acting(lin):
        row = open_withdrawal(consenting, "全部")
        assert row.purposes == "marketing,profiling" and consented(consenting) == []
    with acting(he):
        with pytest.raises(Refused, match="不能拒绝"):
            perform("compliance.refuse_privacy_request", {"request": row.pk, "refusal_reason": "无"})
        done = perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已停止推介"})
        assert done.state == "granted"


@pytest.mark.parametrize("purposes", ["", "天气", "营销推广、天气"])
def test_a_withdrawal_says_what_is_withdrawn(lin, consenting, purposes):
    with acting(lin), pytest.raises(Refused, match="营销推广、画像分析"):
        open_withdrawal(consenting, purposes)


def test_other_requests_name_no_purpose(lin, consenting):
    with acting(lin), pytest.raises(Refused, match="只有撤回同意"):
        perform("compliance.open_privacy_request", {"client": consenting.pk, "kind": "copy", "purposes": "营销推广"})


def test_a_withdrawal_of_an_earlier_version_names_its_purposes_when_it_is_answered(lin, he, consenting):
    with as_system(), act("test.earlier_version"):
        row = PrivacyRequest(client=consenting, kind="withdraw", due_on="2026-12-20")
        row.save()
    with acting(he):
        with pytest.raises(Refused, match="哪些用途"):
            perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已办"})
        perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已办", "purposes": "画像"})
        assert consented(consenting) == ["marketing"]
