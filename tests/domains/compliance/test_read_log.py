"""Each access to a client is recorded at every interface, for compliance alone, for as long as the firm keeps it."""

from datetime import timedelta

import pytest

from dakehu.domains.compliance.models import ReadEntry
from dakehu.domains.compliance.read_log.queries import delete_old_entries
from dakehu.exchange.exports.service import export_mark
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import ask
from tests.cast import PASSWORD, acting

pytestmark = pytest.mark.django_db


def test_a_page_and_a_program_leave_one_line_an_hour_and_a_refusal_none(lin, wang, he, zhang, client):
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    for _ in range(2):
        client.get(f"/clients/{zhang.pk}/")
    with acting(lin, door="api"):
        ask("clients.contacts", {"client": zhang.code})
    with acting(lin, door="web"):
        ask("clients.contacts", {"client": zhang.code})
    with acting(wang, door="api"), pytest.raises(Exception, match="C0001"):
        ask("clients.contacts", {"client": zhang.code})
    with acting(he):
        rows = ask("compliance.readings", {})
        assert [(row["person"], row["door"], row["times"]) for row in rows] == [("林晓", "api", 1), ("林晓", "web", 2)]
        assert rows[0]["code"] == "C0001"
        assert ask("compliance.readings", {"person": "王强"}) == []
        assert len(ask("compliance.readings", {"client": zhang.code, "since": clock.today()})) == 2
    with acting(lin), pytest.raises(NotAllowed):
        ask("compliance.readings", {})


def test_a_further_part_of_a_page_is_the_same_reading_and_alone_it_is_one(lin, zhang, client):
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    client.get(f"/clients/{zhang.pk}/money")
    assert ReadEntry.objects.get().times == 1
    client.get(f"/clients/{zhang.pk}/?tab=money")
    client.get(f"/clients/{zhang.pk}/money")
    assert ReadEntry.objects.get().times == 2


def test_readings_are_deleted_after_the_days_that_the_firm_keeps_them(lin, zhang, client):
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    client.get(f"/clients/{zhang.pk}/")
    assert delete_old_entries(clock.today() + timedelta(days=200), 200) == 0
    assert delete_old_entries(clock.today() + timedelta(days=201), 200) == 1 and not ReadEntry.objects.exists()


def test_the_watermark_names_the_reader_and_is_off_until_the_firm_wants_it(lin, client, settings):
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    assert 'class="watermark"' not in client.get("/clients/").content.decode()
    settings.WATERMARK = True
    assert 'class="watermark"' in client.get("/clients/").content.decode()
    picture = client.get("/me/watermark.svg")
    assert "林晓 lin" in picture.content.decode() and picture["Cache-Control"] == "no-store"


def test_an_exported_file_says_who_made_it(lin):
    with acting(lin):
        assert "林晓" in export_mark()
