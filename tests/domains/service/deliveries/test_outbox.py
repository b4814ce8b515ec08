"""Every outgoing message is queued once, encrypted, and has its own Message-ID."""

import pytest
from django.db import connection, models

from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.models import Delivery
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.jobs.models import Job
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def queue(key="reply:1", address="zhang@example.com", **more):
    facts = {"channel": "mail", "subject": "您的问题", "text": "张三，您好", "kind": "client_mail"}
    return outbox.queue(**{**facts, "address": address, "key": key, **more})


def stored(number):
    with as_system():
        return Delivery.objects.get(pk=number)


@pytest.mark.postgres
def test_what_is_queued_already_is_not_queued_again_whoever_asks(lin, wang, zhang):
    with acting(lin):
        first = queue(client=zhang.pk)
        assert queue(client=zhang.pk, address=" Zhang@Example.com") == first
        assert queue(client=zhang.pk, address="other@example.com") != first
    with acting(wang):
        assert queue() == first
    assert stored(first).message_id.startswith("<") and stored(first).state == "queued"


def test_a_text_to_a_client_of_somebody_else_cannot_be_queued(wang, zhang):
    with acting(wang), pytest.raises(NotFound):
        queue(client=zhang.pk)


def test_address_and_text_are_sealed_in_table_and_audit(lin, zhang):
    with acting(lin):
        queue(client=zhang.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM service_delivery")
        assert "zhang@example.com" not in str(cursor.fetchall())
    with as_system():
        bodies = " ".join(str(entry.body) for entry in AuditEntry.objects.all())
    assert "service.queue_delivery" in bodies or "client_mail" in bodies
    assert "您好" not in bodies and "zhang@example" not in bodies


def test_many_queued_at_once_are_sent_by_one_job_of_the_desk(lin):
    with acting(lin):
        for number in range(5):
            queue(key=f"reply:{number}")
    (job,) = models.QuerySet(Job).filter(kind=outbox.SEND)
    assert job.owner_ref is None


def test_a_channel_that_the_desk_cannot_send_by_is_named(lin, zhang):
    with acting(lin):
        number = queue(channel="sms", address="13800000000", client=zhang.pk)
    assert (stored(number).state, stored(number).rule) == ("suppressed", "no_transport")
