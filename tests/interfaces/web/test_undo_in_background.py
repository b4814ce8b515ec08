"""Undoing what is large: in the background, with progress, all or nothing; and the message if it is impossible."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.imports import undo
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(undo, "AT_ONCE", 1)


@pytest.fixture
def imported(lin):
    """Two clients imported by Lin: the browser and the address of the import."""
    door = desk(lin)
    address = door.post("/import/", {"file": table(["客户号", "姓名"], ["M1", "钱伟"], ["M2", "孙丽"])})["Location"]
    for step in ("columns", "apply"):
        door.post(f"{address}{step}", {"then": "trial"})
        work()
    assert text(door.get(address)).count("撤销这次导入") == 1
    return door, address


def text(answer):
    return answer.content.decode()


def work():
    with as_system():
        jobs.run_due_jobs()


def names():
    with as_system():
        return sorted(Client.objects.values_list("name", flat=True))


def test_a_large_import_is_taken_back_in_the_background_and_the_page_watches(imported):
    door, address = imported
    page = text(door.post(f"{address}undo", follow=True))
    assert "正在撤销" in page and f"{address}progress" in page and names() == ["孙丽", "钱伟"]
    assert "正在撤销" in text(door.get("/undo/"))
    assert door.get(f"{address}progress").json()["state"] == "waiting"
    door.post(f"{address}undo")  # pressed twice, it is done once
    work()
    assert names() == [] and "这次导入已撤销" in text(door.get(address)) and "正在撤销" not in text(door.get("/undo/"))


def test_what_depends_on_it_is_named_on_the_page_and_nothing_is_changed(imported, lin):
    door, address = imported
    with acting(lin):
        perform("clients.change", {"client": "M1", "segment": "普通"})
    door.post(f"{address}undo")
    work()
    page = text(door.get(address))
    assert "没有撤销" in page and "M1" in page and names() == ["孙丽", "钱伟"]
    assert "M1" in text(door.get("/undo/"))


def test_who_thinks_better_of_it_stops_it_and_may_ask_again(imported):
    door, address = imported
    door.post(f"{address}undo")
    door.post(f"{address}cancel")
    work()
    assert "已取消，没有撤销任何内容" in text(door.get(address)) and names() == ["孙丽", "钱伟"]
    door.post(f"{address}undo")
    work()
    assert names() == []


def test_a_worker_that_dies_after_the_undo_does_not_make_it_a_failure(imported, lin):
    _, address = imported
    number = int(address.strip("/").rpartition("/")[2])
    with acting(lin):
        perform("workbook.undo", {"batch": number})
        assert undo.undo_in_background(no_progress, batch=number) == {
            "undone": True,
            "batch": number,
            "again": True,
        }


def test_a_large_bulk_edit_is_taken_back_from_the_list_of_acts(imported, lin):
    door, _ = imported
    with acting(lin):
        batch = perform("clients.change_many", {"clients": ["M1", "M2"], "segment": "高净值"})["batch"]
    page = text(door.post(f"/undo/{batch}", follow=True))
    assert "正在撤销" in page and f"/undo/{batch}/progress" in page
    assert door.get(f"/undo/{batch}/progress").json()["state"] == "waiting"
    work()
    with as_system():
        assert set(Client.objects.values_list("segment", flat=True)) == {""}


def test_nobody_else_takes_it_back_or_watches(imported, wang):
    _, address = imported
    number = address.strip("/").rpartition("/")[2]
    other = desk(wang)
    assert other.post(f"/undo/{number}").status_code == 404 and other.get(f"/undo/{number}/progress").status_code == 404
