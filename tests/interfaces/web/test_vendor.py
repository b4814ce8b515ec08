"""The third-party browser files are exactly those in the lock file."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "src/dakehu/interfaces/web"
LOCK = json.loads((WEB / "static/vendor/vendor.lock.json").read_text(encoding="utf-8"))


def entries():
    for package in LOCK["packages"]:
        yield from package["files"]
        if "sprite" in package:
            yield package["sprite"]


def test_every_vendored_file_has_the_sum_that_the_lock_records():
    for entry in entries():
        found = hashlib.sha256((ROOT / entry["to"]).read_bytes()).hexdigest()
        assert found == entry["sha256"], f"{entry['to']} was changed by hand; run scripts/vendor_refresh.py"


def test_nothing_lies_in_the_vendor_folder_that_the_lock_does_not_know():
    known = {ROOT / entry["to"] for entry in entries()}
    present = {p for p in (WEB / "static/vendor").rglob("*") if p.is_file() and p.name != "vendor.lock.json"}
    assert present <= known


def test_every_package_names_its_version_its_licence_and_its_reason():
    for package in LOCK["packages"]:
        assert package["version"] and package["licence"] and package["why"]
        assert any("LICENSE" in entry["from"] for entry in package["files"])


def test_no_vendored_file_asks_for_a_source_map():
    for entry in entries():
        assert b"sourceMappingURL=" not in (ROOT / entry["to"]).read_bytes()[-300:]


def test_every_icon_that_a_template_or_script_names_is_in_the_sprite():
    drawn = set(next(p["sprite"]["icons"] for p in LOCK["packages"] if "sprite" in p))
    for template in (WEB / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        named = set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'\bicon="([a-z0-9-]+)"', text))
        assert named <= drawn, f"{template.name} names {sorted(named - drawn)}"
    for script in (WEB / "static/dakehu/js").glob("*.js"):
        named = set(re.findall(r'\bicon\("([a-z0-9-]+)"', script.read_text(encoding="utf-8")))
        assert named <= drawn, f"{script.name} names {sorted(named - drawn)}"


def test_no_template_or_script_of_ours_needs_the_unsafe_parts_of_a_content_policy():
    for template in (WEB / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=", text), f"{template.name} carries an inline style"
        assert not re.search(r"\son[a-z]+=", text), f"{template.name} carries an inline handler"
        for script in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in script or "application/json" in script, f"{template.name} carries an inline script"
    for script in (WEB / "static/dakehu/js").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert "eval(" not in text and "new Function" not in text
