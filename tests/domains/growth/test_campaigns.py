"""Campaigns: who is excluded and by which rule, a second person who approves, and what is measured."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from freezegun import freeze_time

from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.compliance.models import Approval
from dakehu.domains.growth.models import Campaign, CampaignMember
from dakehu.domains.service.models import Delivery
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))
pa.schema([("day", pa.date32())]).empty_table()  # loads its modules before the clock is frozen
NIGHT = clock.at_local(datetime(2026, 11, 30, 22, 0))


def add_client(user, code, *, agrees=True):
    with acting(user):
        row = perform("clients.create", {"name": f"客户{code}", "code": code})
        perform("clients.add_contact", {"client": code, "kind": "邮箱", "value": f"{code.lower()}@example.com"})
        if agrees:
            state = {"purpose": "营销", "state": "同意", "stated_on": "2026-11-01"}
            perform("clients.record_consent", {"client": code, **state})
    return row


def write(user, **more):
    with acting(user):
        row = perform("growth.add_campaign", {"name": "年末沟通", "control_percent": 0, **more})
        text = {"subject": "给{{客户姓名}}的信", "body": "{{客户姓名}}：您好！年末服务安排请见附页。"}
        perform("growth.set_campaign_text", {"campaign": row.pk, "channel": "mail", "language": "zh", **text})
    return row.pk


def submit(user, number):
    with acting(user):
        perform("growth.submit_campaign", {"campaign": number})


def request_of(number, kind="growth.campaign"):
    """Return the id of the latest request for approval of an object."""
    with as_system():
        return find_approval(kind, number).pk


def approve(user, number):
    with acting(user):
        perform("compliance.approve", {"approval": request_of(number)})


def send(user, number, at=NOON):
    with freeze_time(at), acting(user):
        perform("growth.send_campaign", {"campaign": number})
        jobs.run_due_jobs()


def refused(user, number):
    with acting(user):
        found = ask("growth.campaign_results", {"campaign": number})["messages"]["refused"]
    return {line["rule"]: line["count"] for line in found}


def opts_out(lin):
    perform("clients.record_consent", {"client": "C1", "purpose": "营销", "state": "撤回", "stated_on": "2026-11-29"})


def complains(lin):
    perform("service.open_request", {"client": "C1", "kind": "投诉", "subject": "收费争议"})


def was_written_to_often(lin):
    with as_system(), act("test.sent"):
        for number in range(2):
            row = Delivery(channel="mail", kind="campaign", key=f"x{number}", message_id=f"<x{number}>", due_at=NOON)
            row.client_id = Campaign.objects.get().members.get(client__code="C1").client_id
            row.state, row.sent_at = "accepted", NOON - timedelta(days=1)
            row.save()


def is_restricted(lin):
    with as_system(), act("test.restrict"):
        row = CampaignMember.objects.get(client__code="C1").client
        row.status = "restricted"
        row.save()


CASES = {
    "opt_out": opts_out,
    "open_complaint": complains,
    "too_often": was_written_to_often,
    "restricted": is_restricted,
}


@pytest.mark.parametrize("rule", CASES)
@freeze_time(NOON)
def test_who_must_not_be_reached_is_refused_by_name_at_the_moment_of_sending(lin, zhou, rule):
    for code in ("C1", "C2"):
        add_client(lin, code)
    number = write(lin)
    submit(lin, number)
    approve(zhou, number)
    with acting(lin):
        CASES[rule](lin)
        assert {one["rule"] for one in ask("growth.campaign_preview", {"campaign": number})["refused"]} == {rule}
    send(lin, number)
    assert refused(lin, number) == {rule: 1}
    with acting(lin):
        (left,) = Delivery.objects.filter(key__startswith="campaign:")
        assert (left.client.code, left.kind, left.title) == ("C2", "campaign", "年末沟通")
        assert ask("growth.campaign_results", {"campaign": number})["messages"]["clients"] == 2
        with as_system(), act("test.open"):
            assert left.subject.open() == "给客户C2的信"


@freeze_time(NOON)
def test_in_quiet_hours_nobody_is_written_to_and_the_rest_may_be_sent_by_day(lin, zhou):
    add_client(lin, "C1")
    number = write(lin)
    submit(lin, number)
    approve(zhou, number)
    send(lin, number, NIGHT)
    assert refused(lin, number) == {"quiet_hours": 1}
    send(lin, number, NOON + timedelta(days=1))
    assert refused(lin, number) == {}
    with acting(lin), pytest.raises(Refused, match="没有待发送"):
        perform("growth.send_campaign", {"campaign": number})


@freeze_time(NOON)
def test_who_opted_out_before_is_excluded_before_the_draw_and_a_duty_notice_reaches_them(lin, zhou):
    add_client(lin, "C1", agrees=False)
    for number in range(2, 13):
        add_client(lin, f"C{number}")
    offer = write(lin, control_percent=10)
    duty = write(lin, control_percent=10, kind="duty")
    for number in (offer, duty):
        submit(lin, number)
    with acting(lin):
        listed = ask("growth.campaign_page", {"campaign": offer})["list"]
        assert listed["groups"] == {"contacted": 10, "control": 1, "excluded": 1}
        assert [(one["rule"], one["count"]) for one in listed["excluded"]] == [("no_consent", 1)]
        assert ask("growth.campaign_page", {"campaign": duty})["list"]["groups"]["contacted"] == 12


@freeze_time(NOON)
def test_the_approver_is_not_the_author_and_has_the_permission(lin, zhou, he, an):
    add_client(lin, "C1")
    number = write(lin)
    with acting(zhou):  # a person who changes it becomes one of its authors
        perform("growth.change_campaign", {"campaign": number, "aim": "年末安排"})
    submit(lin, number)
    for user in (lin, an):
        with pytest.raises(NotAllowed):
            approve(user, number)
    with pytest.raises(Refused, match="编写人"):
        approve(zhou, number)
    with acting(lin), pytest.raises(Refused, match="未获批准"):
        perform("growth.send_campaign", {"campaign": number})
    approve(he, number)
    with acting(lin):
        assert Approval.objects.get().decided_by_id == he.pk


@freeze_time(NOON)
def test_a_change_after_the_approval_voids_it(lin, zhou):
    add_client(lin, "C1")
    number = write(lin)
    submit(lin, number)
    approve(zhou, number)
    with acting(lin):
        text = {"channel": "mail", "language": "zh", "subject": "信", "body": "另一段文字"}
        perform("growth.set_campaign_text", {"campaign": number, **text})
        assert (Campaign.objects.get().state, Approval.objects.get().state) == ("draft", "void")
        assert not CampaignMember.objects.exists()
        with pytest.raises(Refused, match="未获批准"):
            perform("growth.send_campaign", {"campaign": number})
    submit(lin, number)
    approve(zhou, number)
    with as_system(), act("test.tamper"):  # however a text changes, other content is not approved
        message = Campaign.objects.get().messages.get()
        message.body = "换掉的正文"
        message.save()
    with acting(lin), pytest.raises(Refused, match="未获批准"):
        perform("growth.send_campaign", {"campaign": number})


@freeze_time(NOON)
def test_wangs_clients_are_never_in_lins_campaign(lin, wang, zhou):
    add_client(lin, "C1")
    add_client(wang, "C2")
    number = write(lin)
    submit(lin, number)
    with as_system():
        assert list(CampaignMember.objects.values_list("client__code", flat=True)) == ["C1"]
    with acting(zhou):  # a reader who sees other clients previews the frozen list
        perform("clients.create", {"name": "周的客户", "code": "C9"})
        assert ask("growth.campaign_preview", {"campaign": number})["clients"] == 1
    with acting(wang):
        assert ask("growth.campaigns", {})["count"] == 0
        for name in ("growth.campaign_page", "growth.campaign_preview", "growth.campaign_results"):
            with pytest.raises(NotFound):
                ask(name, {"campaign": number})
        with pytest.raises(NotFound):
            perform("growth.send_campaign", {"campaign": number})


@freeze_time(NOON)
def test_outcomes_are_counted_by_intention_and_too_few_say_nothing(lin, zhou):
    for number in range(1, 13):
        add_client(lin, f"C{number}")
    number = write(lin, control_percent=25, control_minimum=100, outcome="answered")
    submit(lin, number)
    approve(zhou, number)
    send(lin, number)
    with acting(lin):
        one = CampaignMember.objects.filter(group="contacted").order_by("pk").first().client
        held = {"held_at": NOON + timedelta(minutes=1), "channel": "电话", "summary": "来电询问"}
    with freeze_time(NOON + timedelta(days=1)), acting(lin):
        perform("service.log_interaction", {"client": one.code, **held})
        found = ask("growth.campaign_results", {"campaign": number})
    main = found["effects"][0]
    assert (main["outcome"], main["is_main"], main["verdict"]) == ("answered", True, "too_few")
    assert (main["contacted"], main["contacted_of"], main["control"], main["control_of"]) == (1, 9, 0, 3)
    assert found["messages"]["waiting"] == 9 and not found["is_over"]


@freeze_time(NOON)
def test_a_filter_or_placeholder_that_is_unknown_is_refused_at_once(lin):
    with acting(lin):
        with pytest.raises(Refused, match="没有“assts”这一列"):
            perform("growth.add_campaign", {"name": "甲", "filters": {"assts.ge": "1"}})
        row = perform("growth.add_campaign", {"name": "甲"})
        text = {"channel": "mail", "language": "zh", "subject": "信", "body": "{{姓甚名谁}}您好"}
        with pytest.raises(Refused, match="姓甚名谁"):
            perform("growth.set_campaign_text", {"campaign": row.pk, **text})
        with pytest.raises(Refused, match="先编写文案"):
            perform("growth.submit_campaign", {"campaign": row.pk})
