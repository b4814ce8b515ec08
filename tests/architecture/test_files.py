"""Files are small, finished, and free of text specific to one machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400
WIDEST = 160
GROUPED_BY_DJANGO = re.compile(r"floatformat:[\"'-]*\d+g")
# Written in pieces, so that this file does not match its own patterns.
REGISTRIES = re.compile(
    "|".join(["py" + r"pi\.(?:org|python)", "python" + "hosted", "registry" + r"\.npm", "npm" + "mirror"])
)
MACHINE_PATHS = re.compile(
    "|".join([r"(?<![\w.])/wo" + r"rk/", r"/ro" + r"ot/", "bash" + "_jobs", r"/ho" + r"me/(?!user\b)\w+/"])
)
UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", "NotImplemented" + "Error"]))
SKIPPED = re.compile(r"mark\.(?:sk" + r"ip|xf" + r"ail)\b|pytest\.(?:sk" + r"ip|xf" + r"ail)\(")
# Reasons to skip for what a machine may lack: a browser, an office program, the real data next to the repository.
LACKING = re.compile(r"not installed|is not here|is absent|no Chromium")
# Third-party files, stored as they were published.
VENDORED = ("/vendor/", "/static/vendor")


def ours() -> list[Path]:
    """Return every text file that is tracked or not yet added, without third-party files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    paths = [ROOT / name for name in listed if not any(part in f"/{name}" for part in VENDORED)]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


def python_files() -> list[Path]:
    return [path for path in ours() if path.suffix == ".py" and "migrations" not in path.parts]


def lines_that_say(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return `file:line: text` for every match, for the person who has to correct it."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:160]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_python_file_is_longer_than_400_lines():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_template_line_is_wider_than_160_characters():
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ours()
        if path.suffix == ".html" and "templates" in path.parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > WIDEST
    ]
    assert wide == []


def test_the_formatter_is_switched_off_only_in_models():
    skips = lines_that_say(re.compile("# fmt: " + "(?:skip|off)"), python_files())
    assert [skip for skip in skips if not re.match(r"src/dakehu/.*models(?:/\w+)?\.py:", skip)] == []


@pytest.mark.parametrize(
    "pattern", [REGISTRIES, MACHINE_PATHS], ids=["names a package registry", "names a path of one machine"]
)
def test_no_file_names_a_place_that_others_do_not_have(pattern):
    assert lines_that_say(pattern, ours()) == []


def test_nothing_is_left_unfinished():
    assert lines_that_say(UNFINISHED, [path for path in ours() if path.suffix in (".py", ".js", ".html", ".css")]) == []


def test_no_test_is_skipped_or_expected_to_fail_unless_the_machine_lacks_a_program():
    skips = lines_that_say(SKIPPED, [path for path in python_files() if "tests" in path.relative_to(ROOT).parts])
    assert [skip for skip in skips if not LACKING.search(skip)] == []


def test_no_file_is_called_utils():
    vague = {"utils", "helpers", "misc", "common"}
    assert [str(path.relative_to(ROOT)) for path in python_files() if path.stem in vague] == []


def test_the_locks_hold_versions_and_checksums_only():
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+ \\$", text, re.MULTILINE)
        assert pinned and len(pinned) <= text.count("--hash=sha256:"), lock.name


def test_the_larger_locks_agree_with_the_smaller():
    pins = [
        set(re.findall(r"^([a-z0-9][\w.-]*==\S+) \\$", (ROOT / f"requirements/{name}.lock").read_text(), re.MULTILINE))
        for name in ("base", "dev", "bench")
    ]
    assert pins[0] <= pins[1] <= pins[2]


def test_templates_group_thousands_by_the_desks_own_filter():
    """Django's floatformat does not group digits in Chinese."""
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src" / "dakehu" / "interfaces" / "web" / "templates").rglob("*.html")
        if GROUPED_BY_DJANGO.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, f'use |grouped:"2" instead of |floatformat:"2g": {found}'
