"""On the day retention ends a client is deleted from every table, file, journal, undo and audit; other clients are unchanged."""

import json
import re
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from dakehu.domains.clients.models import Client, Group, Member, NotDuplicate
from dakehu.domains.compliance.models import TextReview
from dakehu.domains.compliance.privacy import erasure, retention
from dakehu.domains.ledger.trades import journal
from dakehu.domains.service.models import Attachment, Meeting, MeetingAttendee
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.erasure import tombstones
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import perform
from dakehu.foundation.installation import restored
from dakehu.foundation.jobs.models import Job
from dakehu.foundation.schema.references import references_to
from tests.cast import acting, as_system
from tests.rows import add_smallest_row

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MARK = "欧阳惜春"  # is in every text of this client
CODE, PHONE = "C7391", "13800001234"


@pytest.fixture
def moved(monkeypatch):
    """Set the clock of the desk to a day."""

    def to(day):
        monkeypatch.setattr(clock, "today", lambda: day)

    return to


def texts_of(model):
    """Return every text of a table, encrypted ones decrypted."""
    columns = [
        f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField | models.JSONField)
    ]
    sealed = [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]
    for row in models.QuerySet(model).all():
        yield " ".join(json.dumps(getattr(row, f.attname), ensure_ascii=False, default=str) for f in columns)
        for f in sealed:
            value = getattr(row, f.attname)
            if value is not None:
                yield value._plain() if hasattr(value, "_plain") else str(value)


def tables_with(*words):
    with as_system():
        return {
            model._meta.label
            for model in apps.get_models()
            if any(word in text for text in texts_of(model) for word in words)
        }


def fill(model, user, key, client):
    """Add a row that refers to the client, with the mark in every text that fits it."""
    texts = {}
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.TextField | EncryptedTextField) or (
            isinstance(column, models.CharField)
            and (column.max_length or 0) >= 60
            and not hasattr(column, "choice_set")
        )
        if is_text and not column.unique and type(column).__name__ != "BlindIndex":
            texts[column.name] = MARK
    return add_smallest_row(model, user, **{**texts, key.name: client})


@pytest.fixture(autouse=True)
def nobody_erased():
    """Start with an empty list of erased clients, and leave it empty."""
    tombstones.path().unlink(missing_ok=True)
    yield
    tombstones.path().unlink(missing_ok=True)


@pytest.fixture
def known(lin, zhou, he, qian):
    """A client of Lin with a row in every table that refers to clients, linked to a client of Wang in several ways."""
    with acting(lin):
        client = perform("clients.create", {"name": MARK, "code": CODE, "phone": PHONE})
        other = perform("clients.create", {"name": "留下的人", "code": "C0999"})
        perform("clients.change", {"client": CODE, "occupation": MARK, "remark": MARK})
        perform("service.log_interaction", {"client": CODE, "held_at": "2026-01-05", "summary": MARK})
        perform("service.add_attachment", {"client": CODE, "file": Upload(f"{MARK}.txt", MARK.encode())})
    with as_system(), act("test.settle"):
        for model, key in references_to(Client):
            if not models.QuerySet(model).filter(**{key.name: client}).exists() and model is not NotDuplicate:
                fill(model, lin, key, client)
        NotDuplicate(client=other, other=client).save()
        group = Group(kind="household", name=f"{MARK}家")
        group.save()
        shared = Group(kind="household", name="两家")
        shared.save()
        Member(client=client, group=group).save()
        first = Member(client=client, group=shared)
        first.save()
        Member(client=other, group=shared, relation="spouse", to=first).save()
        TextReview(digest="d", text=f"尊敬的{MARK}，本产品不保本", kind="duty").save()
        TextReview(digest="e", text="本产品不保本", kind="duty").save()
        for number in (client.pk, other.pk):
            models.Model.save(Job(kind="test", args={"client": number}, state="done", not_before=clock.now()))
        meeting = Meeting(client=client, subject=MARK, starts_at=clock.now(), ends_at=clock.now(), minutes=MARK)
        meeting.save()
        MeetingAttendee(meeting=meeting, client=other).save()
        name = journal.new_name()
        rows = [{"client": owner.pk, "asset": 1, "day": date(2026, 1, 5), "batch": 0} for owner in (client, other)]
        journal.write(journal.path_of(name), journal.trades_of(rows))
    return {"client": client, "other": other, "file": journal.path_of(name), "meeting": meeting.pk}


def restrict(he, client):
    with acting(he):
        row = perform("compliance.open_privacy_request", {"client": client.pk, "kind": "delete", "detail": MARK})
        return perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已限制处理"})


def test_on_the_day_retention_ends_he_is_gone_everywhere_and_the_chain_still_holds(
    he, known, moved, django_capture_on_commit_callbacks
):
    client, other, pk = known["client"], known["other"], known["client"].pk
    restrict(he, client)
    with as_system():
        kept = retention.kept_until([pk])[pk]
        before = models.QuerySet(Client).get(pk=pk)
        assert len(tables_with(MARK, CODE, PHONE)) > 20
        others = models.QuerySet(Member).filter(client=other).count()
        paths = [Path(settings.DAKEHU_HOME) / "files" / f.key[:2] / f.key for f in StoredFile.objects.all()]
        assert Attachment.objects.filter(client=client).exists() and paths
        moved(date.fromordinal(kept.until.toordinal() - 1))
        assert erasure.run_erasure() == {"due": 0, "returned": 0}
        moved(kept.until)
        with django_capture_on_commit_callbacks(execute=True):
            assert erasure.run_erasure() == {"due": 1, "returned": 0}
    assert tables_with(MARK, CODE, PHONE) == set()
    with as_system():
        for model, key in references_to(Client):
            assert not models.QuerySet(model).filter(**{key.name: pk}).exists(), model._meta.label
        assert models.QuerySet(Member).filter(client=other, to=None).count() == others
        attendee = models.QuerySet(MeetingAttendee).get(client=other)
        assert (attendee.meeting.client_id, attendee.meeting.minutes) == (None, "")
        assert TextReview.objects.count() == 1
        assert [job["client"] for job in Job.objects.filter(kind="test").values_list("args", flat=True)] == [other.pk]
        assert pq.read_table(known["file"])["client"].to_pylist() == [other.pk]
        assert not models.QuerySet(AuditEntry).filter(client_ref=pk).exists()
        verdict = verification.verify(rows=None)
        assert verdict.holds, verdict
    assert re.fullmatch(r"[0-9a-f]{64}\n", tombstones.path().read_text())
    assert not any(path.exists() for path in paths)
    # an older backup restores the client: the restore erases the client again before it ends
    with as_system():
        before.save_base(raw=True, force_insert=True)
        restored.bring_in_line()
        assert not models.QuerySet(Client).filter(pk=pk).exists()
