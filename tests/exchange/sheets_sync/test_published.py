"""Figures for IMPORTDATA: at a signed URL that expires, without personal data."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from dakehu.exchange.sheets_sync.models import PublishedTable
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def publish(user, **values):
    given = {"name": "客群", "counted_by": "客群", "expires_on": clock.today() + timedelta(days=30), **values}
    with acting(user):
        return perform("sheets.publish", given)["path"]


def test_numbers_are_read_without_signing_in_until_they_end_and_name_nobody(lin, admin):
    with acting(lin):
        for number in range(12):
            segment = "私人财富" if number < 8 else "=HYPERLINK()" if number < 10 else f"独一{number}"
            perform("clients.create", {"name": f"客户{number}", "code": f"K{number}", "segment": segment})
    path = publish(admin)
    browser = Browser()
    answer = browser.get(path)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
    text = answer.content.decode()
    assert "私人财富,8" in text and "客户0" not in text and "独一" not in text and "HYPERLINK" not in text
    assert browser.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    row = PublishedTable.objects.get()
    assert row.uses == 1
    with as_system(), act("test.settle"):
        row.expires_on = clock.today() - timedelta(days=1)
        row.save()
    assert browser.get(path).status_code == 404


def test_a_withdrawn_table_is_gone_and_only_an_administrator_publishes_for_ninety_days_at_most(lin, admin):
    path = publish(admin)
    with acting(admin):
        perform("sheets.withdraw", {"published": "客群"})
    assert Browser().get(path).status_code == 404
    with pytest.raises(NotAllowed):
        publish(lin, name="二")
    with pytest.raises(Refused):
        publish(admin, name="二", expires_on=clock.today() + timedelta(days=91))
