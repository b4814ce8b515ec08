"""ARCHITECTURE.md lists the files of three journeys of a datum; each journey is run and passes these files in order."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import dakehu
from dakehu.foundation.jobs import queue as jobs
from tests.domains.ledger.performance.test_portfolio import invested  # noqa: F401  (a fixture: figures of a last close)
from tests.interfaces.web.browsers import desk, table

PACKAGE = Path(dakehu.__path__[0])
PAGE = PACKAGE.parents[1] / "ARCHITECTURE.md"
JOURNEYS = ("Import a workbook", "Log an interaction in the browser", "A figure explained")


def named_files(journey: str) -> list[str]:
    """Return the files that a journey names, in its order."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n### {journey}\n", 1)[1]
    section = re.split(r"\n##+ ", section, maxsplit=1)[0]
    return re.findall(r"^\d+\. `([^`]+\.py)` ", section, re.MULTILINE)


@contextmanager
def files_passed() -> Iterator[list[str]]:
    """Collect the files of dakehu whose functions run in the block, in order of their first call."""
    met: dict[str, None] = {}

    def note(frame: Any, event: str, arg: Any) -> None:
        name = frame.f_code.co_filename
        if event == "call" and frame.f_code.co_name != "<module>" and name.startswith(str(PACKAGE)):
            met[str(Path(name).relative_to(PACKAGE))] = None

    before, passed = sys.getprofile(), []
    sys.setprofile(note)
    try:
        yield passed
    finally:
        sys.setprofile(before)
        passed += met


def check_order(journey: str, passed: list[str]) -> None:
    files = named_files(journey)
    assert [name for name in files if name not in passed] == []
    assert [name for name in passed if name in files] == files, "\n".join(name for name in passed if name in files)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_file_that_a_journey_names_is_there(journey):
    files = named_files(journey)
    assert len(files) > 10 and [name for name in files if not (PACKAGE / name).is_file()] == []


@pytest.mark.django_db
def test_a_workbook_passes_the_files_that_its_journey_names(lin):
    browser = desk(lin)
    head, row = ["客户编号", "客户姓名", "手机号码", "资产规模"], ["C0100", "孙七", "13900139000", "88万"]
    browser.get("/me")  # the first page loads the views
    with files_passed() as passed:
        batch = browser.post("/import/", {"file": table(head, row)})["Location"]
        browser.post(f"{batch}columns", {"then": "trial"})
        jobs.run_due_jobs()
        browser.post(f"{batch}apply")
        jobs.run_due_jobs()
    check_order("Import a workbook", passed)


@pytest.mark.django_db
def test_an_interaction_passes_the_files_that_its_journey_names(lin, zhang):
    browser = desk(lin)
    form = {"held_at": "2026-01-05 10:00", "summary": "电话", "next_in_days": "7"}
    browser.get("/me")  # the first page loads the views
    with files_passed() as passed:
        browser.post(f"/clients/{zhang.pk}/actions/service.log_interaction", form, HTTP_HX_REQUEST="true")
        browser.get(f"/clients/{zhang.pk}/")
    check_order("Log an interaction in the browser", passed)


@pytest.mark.django_db
def test_a_figure_passes_the_files_that_its_journey_names(lin, invested):  # noqa: F811
    browser = desk(lin)
    browser.get("/me")  # the first page loads the views
    with files_passed() as passed:
        assert browser.get(f"/clients/{invested.pk}/figures/twr").status_code == 200
    check_order("A figure explained", passed)
