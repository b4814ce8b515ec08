"""Take the pictures of README and guide from a demonstration desk in headless Chromium.

    python scripts/make_pictures.py [--keep HOME]

Fills a demonstration desk in a separate directory (about a minute), serves it, signs in as each role and writes
docs/images/*.webp, docs/images/tour.gif and the pictures of the guide. Needs the `dev` and `bench` extras (Pillow comes
with the latter) and a Chromium on the machine. Run it after a page change, look at every picture, and commit them.
"""

import argparse
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
GUIDE = ROOT / "src" / "dakehu" / "interfaces" / "web" / "static" / "dakehu" / "guide"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
SIZE = {"width": 1280, "height": 800}
STILLS = {  # name: (sign-in, address, what to wait for, what to press before)
    "today": ("lin", "/", "main"),
    "lead": ("zhou", "/", "main"),
    "compliance": ("he", "/", "main"),
    "clients": ("lin", "/clients/", ".tabulator-row"),
    "client": ("lin", "{client}", "main"),
    "money": ("lin", "{client}?tab=money", ".chart canvas"),
    "tiers": ("zhou", "/tiers/what-if/", "main"),
    "rules": ("zhou", "/moments/rules/M37/", "main"),
    "back-test": ("zhou", "/moments/rules/M37/", "#back-test .stats", "button:has-text('回测')"),
    "market": ("an", "/market/", "main"),
    "import": ("lin", "/import/", "main"),
    "export": ("lin", "/export/", "main"),
    "calendar": ("lin", "/calendar/", "main"),
    "mail": ("lin", "/mail/", "main"),
    "workload": ("zhou", "/workload/", "main"),
    "opportunities": ("lin", "/opportunities/", "main"),
    "campaigns": ("zhou", "/campaigns/", "main"),
    "suitability": ("lin", "/suitability/", "main"),
    "risk": ("zhou", "/risk/", "main"),
    "wording": ("he", "/compliance/", "main"),
    "complaints": ("he", "/complaints/", "main"),
    "feedback": ("lin", "/feedback/", "main"),
    "survey": ("he", "/surveys/", ".card", ".page a:has-text('年度服务满意度')"),
    "outreach": ("zhou", "/outreach/", "main"),
    "learning": ("lin", "/learning/", "main"),
    "questions": ("he", "/learning/questions/", "main"),
    "appraisal": ("zhou", "/appraisal/team/", "main"),
    "dashboard": ("an", "/dashboards/", ".chart canvas"),
    "book": ("zhou", "/book-of-business/", "main"),
    "predictions": ("an", "/predictions/", "main"),
    "trials": ("zhou", "/trials/", ".card", ".page a:has-text('测评到期前')"),
    "support": ("lin", "/support/", "main"),
    "messages": ("admin", "/messages/", "main"),
    "staff": ("admin", "/staff/", "main"),
    "audit": ("he", "/audit/", "main"),
    "system": ("admin", "/system/", "main"),
}
README = (
    *("today", "lead", "compliance", "dashboard", "system", "clients", "client", "money"),
    *("tiers", "back-test", "risk", "outreach", "appraisal", "book", "trials"),
)
FRAME_MS = 1400


@contextmanager
def demonstration(home: Path) -> Iterator[tuple[str, str]]:
    """Serve a demonstration desk; yield its address and the common password."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home.parent / "demo.log"
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "demo", "--port", str(port), "--no-browser"]
    environment = {**os.environ, "DAKEHU_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "LANG": "zh_CN.UTF-8"}
    with log.open("w") as output:
        served = subprocess.Popen(words, env=environment, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}"
        while not answers(address):
            if served.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(1)
        password = re.search(r"Password: (\S+)", (home / "sign-ins.txt").read_text(encoding="utf-8"))
        if password is None:
            raise SystemExit("the demonstration wrote no password")
        yield address, password[1]
    finally:
        served.terminate()
        served.wait(timeout=60)


def answers(address: str) -> bool:
    try:
        with urlopen(address + "/health", timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def sign_in(browser: Any, address: str, username: str, password: str) -> Page:
    """Return a page of a new session of a person."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN", device_scale_factor=1.5).new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{address}/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    return page


def wait_for_page(page: Page, selector: str) -> None:
    page.wait_for_selector(selector)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(900)  # chart animations end


def picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def rich_client(page: Page, address: str) -> str:
    """Return the address of the client with the largest assets."""
    rows = page.request.get(f"{address}/api/v1/clients?limit=1&order=-assets").json()
    return f"/clients/{rows['rows'][0]['id']}/"


def stills(browser: Any, address: str, password: str) -> None:
    pages: dict[str, Page] = {}
    client = ""
    for name, (username, path, selector, *pressed) in STILLS.items():
        page = pages.setdefault(username, None) or sign_in(browser, address, username, password)  # type: ignore[arg-type]
        pages[username] = page
        client = client or (rich_client(page, address) if "{client}" in path else "")
        page.goto(address + path.format(client=client))
        for button in pressed:
            page.click(button)
        wait_for_page(page, selector)
        if pressed:
            page.locator(selector).first.evaluate("shown => shown.scrollIntoView({block: 'center'})")
            page.mouse.wheel(0, 260)
            page.wait_for_timeout(500)
        taken = picture(page)
        taken.resize((1280, 800), Image.Resampling.LANCZOS).save(GUIDE / f"{name}.webp", quality=78, method=6)
        if name in README:
            taken.save(IMAGES / f"{name}.webp", quality=80, method=6)
        print(name)


def tour(browser: Any, address: str, password: str) -> None:
    """Record an animation: from the list of the day to a client, a contact logged, and the money."""
    page = sign_in(browser, address, "lin", password)
    frames = []

    def frame() -> None:
        page.wait_for_timeout(700)
        frames.append(picture(page).resize((960, 600), Image.Resampling.LANCZOS))

    page.goto(address + "/")
    wait_for_page(page, "main")
    frame()
    page.keyboard.press("Control+k")
    page.keyboard.type("gong", delay=60)
    page.wait_for_timeout(800)
    frame()
    page.keyboard.press("Enter")
    wait_for_page(page, "main")
    frame()
    page.fill("#note-summary", "电话沟通年底资金安排，客户希望下周见面。")
    frame()
    page.goto(address + rich_client(page, address) + "?tab=money")
    wait_for_page(page, ".chart canvas")
    frame()
    page.click(".stat button.link")
    page.wait_for_timeout(900)
    frame()
    palette = frames[0].quantize(128)
    shown = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in frames]
    shown[0].save(IMAGES / "tour.gif", save_all=True, append_images=shown[1:], duration=FRAME_MS, loop=0, optimize=True)
    print("tour", len(frames), "frames")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", help="data directory that is kept and used again")
    asked = options.parse_args()
    GUIDE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dakehu-pictures-") as folder:
        home = Path(asked.keep or Path(folder) / "home").absolute()
        with demonstration(home) as (address, password), sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            stills(browser, address, password)
            tour(browser, address, password)
            browser.close()


if __name__ == "__main__":
    main()
