"""A real browser signed in as a member of staff, operated by keyboard without a mouse."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cast import PASSWORD

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"
AT_MOST = 120  # presses of Tab within which an element must be reached


@contextmanager
def browsers():
    """Open browsers: `sign_in(address, "lin")` returns a page whose errors are collected in `page.complaints`."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: the desk was not worked by hand")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=FLAGS)

        def sign_in(address, username):
            context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
            at = context.new_page()
            at.complaints = []
            at.on("pageerror", lambda fault: at.complaints.append(str(fault)))
            at.on(
                "filechooser", lambda _: None
            )  # from now on choosers are caught, not only while a caller waits for one
            at.goto(f"{address}/sign-in")
            at.fill("[name=username]", username)
            at.fill("[name=password]", PASSWORD)
            at.press("[name=password]", "Enter")
            at.wait_for_url(lambda url: "sign-in" not in url)
            return at

        yield sign_in
        browser.close()


def until(page, expression):
    """Wait until the expression is true. Playwright's own waiting needs eval, which the pages forbid.

    During navigation a page briefly has no body, or aborts the evaluation: then it is evaluated again.
    """
    from playwright.sync_api import Error

    for _ in range(300):
        try:
            if page.evaluate(f"Boolean(document.body) && ({expression})"):
                return
        except Error as fault:
            if "Execution context was destroyed" not in str(fault):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true on {page.url}: {expression}")


def reach(page, words):
    """Press Tab until the focused element has these words in its text, label or value."""
    for _ in range(AT_MOST):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(at => at === document.body ? '' : [at.innerText, at.getAttribute('aria-label'), at.value, at.title].join(' '))"
            "(document.activeElement)"
        )
        if words in said:
            return
    raise AssertionError(f"the keyboard does not reach “{words}” on {page.url}")


def choose(page, file):
    """Press Space at the focused file field until its chooser opens, and choose the file there.

    A busy machine may handle the first press before the browser catches choosers; people press again, too.
    """
    from playwright.sync_api import TimeoutError as Waited

    for _ in range(10):
        try:
            with page.expect_file_chooser(timeout=6000) as chooser:
                page.keyboard.press("Space")
        except Waited:
            continue
        chooser.value.set_files(file)
        return
    raise AssertionError(f"no file can be chosen with the keyboard on {page.url}")


def findings(page):
    """Return serious or critical findings of axe-core on the page in its current state, as "rule at selector"."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    made = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} at {rule['nodes'][0]['target']}"
        for rule in made["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
