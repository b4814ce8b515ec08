"""An erased client's name is removed from the tickets, their search, audit and undo; the rest of the text stays."""

import pytest
from django.db import models

from dakehu.domains.support.client_data.erasure import TEXTS
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.erasure.erase import erase_clients
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NAME = "欧阳惜春"


def test_the_name_of_an_erased_client_is_in_no_ticket_and_in_no_entry_about_one(lin, admin, zhang):
    with acting(lin):
        client = perform("clients.create", {"name": NAME, "code": "C7391"})
        given = {"subject": f"{NAME}的页面", "text": f"{NAME}的页面打不开", "anyway": True}
        ticket = perform("support.open_ticket", given)
        other = perform("support.open_ticket", {"subject": "打印", "text": "第二页没有表头"})
        perform("support.change_ticket", {"ticket": ticket.pk, "text": f"{NAME}的页面还是打不开", "anyway": True})
    with acting(admin):
        perform("support.answer_ticket", {"ticket": ticket.pk, "text": f"{NAME}的页面已修好"})
    with as_system(), act("test.erase"):
        assert erase_clients([client.pk])["tickets"] == 2
    with acting(lin):
        page = ask("support.ticket_page", {"ticket": ticket.pk})
        assert (page["row"]["subject"], page["messages"][0]["text"]) == ("—的页面", "—的页面已修好")
        assert ask("support.tickets", {"text": NAME})["count"] == 0
        assert ask("support.tickets", {"text": "第二页"})["rows"][0]["id"] == other.pk
    with as_system():
        assert not [row for model in TEXTS for row in models.QuerySet(model).all() if NAME in str(vars(row))]
        assert not AuditEntry.objects.filter(body__contains=NAME).exists()
        assert AuditEntry.objects.filter(body__contains="第二页没有表头").exists()
        verdict = verification.verify(rows=None)
        assert verdict.holds, verdict
