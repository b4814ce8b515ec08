"""Whether a client may be written to, by the desk's own records."""

from datetime import datetime

import pytest
from freezegun import freeze_time

from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.domains.service.models import Delivery
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))


def names(user, client, kind="campaign", channel="mail", at=NOON):
    with acting(user):
        return [one.rule for one in may_send(client, channel, kind, at)]


def states(user, client, **facts):
    with acting(user):
        perform(
            "clients.record_consent", {"client": client.code, "purpose": "营销", "stated_on": "2026-11-01", **facts}
        )


@freeze_time(NOON)
def test_the_records_of_the_desk_decide(lin, wang, zhang):
    assert names(lin, zhang) == ["no_consent"]
    states(lin, zhang, state="同意")
    assert names(lin, zhang) == []
    assert names(lin, zhang, at=clock.at_local(datetime(2026, 11, 30, 21, 0))) == ["quiet_hours"]
    with acting(lin):
        perform("service.open_request", {"client": zhang.code, "kind": "投诉", "subject": "收费争议"})
    assert names(lin, zhang) == ["open_complaint"] and names(lin, zhang, kind="client_mail") == []
    assert names(wang, zhang) == ["open_complaint"]  # also found by a user who may not see the client
    states(lin, zhang, state="撤回", channel="电子邮件")
    assert names(lin, zhang) == ["opt_out", "open_complaint"]
    assert names(lin, zhang, channel="sms") == ["open_complaint"]


@freeze_time(NOON)
def test_who_was_contacted_often_enough_is_left_alone(lin, zhang):
    states(lin, zhang, state="同意")
    with acting(lin):
        for number in range(2):
            outbox.queue(
                channel="mail",
                address="zhang@example.com",
                subject="",
                text="您好",
                key=f"campaign:{number}",
                kind="campaign",
                client=zhang.pk,
            )
    assert names(lin, zhang) == []
    with as_system(), act("test.sent"):
        for row in Delivery.objects.all():
            row.state, row.sent_at = "accepted", clock.now()
            row.save()
    assert names(lin, zhang) == ["too_often"] and names(lin, zhang, kind="client_mail") == []
