"""The first hour of a new user: an empty data directory, `dakehu open` and a browser, with the real program."""

import re
import socket
import subprocess
import sys
import threading
import time

import pytest

from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.interfaces.cli import demo
from dakehu.interfaces.cli.example import OWN_TABLE
from tests.cast import PASSWORD
from tests.interfaces.web.hands import BROWSER, FLAGS, findings, until
from tests.program import Desk, migrated_desk

PATIENCE = 120  # seconds; only how long a test waits before it fails
FLAWED = (
    "姓名,手机,性别,出生日期,风险等级\n张伟,13800138000,男,1980-05-06,C3\n李娜,1380013800,女,1985-02-30,C2\n"
    "王芳,13900139000,女,1990-01-01,C9\n赵强,13700137000,男,1975-12-12,C4\n孙丽,13600136000,女,1988-08-08,C1\n"
)


class Opened:
    """A running `dakehu open FILE`: its output so far, in order."""

    def __init__(self, home, file, *words):
        self.desk = Desk(home)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = [sys.executable, "-m", "dakehu.interfaces.cli.main", "open", str(file), "--no-browser"]
        self.process = subprocess.Popen(
            [*program, "--port", str(self.port), *words],
            env={**self.desk.around, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def said(self, pattern):
        """Return the first line that matches, as soon as it is printed."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in list(self.lines):
                if found := re.search(pattern, line):
                    return found[0]
            assert self.process.poll() is None or any(re.search(pattern, line) for line in self.lines), self.lines
            time.sleep(0.1)
        raise AssertionError(f"never said {pattern}: {self.lines}")

    def link(self):
        return self.said(r"http://\S+token=\S+")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture
def opens(tmp_path):
    made = []

    def start(file, *words):
        made.append(Opened(tmp_path / "home", file, *words))
        return made[-1]

    yield start
    for one in reversed(made):
        one.close()


@pytest.fixture
def browser():
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: the first run was not worked by hand")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=FLAGS)

        def page():
            at = chromium.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
            at.set_default_timeout(PATIENCE * 1000)
            at.complaints = []
            at.on("pageerror", lambda fault: at.complaints.append(str(fault)))
            return at

        yield page
        chromium.close()


def answer_four_questions(page, link):
    """Open the link and create a firm with its first account; return the number of clicks."""
    page.goto(link)
    assert findings(page) == []
    page.click("label:has-text('公司或团队')")
    page.fill("[name=firm]", "陆家嘴财富团队")
    page.fill("[name=name]", "林晓")
    page.press("[name=name]", "Tab")
    until(page, "document.querySelector('[name=username]').value === 'linxiao'")
    page.fill("[name=password]", PASSWORD)
    page.click("button:has-text('建立账号并打开表格')")
    return 2


def test_from_an_empty_directory_to_the_own_clients_in_a_few_clicks(opens, browser):
    opened, page = opens(demo.EXAMPLES / OWN_TABLE), browser()
    clicks = answer_four_questions(page, opened.link())

    # The page of the file: already tried, nothing written yet.
    page.wait_for_selector("#apply button[type=submit]")
    assert re.search(r"/import/\d+/$", page.url)
    assert findings(page) == []
    page.click("#apply button[type=submit]")
    page.wait_for_selector("main a[href^='/clients/']")
    page.click("nav a[href='/clients/']")
    page.wait_for_selector(".tabulator-row:has-text('许晓燕')")
    clicks += 2
    assert clicks <= 8 and page.complaints == []

    # The imported clients are assigned to the person who set the desk up.
    listed = opened.desk.report("ask", "clients.list", "limit=100", "--as", "linxiao")
    assert listed["count"] == 28
    duties = [
        opened.desk.report("ask", "clients.coverage", f"client={row['code']}", "--as", "linxiao")
        for row in listed["rows"][:2]
    ]
    assert {(duty["user"]["name"], duty["role"]) for one in duties for duty in one["rows"]} == {("林晓", "main")}

    # The terminal reported each step as it ran, the first immediately; only the line with the link contains the token.
    said = "\n".join(opened.lines)
    stages = ("正在启动", "正在准备数据库", "数据库已就绪", "正在检查文件", "正在启动网页", "工作台已就绪", "新增 531")
    assert [said.find(text) for text in stages] == sorted(said.find(text) for text in stages) and said.find(
        stages[0]
    ) == 0
    token = opened.link().partition("token=")[2]
    assert said.count(token) == 1
    audit = opened.desk.run("ask", "team.audit", "limit=100", "--reason", "test").stdout
    assert "team.set_up_desk" in audit and token not in audit and PASSWORD not in audit


def test_a_flawed_file_ends_in_the_grid_and_its_cells_are_named_in_the_terminal(opens, browser, tmp_path):
    flawed = tmp_path / "客户.csv"
    flawed.write_text(FLAWED, encoding="utf-8")
    migrated_desk(tmp_path / "home")
    opened, page = opens(flawed), browser()
    answer_four_questions(page, opened.link())
    page.wait_for_url(re.compile(r"/import/\d+/corrections/$"))
    page.wait_for_selector(".tabulator-row:has-text('王芳')")
    assert "李娜" in page.inner_text(".tabulator") and page.complaints == []

    # Place, value and remedy of each cell.
    assert "1985-02-30" in opened.said(r"D3 .*2023-01-15.*")
    assert "11 位" in opened.said(r"B3 .*")
    assert "C9" in opened.said(r"E4 .*")


def test_a_desk_that_runs_takes_the_file_over_and_the_only_person_is_signed_in_by_the_link(opens, browser, tmp_path):
    migrated_desk(tmp_path / "home")
    opened, page = opens(demo.EXAMPLES / OWN_TABLE), browser()
    answer_four_questions(page, opened.link())
    page.wait_for_selector("#apply")
    flawed = tmp_path / "又一张.csv"
    flawed.write_text(FLAWED, encoding="utf-8")

    second = opened.desk.run("open", flawed, "--no-browser", "--port", "1")
    assert second.returncode == 0, second.stderr
    assert "工作台已在运行" in second.stdout and str(opened.port) in second.stdout
    assert "D3" in second.stderr and "C9" in second.stderr
    holder = ProcessLock(opened.desk.home / "run" / "serve.lock").holder()
    assert holder["pid"] == opened.process.pid

    other = browser()  # a browser that has never signed in
    other.goto(re.search(r"http://\S+", second.stdout)[0])
    other.wait_for_url(re.compile(r"/import/\d+/corrections/$"))

    # If the desk has a second user, opening a file signs no one in.
    (tmp_path / "first.txt").write_text(PASSWORD, encoding="utf-8")
    values = (
        "username=wang",
        "name=王强",
        "role=manager",
        "--password-file",
        tmp_path / "first.txt",
        "--reason",
        "test",
    )
    opened.desk.report("user", "add", *values)
    third = opened.desk.run("open", flawed, "--no-browser")
    stranger = browser()
    stranger.goto(re.search(r"http://\S+", third.stdout)[0])
    assert "/sign-in" in stranger.url
    refused = opened.desk.run("link")
    assert refused.returncode == 1 and "已经有人员" in refused.stderr


def test_what_cannot_be_opened_is_refused_before_anything_is_served(opens, tmp_path):
    home = migrated_desk(tmp_path / "home")
    assert "找不到文件" in home.run("open", tmp_path / "none.xlsx").stderr
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    refused = home.run("open", broken, "--no-browser")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr and len(refused.stderr.splitlines()) > 2
    assert "没有运行" in home.run("link").stderr
