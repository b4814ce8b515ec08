"""Background work: it runs as its owner, can be monitored and stopped, and survives a crash."""

from datetime import timedelta

import pytest
from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.events import REACTIONS, on_event
from dakehu.foundation.jobs.models import Job
from dakehu.foundation.worker import run_worker
from tests.cast import acting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def kinds():
    """Remove the jobs and reactions registered by one test."""
    before = dict(jobs.JOBS), {k: list(v) for k, v in REACTIONS.items()}
    yield
    jobs.JOBS.clear()
    jobs.JOBS.update(before[0])
    REACTIONS.clear()
    REACTIONS.update(before[1])


def test_a_job_runs_with_its_owners_rights_and_leaves_its_result(lin, kinds):
    @jobs.job("test.who")
    def who(progress):
        progress(0.5, bilingual("一半", "half"))
        return {"name": current_actor().name, "door": current_actor().door}

    with acting(lin):
        number = jobs.start("test.who")
    assert jobs.run_due_jobs() == 1
    seen = jobs.get_job(number, lin.pk)
    assert (seen["state"], seen["result"]) == ("done", {"name": lin.name, "door": "worker"})


def test_wang_cannot_look_at_lins_job(lin, wang, kinds):
    jobs.job("test.quiet")(lambda progress: {})
    with acting(lin):
        number = jobs.start("test.quiet")
    with pytest.raises(NotFound):
        jobs.get_job(number, wang.pk)


def test_asking_to_stop_ends_a_running_job_at_its_next_step(lin, kinds):
    @jobs.job("test.long")
    def long(progress):
        progress(0.1)
        jobs.request_stop(progress.number)
        progress(0.2)
        raise AssertionError("went on")

    with acting(lin):
        number = jobs.start("test.long")
    jobs.run_due_jobs()
    assert jobs.get_job(number, lin.pk)["state"] == "cancelled"


def test_a_refusal_fails_the_job_with_its_sentence_and_is_not_tried_again(lin, kinds):
    @jobs.job("test.refused")
    def refused(progress):
        raise Refused(bilingual("文件打不开。", "The file does not open."))

    with acting(lin):
        number = jobs.start("test.refused")
    jobs.run_due_jobs()
    seen = jobs.get_job(number, lin.pk)
    assert (seen["state"], seen["error"]) == ("failed", "文件打不开。")


def test_a_fault_is_tried_again_later(lin, kinds):
    @jobs.job("test.flaky")
    def flaky(progress):
        raise OSError("the network is away")

    with acting(lin):
        number = jobs.start("test.flaky")
    jobs.run_due_jobs()
    row = models.QuerySet(Job).get(pk=number)
    assert (row.state, row.attempts) == ("queued", 1)
    assert row.not_before > now()


def test_a_job_whose_worker_died_is_taken_over_when_its_lease_runs_out(lin, kinds):
    jobs.job("test.orphan")(lambda progress: {"ran": True})
    with acting(lin):
        number = jobs.start("test.orphan")
    assert jobs.claim_job("a worker that dies").pk == number
    assert jobs.claim_job("another") is None
    models.QuerySet(Job).filter(pk=number).update(leased_until=now() - timedelta(seconds=1))
    assert jobs.run_due_jobs("another") == 1
    assert jobs.get_job(number, lin.pk)["state"] == "done"


def test_an_event_of_a_lower_domain_reaches_its_listeners_after_the_act_has_committed(lin, zhang, kinds):
    heard = []

    @on_event("interaction.logged")
    def listen(*, interaction):
        heard.append(interaction)

    with acting(lin):
        made = perform(
            "service.log_interaction", {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "电话"}
        )
    assert heard == []
    jobs.run_due_jobs()
    assert heard == [made.pk]


def test_the_worker_removes_files_past_their_time_and_keeps_the_others(lin):
    import threading

    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.files import store as files
    from dakehu.foundation.files.models import StoredFile

    with acting(lin), act("test.files"):
        old, new = files.save("旧.xlsx", b"old"), files.save("新.xlsx", b"new")
        old.expires_at = now() - timedelta(days=1)
        old.save()
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    run_worker(stop, idle=0.1)
    with acting(lin):
        assert list(StoredFile.objects.values_list("key", flat=True)) == [new.key]
        assert files.read(new.key) == ("新.xlsx", b"new")
        with pytest.raises(NotFound):
            files.read(old.key)
